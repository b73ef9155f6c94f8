import type { Command } from 'commander';
import { api, globals } from './context.js';
import { table, time } from './output.js';

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

const followEveryMs = 1000;
const headings = ['TIME', 'TARGET', 'TYPE', 'WHO', 'ACTION', 'OUTCOME', 'BY', 'DETAIL'];

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

const csv = (record: LogRecord) =>
  [...row(record), record.correlationId, record.durationMs, record.error?.recommendedAction]
    .map(csvCell)
    .join(',');

/** Quoted, and nothing a spreadsheet would take for a formula. */
function csvCell(cell: unknown): string {
  const text = String(cell ?? '');
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export function addLogVerb(program: Command): void {
  program
    .command('log')
    .description('the provisioning log: what happened to whom, and why')
    .option('--since <time>', 'ISO 8601, or back from now such as 2h')
    .option('--until <time>')
    .option('--target <name>')
    .option('--resource <id or name>')
    .option('--outcome <outcome>')
    .option('--action <action>')
    .option('--correlation-id <id>')
    .option('--limit <n>', 'at most', '100')
    .option('--csv', 'for spreadsheets')
    .option('--follow', 'go on showing what happens')
    .action(
      async (options: Record<string, string> & { csv?: boolean; follow?: boolean }, command: Command) => {
        const { csv: asCsv, follow, ...query } = options;
        const gateway = api(command);
        const print = (records: LogRecord[], first: boolean) => {
          if (globals(command).json)
            records.forEach((record) => process.stdout.write(`${JSON.stringify(record)}\n`));
          else if (asCsv) records.forEach((record) => process.stdout.write(`${csv(record)}\n`));
          else if (records.length > 0 || first)
            process.stdout.write(
              `${table(first ? headings : headings.map(() => ''), records.map(row)).trimStart()}\n`,
            );
        };
        const page = await gateway.get<{ records: LogRecord[]; next?: string }>('/log', query);
        print([...page.records].reverse(), true);
        const seen = new Set(page.records.map(({ id }) => id));
        for (let after = page.next ?? ''; follow;) {
          await new Promise((resolve) => setTimeout(resolve, followEveryMs));
          // A record of another replica can arrive late: a stretch is read again, and what was shown is dropped.
          const next: { records: LogRecord[]; next?: string } = await gateway.get('/log', {
            ...query,
            limit: '1000',
            after: overlap(after),
          });
          const news = next.records.filter(({ id }) => !seen.has(id));
          news.forEach(({ id }) => seen.add(id));
          print(news, false);
          after = next.next ?? after;
        }
      },
    );
}

/** Ids are UUIDv7: ten seconds before this one. */
function overlap(id: string): string {
  if (id === '') return '';
  const at = parseInt(id.replaceAll('-', '').slice(0, 12), 16) - 10_000;
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
