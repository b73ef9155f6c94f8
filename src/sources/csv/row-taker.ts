import type { Caller } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { FeedRecord, Intake, RecordResult } from '../feed.js';
import type { CsvFeed } from './compile-feed.js';
import type { CsvRow } from './csv-file.js';
import type { References, Resolved } from './references.js';
import type { RowIds } from './row-ids.js';
import type { ReadRow, RowReader } from './row-reader.js';

export interface TakenRow {
  row: CsvRow;
  externalId: string;
  result: Pick<RecordResult, 'outcome' | 'changes' | 'resourceId' | 'reason'>;
  /** Named in the row and known nowhere. */
  unknown: string[];
  /** Names somebody who comes later in the file. */
  deferred: boolean;
}

export interface TakerParts {
  source: string;
  feed: CsvFeed;
  intake: Intake;
  store: Pick<ResourceStore, 'named'>;
  reader: RowReader;
  references: References;
  ids: RowIds;
  caller: Caller;
  apply: boolean;
  /** The source has match rules: two new rows could mean one person, so new rows are taken one after another. */
  matches: boolean;
}

type Work = () => Promise<TakenRow>;
const atOnce = 16;

/** Takes rows of a file into the store, or only looks what would become of them. */
export class RowTaker {
  constructor(private readonly parts: TakerParts) {}

  /** In the order of the rows. */
  async page(rows: readonly CsvRow[]): Promise<TakenRow[]> {
    const taken = new Map<CsvRow, TakenRow>();
    const together: Work[] = [];
    const alone: Work[] = [];
    for (const row of rows) {
      const read = this.parts.reader.read(row);
      const work = async () => {
        const one = await this.row(row, read);
        taken.set(row, one);
        return one;
      };
      ((await this.mayMeet(read)) ? alone : together).push(work);
    }
    for (let at = 0; at < together.length; at += atOnce)
      await Promise.all(together.slice(at, at + atOnce).map((work) => work()));
    for (const work of alone) await work();
    return rows.map((row) => taken.get(row)!);
  }

  /** Once the whole file is in: those whom rows name and who came later. Undefined: the row itself is not in. */
  async referencesOf(row: CsvRow): Promise<TakenRow | undefined> {
    const { reader, references, intake, source, caller } = this.parts;
    const read = reader.read(row);
    if (read.kind === 'rejected' || read.references.length === 0) return undefined;
    const { externalId } = read.record;
    if (this.parts.ids.repeatedSince(externalId) !== undefined || !(await this.isKnown(externalId)))
      return undefined;
    const record: FeedRecord = { ...read.record, attributes: {} };
    const { unknown } = await references.resolve(read.references, record.attributes, true);
    const result = await intake.take(source, record, caller);
    return { row, externalId, result, unknown: namesOf(unknown), deferred: false };
  }

  private async row(row: CsvRow, read: ReadRow): Promise<TakenRow> {
    if (read.kind === 'rejected') return rejected(row, read.externalId ?? '', read.reason);
    const { record } = read;
    const first = this.parts.ids.repeatedSince(record.externalId);
    if (first !== undefined)
      return rejected(
        row,
        record.externalId,
        `the externalId "${record.externalId}" stands in several lines, first in line ${first}`,
      );
    const resolved = await this.parts.references.resolve(read.references, record.attributes, false);
    const { intake, source, caller, apply } = this.parts;
    const result = apply ? await intake.take(source, record, caller) : await intake.preview(source, record);
    return {
      row,
      externalId: record.externalId,
      result: apply ? result : withLater(result, resolved),
      unknown: namesOf(resolved.unknown),
      deferred: resolved.later.length > 0,
    };
  }

  private async mayMeet(read: ReadRow): Promise<boolean> {
    const { apply, matches } = this.parts;
    return apply && matches && read.kind === 'record' && !(await this.isKnown(read.record.externalId));
  }

  private async isKnown(externalId: string): Promise<boolean> {
    const { store, feed, source } = this.parts;
    return (await store.named(undefined, feed.type.name, source, externalId)).length > 0;
  }
}

function rejected(row: CsvRow, externalId: string, reason: string): TakenRow {
  return {
    row,
    externalId,
    result: { outcome: 'rejected', changes: [], reason },
    unknown: [],
    deferred: false,
  };
}

/** A preview cannot know the ids of those who are not there yet: it names them as the file does. */
function withLater(result: RecordResult, { later }: Resolved): RecordResult {
  if (later.length === 0 || result.outcome === 'parked' || result.outcome === 'rejected') return result;
  const changes = later.map(({ line, externalIds }) => ({ path: line.path, to: externalIds[0]! }));
  const outcome = result.outcome === 'unchanged' ? 'updated' : result.outcome;
  return { ...result, outcome, changes: [...result.changes, ...changes] };
}

const namesOf = (references: Resolved['unknown']): string[] =>
  references.map(({ line, externalIds }) => `${line.path}: nobody is known as "${externalIds[0]}"`);
