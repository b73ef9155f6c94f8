import { Findings } from '../../delivery/jobs/findings.js';
import type { Json, JsonObject } from '../../schema/types.js';
import type { RecordChange } from '../feed.js';
import type { RejectedRows } from './rejected-rows.js';
import type { TakenRow } from './row-taker.js';

const longestValue = 80;
/** Names of attributes are clear enough without the schema that has them. */
const urn = /^urn:\S*:/;

/** What an import tells: counts, the first rows of each kind, and the file of rejected rows. */
export class ImportReport {
  readonly findings: Findings;

  constructor(
    result: JsonObject,
    private readonly name: string,
    private readonly rejectedRows: RejectedRows,
  ) {
    this.findings = new Findings(result);
  }

  take({ row, externalId, result, unknown }: TakenRow): void {
    const { outcome, resourceId, reason = '' } = result;
    const found = {
      label: externalId,
      place: `${this.name}:${row.line}`,
      ...(resourceId ? { resourceId } : {}),
    };
    if (outcome === 'unchanged') this.findings.count(outcome);
    else
      this.findings.list(outcome, { ...found, detail: reason === '' ? changesIn(result.changes) : reason });
    if (outcome === 'parked' || outcome === 'rejected') this.rejectedRows.add(row.cells, row.line, reason);
    else this.unresolved(found, row, unknown);
  }

  /** The second look at a row that named somebody who came later. */
  takeReferences(taken: TakenRow): void {
    const { row, externalId, result, unknown } = taken;
    if (result.outcome === 'rejected' || result.outcome === 'parked')
      return this.take({ ...taken, unknown: [] });
    const found = { label: externalId, place: `${this.name}:${row.line}` };
    this.unresolved(found, row, unknown);
  }

  result(apply: boolean): JsonObject {
    const open = ['rejected', 'parked', 'unresolved', 'leaversHeld'];
    return this.findings.result(this.findings.total(apply ? open : ['created', 'updated', 'left', ...open]));
  }

  /** Taken, but for whom it names. */
  private unresolved(found: { label: string; place: string }, row: TakenRow['row'], unknown: string[]): void {
    if (unknown.length === 0) return;
    const detail = unknown.join('; ');
    this.findings.list('unresolved', { ...found, detail });
    this.rejectedRows.add(row.cells, row.line, `imported, but ${detail}`);
  }
}

export function changesIn(changes: readonly RecordChange[]): string {
  return changes
    .map(({ path, from, to, keptFor }) => {
      const kept = keptFor === undefined ? '' : ` (kept: ${keptFor} has precedence)`;
      return `${path.replace(urn, '')}: ${from === undefined ? '' : `${shown(from)} → `}${to === undefined ? 'none' : shown(to)}${kept}`;
    })
    .join('; ');
}

function shown(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
