import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, globals } from '../context.js';
import { withExamples } from '../examples.js';
import type { OperationsApi, Query } from '../operations-api.js';
import { aligned, table, time } from '../output.js';

interface LogRecord {
  id: string;
  at: number;
  target: string;
  resourceType: string;
  label: string;
  action: string;
  outcome: string;
  caller: string;
  correlationId: string;
  durationMs: number;
  error?: { detail: string; recommendedAction?: string };
  changes: { attribute: string }[];
}

interface LogPage {
  records: LogRecord[];
  next?: string;
}

interface LogOptions {
  csv?: boolean;
  follow?: boolean;
}

type Print = (records: readonly LogRecord[], first: boolean) => void;

const followEveryMs = 1000;
const headings = ['TIME', 'TARGET', 'TYPE', 'WHO', 'ACTION', 'OUTCOME', 'BY', 'DETAIL'];
const csvHeadings = [
  ...headings.map((name) => name.toLowerCase()),
  'correlationId',
  'durationMs',
  'recommendedAction',
];

const row = (record: LogRecord) => [
  time(record.at),
  record.target,
  record.resourceType,
  record.label,
  record.action,
  record.outcome,
  record.caller,
  record.error?.detail ?? record.changes.map(({ attribute }) => attribute).join(', '),
];

export function addLogVerb(program: Command): void {
  const log = program
    .command('log')
    .description('the provisioning log: what happened to whom, and why')
    .option('--since <time>', 'ISO 8601, or back from now such as 2h')
    .option('--until <time>', 'likewise')
    .option('--target <name>')
    .option('--resource <id or name>')
    .option('--outcome <outcome>')
    .option('--action <action>')
    .option('--correlation-id <id>', 'what one request of a client did')
    .option('--limit <n>', 'at most', '100')
    .option('--csv', 'for spreadsheets; --json prints JSON Lines')
    .option('--follow', 'go on showing what happens, until Ctrl-C')
    .action(async ({ csv, follow, ...query }: Query & LogOptions, command: Command) => {
      if (csv && globals(command).json) throw new CliError('--csv or --json, not both', 2);
      const print = printer(globals(command).json ? 'json' : csv ? 'csv' : 'table');
      const gateway = api(command);
      const page = await gateway.get<LogPage>('/log', query);
      print([...page.records].reverse(), true);
      if (follow) await followOn(gateway, query, page, print);
    });
  withExamples(
    log,
    'landfall log --resource nora@contoso.example',
    'landfall log --since 2h --outcome failure',
    'landfall log --follow --json',
  );
}

/** A record of another replica can arrive late: a stretch is read again, and what was shown is dropped. */
async function followOn(gateway: OperationsApi, query: Query, first: LogPage, print: Print): Promise<void> {
  let shown = new Set(first.records.map(({ id }) => id));
  for (let after = first.next ?? ''; ;) {
    await new Promise((resolve) => setTimeout(resolve, followEveryMs));
    const from = after === '' ? {} : { after: overlap(after) };
    const page = await gateway.get<LogPage>('/log', { ...query, limit: '1000', ...from });
    const records = after === '' ? [...page.records].reverse() : page.records;
    const news = records.filter(({ id }) => !shown.has(id));
    if (news.length > 0) print(news, false);
    // Only what the next look reads again needs to be remembered.
    shown = new Set(records.map(({ id }) => id));
    after = records.at(-1)?.id ?? after;
  }
}

/** Ids are UUIDv7: ten seconds before this one. */
function overlap(id: string): string {
  const at = parseInt(id.replaceAll('-', '').slice(0, 12), 16) - 10_000;
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

function printer(form: 'json' | 'csv' | 'table'): Print {
  const line = (text: string) => process.stdout.write(`${text}\n`);
  if (form === 'json') return (records) => records.forEach((record) => line(JSON.stringify(record)));
  if (form === 'csv') {
    return (records, first) => {
      if (first) line(csvHeadings.map(csvCell).join(','));
      records.forEach((record) => line(csvRow(record)));
    };
  }
  return (records, first) => line(first ? table(headings, records.map(row)) : aligned(records.map(row)));
}

const csvRow = (record: LogRecord) =>
  [...row(record), record.correlationId, record.durationMs, record.error?.recommendedAction]
    .map(csvCell)
    .join(',');

/** Quoted (RFC 4180), and nothing that a spreadsheet would take for a formula. */
function csvCell(cell: unknown): string {
  const text = String(cell ?? '');
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
