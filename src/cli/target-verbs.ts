import type { Command } from 'commander';
import { api, show } from './context.js';
import { CliError } from './operations-api.js';
import { table, time } from './output.js';

interface TargetStatus {
  name: string;
  kind: string;
  answer: string;
  state: string;
  available: boolean;
  pause?: { reason: string; detail: string };
  links: Record<string, number>;
  openEdges: number;
  lastSuccessAt?: number;
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
  target.openEdges,
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
  'OPEN MEMBERSHIPS',
  'LAST SUCCESS',
];

export function addTargetVerbs(program: Command): void {
  const target = program.command('target').description('the systems that accounts are delivered to');
  target
    .command('list')
    .description('all targets and how they do')
    .action(async (_options: object, command: Command) => {
      const answer = await api(command).get<{ targets: TargetStatus[] }>('/targets');
      show(command, answer, () => table(headings, answer.targets.map(row)));
    });
  target
    .command('status <name>')
    .description('one target')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await api(command).get<TargetStatus>(`/targets/${encodeURIComponent(name)}`);
      show(
        command,
        answer,
        () => `${table(headings, [row(answer)])}${answer.pause ? `\n${answer.pause.detail}` : ''}`,
      );
    });
  for (const verb of ['pause', 'resume'] as const) {
    target
      .command(`${verb} <name>`)
      .description(verb === 'pause' ? 'deliver nothing until resumed; changes are kept' : 'go on delivering')
      .action(async (name: string, _options: object, command: Command) => {
        const answer = await api(command).post<TargetStatus>(`/targets/${encodeURIComponent(name)}/${verb}`);
        show(command, answer, () => table(headings, [row(answer)]));
      });
  }
  target
    .command('check <name>')
    .description('prove connection, sign-in and rights; says what to do about each failure')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await api(command).post<CheckAnswer>(`/targets/${encodeURIComponent(name)}/check`);
      show(command, answer, () =>
        table(
          ['', 'WHAT', 'FOUND', 'WHAT TO DO'],
          answer.findings.map(({ severity, subject, detail, remedy }) => [severity, subject, detail, remedy]),
        ),
      );
      if (!answer.ok) throw new CliError('the target is not ready');
    });
  target
    .command('rights <name>')
    .description('print the script that gives the service account exactly the rights it needs')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await api(command).get<{ scripts: Record<string, string> }>(
        `/targets/${encodeURIComponent(name)}/rights`,
      );
      show(command, answer, () =>
        Object.entries(answer.scripts)
          .map(([tool, script]) => `# ${tool}\n${script}`)
          .join('\n\n'),
      );
    });
}
