import { Readable, pipeline } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { decoded, type Encoding } from './decode.js';
import { headOf, holdsFirstRecord, type Delimiter } from './delimiter.js';
import { FileFault } from './file-fault.js';
import { unguarded } from './formula.js';

export interface CsvFormat {
  encoding: Encoding;
  delimiter: Delimiter;
}

export interface CsvRow {
  /** From 1, without the header. */
  number: number;
  /** Where the row begins in the file. */
  line: number;
  cells: readonly string[];
}

/** A file while it is read: never more than a few rows of it are in memory. */
export interface OpenCsv {
  delimiter: string;
  header: readonly string[];
  rows: AsyncGenerator<CsvRow>;
}

/** A quotation mark that is never closed would swallow the rest of the file. */
const longestRecord = 1_000_000;
const longestHead = 100_000;

/** Reads RFC 4180 files as they really come: any delimiter, quoted line breaks, blank lines. Throws FileFault. */
export async function openCsv(file: string, format: CsvFormat, columns: readonly string[]): Promise<OpenCsv> {
  const pieces = decoded(file, format.encoding);
  const beginning = await beginningOf(pieces);
  const { delimiter, skip } = headOf(beginning, format.delimiter, columns);
  const records = recordsOf(withBeginning(beginning.slice(skip), pieces), delimiter, skip > 0 ? 1 : 0);
  const first = await records.next();
  if (first.done) throw new FileFault('the file is empty');
  const header = first.value.cells.map((name) => name.trim());
  return { delimiter, header, rows: numbered(records) };
}

async function beginningOf(pieces: AsyncGenerator<string>): Promise<string> {
  let text = '';
  while (text.length < longestHead && !holdsFirstRecord(text)) {
    const { value, done } = await pieces.next();
    if (done) break;
    text += value;
  }
  return text;
}

async function* withBeginning(beginning: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (beginning !== '') yield beginning;
  yield* rest;
}

async function* recordsOf(
  text: AsyncGenerator<string>,
  delimiter: string,
  skippedLines: number,
): AsyncGenerator<Omit<CsvRow, 'number'>> {
  const parser = parse({
    delimiter,
    info: true,
    max_record_size: longestRecord,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // Errors come out of the parser, which pipeline destroys with them.
  pipeline(Readable.from(text), parser, () => undefined);
  // csv-parse counts a quoted CRLF as two lines.
  let ahead = -skippedLines;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const line = info.lines - countIn(record, /[\r\n]/g) - ahead;
      ahead += countIn(record, /\r\n/g);
      if (record.some((cell) => cell.trim() !== '')) yield { line, cells: record.map(unguarded) };
    }
  } catch (error) {
    throw faultOf(error, ahead);
  }
}

async function* numbered(records: AsyncGenerator<Omit<CsvRow, 'number'>>): AsyncGenerator<CsvRow> {
  let number = 0;
  for await (const record of records) yield { number: ++number, ...record };
}

function countIn(cells: readonly string[], pattern: RegExp): number {
  return cells.reduce((sum, cell) => sum + (cell.match(pattern)?.length ?? 0), 0);
}

const broken: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is never closed; is the file cut off?',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quotation mark; a mark inside a cell is written twice',
  INVALID_OPENING_QUOTE: 'a quotation mark stands inside a cell that does not begin with one',
  CSV_MAX_RECORD_SIZE: 'a row is longer than a million characters; a quotation mark is probably not closed',
};

function faultOf(error: unknown, ahead: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const lines = (error as unknown as { lines?: number }).lines;
  const line = lines === undefined ? undefined : lines - ahead;
  return new FileFault(broken[error.code] ?? error.message, line);
}
