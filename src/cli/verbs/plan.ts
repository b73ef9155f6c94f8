import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, readJson, show } from '../context.js';
import { withExamples } from '../examples.js';
import type { OperationsApi } from '../operations-api.js';
import { aligned, printable, table } from '../output.js';
import { Progress } from '../progress.js';

interface Clause {
  clause: { attribute: string; operator: string; value?: unknown };
  value: string;
  holds: boolean;
}

interface Preview {
  target: string;
  label: string;
  action: string;
  account?: string;
  match?: string;
  problem?: string;
  skipped?: string;
  members: number;
  employment?: { employed: boolean; reason: string; nextChangeAt?: string };
  scope: { inScope: boolean; groups?: { clauses: Clause[]; holds: boolean }[] };
  changes: { attribute: string; old: string[]; new: string[]; mapping?: string; note?: string }[];
}

interface PlanAnswer {
  changesPending: boolean;
  previews: Preview[];
  after?: string;
  total?: number;
  /** Only of one resource. */
  attributes?: {
    path: string;
    value?: unknown;
    author?: string;
    offers: { source: string; value: unknown }[];
  }[];
  ruleGroups?: { group: string; action: 'join' | 'leave' }[];
}

interface PlanOptions {
  user?: string;
  file?: string;
  target?: string;
}

export function addPlanVerb(program: Command): void {
  const plan = program
    .command('plan')
    .description('what every target would do, and why; nothing is written. Exit 3: changes are pending')
    .option('--user <name>', 'one user or group: id, userName or displayName')
    .option('--file <resource.json>', 'a SCIM resource that is not in the store')
    .option('--target <name>', 'one target')
    .action(async (options: PlanOptions, command: Command) => {
      if (options.user !== undefined && options.file !== undefined)
        throw new CliError('--user or --file, not both', 2);
      const answer = await planned(api(command), options);
      const one = options.user !== undefined || options.file !== undefined;
      const shown = answer.previews.filter((preview) => one || matters(preview));
      show(command, answer, () => {
        const parts = [...shown.map(printPreview), ...(answer.ruleGroups ?? []).map(printRuleGroup)];
        const plan = parts.join('\n\n') || 'Nothing would change.';
        return answer.attributes ? `${plan}\n\n${authors(answer.attributes)}` : plan;
      });
      if (answer.changesPending) process.exitCode = 3;
    });
  withExamples(
    plan,
    'landfall plan',
    'landfall plan --user nora@contoso.example',
    'landfall plan --file joiner.json --target ad',
  );
}

const matters = ({ action, problem, members }: Preview) =>
  action !== 'none' || problem !== undefined || members > 0;

async function planned(gateway: OperationsApi, { user, file, target }: PlanOptions): Promise<PlanAnswer> {
  const only = target === undefined ? {} : { target };
  if (file !== undefined) return gateway.post('/plan', { ...only, resource: readJson(file) });
  if (user !== undefined) return gateway.post('/plan', { ...only, user });
  return everybody(gateway, only);
}

async function everybody(gateway: OperationsApi, only: { target?: string }): Promise<PlanAnswer> {
  const whole: PlanAnswer = { changesPending: false, previews: [] };
  const progress = new Progress('planned');
  let seen = 0;
  let after: string | undefined;
  do {
    const page: PlanAnswer = await gateway.post('/plan', {
      ...only,
      ...(after === undefined ? {} : { after }),
    });
    whole.previews.push(...page.previews.filter(matters));
    whole.changesPending ||= page.changesPending;
    seen += page.previews.length;
    progress.at(seen, page.total);
    after = page.after;
  } while (after !== undefined);
  progress.end();
  return whole;
}

function printPreview(preview: Preview): string {
  const verdict =
    preview.problem ?? (preview.scope.inScope ? preview.action : `out of scope, ${preview.action}`);
  const head = `${preview.target}: ${preview.label}: ${verdict}${preview.account ? ` ${preview.account}` : ''}`;
  const lines = [
    printable(head),
    ...(preview.employment ? [because(preview.employment)] : []),
    ...(preview.skipped ? [`  not done: ${printable(preview.skipped)}`] : []),
    ...(preview.match ? [`  adopts ${printable(preview.match)}`] : []),
    ...(preview.members > 0 ? [`  ${preview.members} membership(s) are due`] : []),
    ...(preview.scope.inScope ? [] : clauses(preview)),
    ...(preview.changes.length > 0 ? [changes(preview)] : []),
  ];
  return lines.join('\n');
}

function because({ employed, reason, nextChangeAt }: NonNullable<Preview['employment']>): string {
  const again = nextChangeAt === undefined ? '' : `, looked at again ${nextChangeAt}`;
  return `  ${employed ? '' : 'disabled: '}${printable(reason)}${again}`;
}

const printRuleGroup = ({ group, action }: { group: string; action: 'join' | 'leave' }): string =>
  `rule group ${printable(group)}: ${action === 'join' ? 'joins' : 'leaves'}`;

/** Of one user: which source every attribute comes from, and what sources without precedence state. */
function authors(attributes: NonNullable<PlanAnswer['attributes']>): string {
  const rows = attributes.map(({ path, value, author, offers }) => [
    path,
    short(value),
    author ?? '-',
    offers.map((offer) => `${offer.source}: ${short(offer.value)}`).join('; '),
  ]);
  return table(['SOURCE ATTRIBUTE', 'VALUE', 'WRITTEN BY', 'OTHERS STATE'], rows);
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function clauses({ scope }: Preview): string[] {
  return (scope.groups ?? []).flatMap((group, index) =>
    group.clauses.map(({ clause, value, holds }) => {
      const asked = `${clause.attribute} ${clause.operator} ${String(clause.value ?? '')}`.trim();
      return `  scope ${index + 1}: ${printable(asked)}: ${holds ? 'holds' : 'does not hold'} ("${printable(value)}")`;
    }),
  );
}

function changes({ changes: planned }: Preview): string {
  const rows = planned.map((change) => [
    change.attribute,
    change.old.join(', '),
    '→',
    change.new.join(', '),
    change.note ?? change.mapping,
  ]);
  const lines = aligned([['ATTRIBUTE', 'OLD', '', 'NEW', 'BECAUSE OF'], ...rows]).split('\n');
  return lines.map((line) => `  ${line}`).join('\n');
}
