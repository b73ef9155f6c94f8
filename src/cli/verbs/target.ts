import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import type { OperationsApi } from '../operations-api.js';
import { printable, table, time } from '../output.js';

interface TargetStatus {
  name: string;
  kind: string;
  answer: string;
  state: string;
  available: boolean;
  pause?: { reason: string; detail: string };
  links: Record<string, number>;
  openEdges: { due: number; parked: number };
  lastSuccessAt?: number;
  reevaluating?: { done: number; total: number };
}

interface CheckAnswer {
  ok: boolean;
  findings: { severity: string; subject: string; detail: string; remedy?: string }[];
}

const row = (target: TargetStatus) => [
  target.name,
  target.kind,
  target.state === 'paused'
    ? `paused (${target.pause?.reason})`
    : target.available
      ? 'available'
      : 'unavailable',
  target.links.applied ?? 0,
  target.links.due ?? 0,
  target.links.parked ?? 0,
  target.links.held ?? 0,
  target.links.removing ?? 0,
  target.openEdges.due,
  target.openEdges.parked,
  time(target.lastSuccessAt),
];
const headings = [
  'TARGET',
  'KIND',
  'STATE',
  'APPLIED',
  'DUE',
  'PARKED',
  'HELD',
  'REMOVING',
  'MEMBERSHIPS DUE',
  'MEMBERSHIPS PARKED',
  'LAST SUCCESS',
];

const path = (name: string, verb = '') => `/targets/${encodeURIComponent(name)}${verb}`;

export function addTargetVerbs(program: Command): void {
  const target = program.command('target').description('the systems that accounts are delivered to');
  const list = target
    .command('list')
    .description('all targets and how they do')
    .action(async (_options: object, command: Command) => {
      const answer = await api(command).get<{ targets: TargetStatus[] }>('/targets');
      show(command, answer, () =>
        answer.targets.length === 0 ? 'There are no targets.' : table(headings, answer.targets.map(row)),
      );
    });
  withExamples(list, 'landfall target list');
  addStatus(target, 'status', 'one target', (gateway, name) => gateway.get(path(name)));
  addStatus(target, 'pause', 'deliver nothing until resumed; changes are kept', (gateway, name) =>
    gateway.post(path(name, '/pause')),
  );
  addResume(target);
  addCheck(target);
  addRights(target);
}

function addStatus(
  target: Command,
  verb: string,
  description: string,
  ask: (gateway: OperationsApi, name: string) => Promise<TargetStatus>,
): void {
  const status = target
    .command(verb)
    .description(description)
    .argument('<name>')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await ask(api(command), name);
      show(command, answer, () => statusOf(answer));
    });
  withExamples(status, `landfall target ${verb} ad`);
}

function addResume(target: Command): void {
  const resume = target
    .command('resume')
    .description('go on delivering')
    .argument('<name>')
    .option('--accept', 'after a restore: what reconcile found may be written over')
    .action(async (name: string, { accept }: { accept?: boolean }, command: Command) => {
      const body = accept ? { accept } : {};
      const answer = await api(command).post<TargetStatus>(path(name, '/resume'), body);
      show(command, answer, () => statusOf(answer));
    });
  withExamples(resume, 'landfall target resume ad', 'landfall target resume ad --accept');
}

function statusOf(target: TargetStatus): string {
  const { pause, reevaluating } = target;
  return [
    table(headings, [row(target)]),
    ...(pause ? [printable(pause.detail)] : []),
    ...(reevaluating
      ? [`Its file was changed: ${reevaluating.done} of ${reevaluating.total} were looked at again.`]
      : []),
  ].join('\n');
}

function addCheck(target: Command): void {
  const check = target
    .command('check')
    .description('prove connection, sign-in and rights; says what to do about each failure')
    .argument('<name>')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await api(command).post<CheckAnswer>(path(name, '/check'));
      const rows = answer.findings.map(({ severity, subject, detail, remedy }) => [
        severity,
        subject,
        detail,
        remedy,
      ]);
      show(command, answer, () => table(['', 'WHAT', 'FOUND', 'WHAT TO DO'], rows));
      if (!answer.ok) throw new CliError(`the target "${name}" is not ready`);
    });
  withExamples(check, 'landfall target check ad');
}

function addRights(target: Command): void {
  const rights = target
    .command('rights')
    .description('print the script that gives the service account exactly the rights it needs')
    .argument('<name>')
    .option('--tool <tool>', 'one script, e.g. dsacls')
    .action(async (name: string, options: { tool?: string }, command: Command) => {
      const answer = await api(command).get<{ scripts: Record<string, string> }>(path(name, '/rights'));
      show(command, answer, () => scripts(answer.scripts, options.tool));
    });
  withExamples(rights, 'landfall target rights ad', 'landfall target rights ad --tool dsacls > rights.cmd');
}

function scripts(all: Record<string, string>, tool: string | undefined): string {
  if (tool === undefined)
    return Object.entries(all)
      .map(([name, script]) => `# ${name}\n${script}`)
      .join('\n\n');
  const chosen = all[tool];
  if (chosen === undefined)
    throw new CliError(`there is no script for "${tool}"; tools: ${Object.keys(all).join(', ')}`, 2);
  return chosen;
}
