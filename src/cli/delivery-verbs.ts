import type { Command } from 'commander';
import { readJson } from './config-verbs.js';
import { api, globals, show } from './context.js';
import { CliError, type OperationsApi } from './operations-api.js';
import { table, time } from './output.js';

interface LinkRow {
  id: string;
  target: string;
  resourceType: string;
  label: string;
  state: string;
  attempts: number;
  anchor?: string;
  error?: { kind: string; detail: string; recommendedAction?: string };
}

interface Preview {
  target: string;
  label: string;
  action: string;
  account?: string;
  match?: string;
  problem?: string;
  members: number;
  scope: { inScope: boolean };
  changes: { attribute: string; old: string[]; new: string[]; mapping?: string; note?: string }[];
}

interface PlanAnswer {
  changesPending: boolean;
  previews: Preview[];
  after?: string;
  total?: number;
}

export function addDeliveryVerbs(program: Command): void {
  program
    .command('password')
    .description('initial passwords')
    .command('reveal <user>')
    .description('show the initial password of a user once; then it is gone')
    .option('--target <name>')
    .action(async (user: string, options: { target?: string }, command: Command) => {
      const answer = await api(command).post<{
        passwords: { target: string; label: string; password: string }[];
      }>('/passwords/reveal', {
        user,
        ...(options.target === undefined ? {} : { target: options.target }),
      });
      show(command, answer, () =>
        answer.passwords
          .map(({ target, label, password }) => `${label} in ${target}: ${password}`)
          .join('\n'),
      );
    });

  const link = program.command('link').description('the record of each resource in each target');
  link
    .command('list')
    .description('what is applied, due, parked, and why')
    .option('--target <name>')
    .option('--state <state>')
    .option('--resource <id or userName>')
    .option('--limit <n>', 'at most', '100')
    .action(async (options: Record<string, string>, command: Command) => {
      const answer = await api(command).get<{ links: LinkRow[] }>('/links', options);
      show(command, answer, () =>
        table(
          ['TARGET', 'TYPE', 'WHO', 'STATE', 'TRIES', 'ANCHOR', 'WHY'],
          answer.links.map((one) => [
            one.target,
            one.resourceType,
            one.label,
            one.state,
            one.attempts,
            one.anchor,
            one.error?.detail,
          ]),
        ),
      );
    });
  link
    .command('retry')
    .description('look again at parked resources, or at one resource')
    .option('--target <name>')
    .option('--resource <id or userName>')
    .action(async (options: Record<string, string>, command: Command) => {
      const answer = await api(command).post<{ retried: number }>('/links/retry', options);
      show(command, answer, () => `${answer.retried} will be looked at again.`);
    });

  addPlanVerb(program);
  addGuardVerbs(program);
}

function addPlanVerb(program: Command): void {
  program
    .command('plan')
    .description('what every target would do, and why; nothing is written. Exit 3: changes are pending')
    .option('--user <id, userName or group>')
    .option('--file <resource.json>', 'a SCIM resource that is not in the store')
    .option('--target <name>')
    .action(async (options: { user?: string; file?: string; target?: string }, command: Command) => {
      const answer = await planned(api(command), options, globals(command).json === true);
      show(
        command,
        answer,
        () =>
          answer.previews
            .filter((one) => one.action !== 'none' || one.problem || options.user || options.file)
            .map(printPreview)
            .join('\n\n') || 'Nothing would change.',
      );
      if (answer.changesPending) process.exitCode = 3;
    });
}

async function planned(
  gateway: OperationsApi,
  options: { user?: string; file?: string; target?: string },
  quiet: boolean,
): Promise<PlanAnswer> {
  const target = options.target === undefined ? {} : { target: options.target };
  if (options.file !== undefined)
    return gateway.post('/plan', { ...target, resource: readJson(options.file) });
  if (options.user !== undefined) return gateway.post('/plan', { ...target, user: options.user });
  const whole: PlanAnswer = { changesPending: false, previews: [] };
  let seen = 0;
  for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
    const page: PlanAnswer = await gateway.post('/plan', {
      ...target,
      ...(after === undefined ? {} : { after }),
    });
    whole.previews.push(
      ...page.previews.filter(
        ({ action, problem, members }) => action !== 'none' || problem !== undefined || members > 0,
      ),
    );
    whole.changesPending ||= page.changesPending;
    seen += page.previews.length;
    if (!quiet && process.stderr.isTTY) process.stderr.write(`\rplanned ${seen} of ${page.total ?? seen}`);
    after = page.after;
  }
  if (!quiet && process.stderr.isTTY) process.stderr.write('\n');
  return whole;
}

function printPreview(preview: Preview): string {
  const head = `${preview.target}: ${preview.label}: ${preview.problem ?? (preview.scope.inScope ? preview.action : `out of scope, ${preview.action}`)}${preview.account ? ` ${preview.account}` : ''}`;
  const match = preview.match ? `\n  adopts ${preview.match}` : '';
  const members = preview.members > 0 ? `\n  ${preview.members} membership(s) due` : '';
  const rows = preview.changes.map((change) => [
    `  ${change.attribute}`,
    change.old.join(', '),
    '→',
    change.new.join(', '),
    change.mapping ?? change.note,
  ]);
  return `${head}${match}${members}${rows.length > 0 ? `\n${table(['  ATTRIBUTE', 'OLD', '', 'NEW', 'BECAUSE OF'], rows)}` : ''}`;
}

interface HeldRow {
  id: string;
  target: string;
  label: string;
  resourceType: string;
  summary: string;
  at: number;
}

function addGuardVerbs(program: Command): void {
  const guard = program.command('guard').description('what the guard against accidents holds back');
  guard
    .command('list')
    .option('--target <name>')
    .action(async (options: Record<string, string>, command: Command) => {
      const answer = await api(command).get<{ held: HeldRow[] }>('/guard', options);
      show(command, answer, () =>
        table(
          ['ID', 'TARGET', 'WHO', 'WHAT', 'SINCE'],
          answer.held.map((one) => [one.id, one.target, one.label, one.summary, time(one.at)]),
        ),
      );
      if (answer.held.length > 0) process.exitCode = 3;
    });
  for (const verb of ['allow', 'discard'] as const) {
    guard
      .command(`${verb} [ids...]`)
      .description(verb === 'allow' ? 'carry the held plans out' : 'leave the accounts as they are')
      .option('--all', 'everything that is held')
      .option('--target <name>')
      .action(async (ids: string[], options: { all?: boolean; target?: string }, command: Command) => {
        if (ids.length === 0 && !options.all)
          throw new CliError('name the ids that `landfall guard list` shows, or --all', 2);
        const answer = await api(command).post<Record<string, number>>(`/guard/${verb}`, {
          ...(ids.length > 0 ? { links: ids } : {}),
          ...options,
        });
        show(command, answer, () => `${Object.values(answer)[0]} ${verb}ed.`);
      });
  }
}
