import { aligned, table, time } from '../output.js';

export interface LogRecord {
  id: string;
  at: number;
  correlationId: string;
  caller: string;
  source?: string;
  target: string;
  resourceId?: string;
  resourceType: string;
  label: string;
  anchor?: string;
  account?: string;
  action: string;
  outcome: string;
  durationMs: number;
  attempt?: number;
  steps?: { name: string; status: string; detail: string }[];
  changes: { attribute: string; old?: string[]; new?: string[] }[];
  error?: { kind?: string; detail: string; recommendedAction?: string };
}

export type Print = (records: readonly LogRecord[], first: boolean) => void;

const headings = ['TIME', 'TARGET', 'TYPE', 'WHO', 'ACTION', 'OUTCOME', 'BY', 'DETAIL'];
const csvHeadings = [
  ...headings.map((name) => name.toLowerCase()),
  'correlationId',
  'durationMs',
  'recommendedAction',
  'id',
  'source',
  'resourceId',
  'anchor',
  'account',
  'attempt',
  'errorKind',
  'steps',
  'changes',
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

export function logPrinter(form: 'json' | 'csv' | 'table'): Print {
  const line = (text: string) => process.stdout.write(`${text}\n`);
  if (form === 'json') return (records) => records.forEach((record) => line(JSON.stringify(record)));
  if (form === 'csv') {
    return (records, first) => {
      // RFC 4180, 2: lines end in CRLF.
      const rows = [...(first ? [csvHeadings] : []), ...records.map(csvRow)];
      process.stdout.write(rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join(''));
    };
  }
  return (records, first) => line(first ? table(headings, records.map(row)) : aligned(records.map(row)));
}

function csvRow(record: LogRecord): unknown[] {
  const { error, steps = [], changes } = record;
  const values = (list: readonly string[] = []) => list.join(' | ');
  return [
    ...row(record),
    record.correlationId,
    record.durationMs,
    error?.recommendedAction,
    record.id,
    record.source,
    record.resourceId,
    record.anchor,
    record.account,
    record.attempt,
    error?.kind,
    steps.map(({ name, status, detail }) => `${name} ${status}: ${detail}`).join('\n'),
    changes.map((change) => `${change.attribute}: ${values(change.old)} -> ${values(change.new)}`).join('\n'),
  ];
}

/** Quoted (RFC 4180), and nothing that a spreadsheet would take for a formula. */
function csvCell(cell: unknown): string {
  const text = String(cell ?? '');
  return `"${(/^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
