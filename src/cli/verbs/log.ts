import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, globals } from '../context.js';
import { withExamples } from '../examples.js';
import type { OperationsApi, Query } from '../operations-api.js';
import { logPrinter, type LogRecord, type Print } from './log-printer.js';

interface LogPage {
  records: LogRecord[];
  next?: string;
  /** There are records beyond this page. */
  more?: boolean;
}

interface LogOptions {
  csv?: boolean;
  follow?: boolean;
  limit?: string;
}

const followEveryMs = 1000;
const pageSize = 1000;
const shownAtFirst = 100;

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
    .option('--caller <name>', 'the token that asked')
    .option('--correlation-id <id>', 'what one request of a client did')
    .option('--limit <n>', `the newest n; ${shownAtFirst} unless exported`)
    .option('--csv', 'for spreadsheets; --json prints JSON Lines. Both export the whole range')
    .option('--follow', 'go on showing what happens, until Ctrl-C')
    .action(async ({ csv, follow, limit, ...query }: Query & LogOptions, command: Command) => {
      const { json } = globals(command);
      if (csv && json) throw new CliError('--csv or --json, not both', 2);
      const print = logPrinter(json ? 'json' : csv ? 'csv' : 'table');
      const gateway = api(command);
      if ((csv || json) && !follow && limit === undefined) return wholeRange(gateway, query, print);
      const first = await newest(gateway, query, atMost(limit));
      print([...first.records].reverse(), true);
      if (follow) await followOn(gateway, query, first, print);
      else if (first.more) process.stderr.write(`${first.records.length} newest; --limit shows more\n`);
    });
  withExamples(
    log,
    'landfall log --resource nora@contoso.example',
    'landfall log --since 2h --outcome failure',
    'landfall log --since 2026-11-01 --until 2026-12-01 --csv > november.csv',
    'landfall log --follow --json',
  );
}

function atMost(limit: string | undefined): number {
  if (limit === undefined) return shownAtFirst;
  if (/^[1-9]\d*$/.test(limit)) return Number(limit);
  throw new CliError(`--limit "${limit}" is no number of records`, 2);
}

/** Oldest first, page by page: memory stays flat whatever the range. */
async function wholeRange(gateway: OperationsApi, query: Query, print: Print): Promise<void> {
  // Before every id.
  let after = '0';
  for (let first = true; ; first = false) {
    const page = await gateway.get<LogPage>('/log', { ...query, limit: String(pageSize), after });
    print(page.records, first);
    if (!page.more || page.next === undefined) return;
    after = page.next;
  }
}

/** Newest first. */
async function newest(gateway: OperationsApi, query: Query, limit: number): Promise<LogPage> {
  const records: LogRecord[] = [];
  for (let next: string | undefined; ;) {
    const before = records.at(-1)?.id;
    const size = String(Math.min(pageSize, limit - records.length));
    const page = await gateway.get<LogPage>('/log', { ...query, limit: size, before });
    records.push(...page.records);
    next ??= page.next;
    const more = page.more ?? false;
    if (!more || records.length >= limit) return { records, more, ...(next === undefined ? {} : { next }) };
  }
}

/** A record of another replica can arrive late: a stretch is read again, and what was shown is dropped. */
async function followOn(gateway: OperationsApi, query: Query, first: LogPage, print: Print): Promise<void> {
  let shown = new Set(first.records.map(({ id }) => id));
  // What is older than the first page was left out on purpose.
  const oldest = first.more ? first.records.at(-1)!.id : '';
  for (let after = first.next ?? ''; ;) {
    await new Promise((resolve) => setTimeout(resolve, followEveryMs));
    const seen = new Set<string>();
    for (let from = after === '' ? '0' : overlap(after), more = true; more;) {
      const page = await gateway.get<LogPage>('/log', { ...query, limit: String(pageSize), after: from });
      const news = page.records.filter(({ id }) => !shown.has(id) && id > oldest);
      if (news.length > 0) print(news, false);
      // Only what the next look reads again needs to be remembered.
      page.records.forEach(({ id }) => seen.add(id));
      from = page.records.at(-1)?.id ?? from;
      after = page.records.at(-1)?.id ?? after;
      more = page.more ?? false;
    }
    shown = seen;
  }
}

/** Ids are UUIDv7: ten seconds before this one. */
function overlap(id: string): string {
  const at = parseInt(id.replaceAll('-', '').slice(0, 12), 16) - 10_000;
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
