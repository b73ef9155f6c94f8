import { MappedResource } from '../../mapping/path/resource-path.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';
import type { CompiledExpression } from '../../mapping/index.js';
import { nearest } from '../../mapping/expression/suggest.js';
import type { FeedRecord } from '../feed.js';
import { CellFault, cellValue, isoDate } from './cell-value.js';
import type { CellOrigin, CsvFeed, FeedLine } from './compile-feed.js';
import type { CsvRow } from './csv-file.js';
import { folded } from './delimiter.js';
import { FileFault } from './file-fault.js';
import { stateAt } from './state-at.js';

/** Other resources that a row names, by their externalIds: they are looked up when it is taken. */
export interface RowReference {
  line: FeedLine;
  externalIds: readonly string[];
}

export type ReadRow =
  | { kind: 'record'; record: FeedRecord; references: readonly RowReference[] }
  | { kind: 'rejected'; externalId?: string; reason: string };

/** Makes records of rows: knows which cell of this file is which column of the mapping. */
export class RowReader {
  private readonly places: ReadonlyMap<string, number>;

  /** Throws FileFault for a header that lacks a column. */
  constructor(
    private readonly feed: CsvFeed,
    private readonly header: readonly string[],
    private readonly fileName: string,
    private readonly now: Date,
  ) {
    this.places = placesIn(header, feed.columns);
  }

  read(row: CsvRow): ReadRow {
    const { header, feed } = this;
    if (row.cells.length !== header.length)
      return {
        kind: 'rejected',
        reason: `has ${row.cells.length} cells where the header has ${header.length}`,
      };
    const externalId = this.textOf(feed.externalId, row);
    if (typeof externalId !== 'string') return { kind: 'rejected', reason: externalId.reason };
    const attributes: Attributes = {};
    const references: RowReference[] = [];
    for (const line of feed.lines) {
      const fault = this.take(line, row, attributes, references);
      if (fault !== undefined) return { kind: 'rejected', externalId, reason: `${line.path}: ${fault}` };
    }
    const place = `${this.fileName}:${row.line}`;
    return { kind: 'record', record: { type: feed.type.name, externalId, attributes, place }, references };
  }

  private textOf(origin: CellOrigin, row: CsvRow): string | { reason: string } {
    const found = this.valueOf(origin, row);
    if ('fault' in found) return { reason: `externalId: ${found.fault}` };
    const [first] = found.values ?? [];
    const text = first === undefined ? '' : String(first);
    return text === '' ? { reason: `has no externalId (${origin.columns.join(', ')})` } : text;
  }

  private take(
    line: FeedLine,
    row: CsvRow,
    attributes: Attributes,
    references: RowReference[],
  ): string | undefined {
    const found = this.valueOf(line, row);
    if ('fault' in found) return found.fault;
    if (found.values === undefined) return undefined;
    const { emptyCells, listSeparator } = this.feed.settings;
    if (found.values.length === 0 && emptyCells === 'ignore') return undefined;
    if (line.refersTo) return void this.refer(line, found.values, attributes, references);
    const { attribute, sub } = line.place;
    const several = attribute.multiValued && line.expression === undefined;
    const texts = several ? found.values.flatMap((value) => listOf(value, listSeparator)) : found.values;
    try {
      const values = texts.map((value) => cellValue(sub ?? attribute, value, this.feed.formats));
      stateAt(attributes, line.place, values);
      return undefined;
    } catch (error) {
      if (error instanceof CellFault) return error.message;
      throw error;
    }
  }

  private refer(
    line: FeedLine,
    values: readonly Json[],
    attributes: Attributes,
    references: RowReference[],
  ): void {
    const { listSeparator } = this.feed.settings;
    const externalIds =
      line.refersTo === 'many'
        ? values.flatMap((value) => listOf(value, listSeparator).map(String))
        : values.map(String);
    if (externalIds.length > 0) references.push({ line, externalIds });
    else stateAt(attributes, line.place, []);
  }

  /** No values: empty. Undefined values: the expression says nothing (IgnoreFlowIfNullOrEmpty). */
  private valueOf(
    origin: CellOrigin,
    row: CsvRow,
  ): { values: readonly Json[] | undefined } | { fault: string } {
    try {
      if (origin.expression) return this.computed(origin.expression, origin.columns, row);
      const text = this.cell(origin.columns[0]!, row);
      return { values: text === null ? [] : [text] };
    } catch (error) {
      if (error instanceof CellFault) return { fault: error.message };
      throw error;
    }
  }

  private computed(
    expression: CompiledExpression,
    columns: readonly string[],
    row: CsvRow,
  ): { values: readonly Json[] | undefined } | { fault: string } {
    const attributes: JsonObject = Object.fromEntries(columns.map((name) => [name, this.cell(name, row)]));
    const resource = new MappedResource({ id: '', resourceType: '', attributes, now: this.now });
    const outcome = expression.evaluate({ resource, now: this.now });
    if (outcome.kind === 'problem') return { fault: outcome.detail };
    if (outcome.kind === 'ignored') return { values: undefined };
    const values = Array.isArray(outcome.value)
      ? (outcome.value as readonly Json[])
      : [outcome.value as Json];
    return { values: values.filter((value) => value !== null && value !== '') };
  }

  private cell(column: string, row: CsvRow): string | null {
    const text = row.cells[this.places.get(column)!]!.trim();
    if (text === '') return null;
    const { settings, formats } = this.feed;
    return settings.dateColumns.includes(column) ? isoDate(text, formats) : text;
  }
}

function listOf(value: Json, separator: string): Json[] {
  if (typeof value !== 'string') return [value];
  return value
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Every column that the mapping names has to be there exactly once; what else stands in the file is not read. */
function placesIn(header: readonly string[], columns: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  const faults: string[] = [];
  for (const column of columns) {
    const exact = indicesOf(header, (name) => name === column);
    const places = exact.length > 0 ? exact : indicesOf(header, (name) => folded(name) === folded(column));
    if (places.length === 1) found.set(column, places[0]!);
    else if (places.length > 1)
      faults.push(`the column "${column}" stands ${places.length} times in the header`);
    else faults.push(`there is no column "${column}"${meant(column, header)}`);
  }
  if (faults.length > 0) throw new FileFault(`${faults.join('; ')}. Columns: ${header.join(', ')}`, 1);
  return found;
}

function meant(column: string, header: readonly string[]): string {
  const near = nearest(column, header);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function indicesOf(header: readonly string[], fits: (name: string) => boolean): number[] {
  return header.flatMap((name, index) => (fits(name) ? [index] : []));
}
