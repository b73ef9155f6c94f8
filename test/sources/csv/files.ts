import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { SchemaRegistry } from '../../../src/schema/schema-registry.js';
import { compileFeed, type CsvFeed } from '../../../src/sources/csv/compile-feed.js';
import { openCsv, type CsvFormat, type OpenCsv } from '../../../src/sources/csv/csv-file.js';
import { RowReader, type ReadRow } from '../../../src/sources/csv/row-reader.js';
import { CsvSettings } from '../../../src/sources/csv/settings.js';

const folders: string[] = [];

/** A folder that goes with `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-csv-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function newFile(content: string | Buffer, name = 'people.csv'): string {
  const file = join(newFolder(), name);
  writeFileSync(file, content);
  return file;
}

export function feedOf(settings: Partial<CsvSettings>): CsvFeed {
  const { feed, faults } = compileFeed(
    plainToInstance(CsvSettings, { externalId: 'Id', ...settings }),
    SchemaRegistry.builtIn(),
  );
  if (!feed) throw new Error(JSON.stringify(faults));
  return feed;
}

export async function rowsOf(
  content: string | Buffer,
  format: Partial<CsvFormat> = {},
  columns: readonly string[] = [],
): Promise<{ opened: OpenCsv; rows: { line: number; cells: readonly string[] }[] }> {
  const opened = await openCsv(newFile(content), { encoding: 'auto', delimiter: 'auto', ...format }, columns);
  const rows: { line: number; cells: readonly string[] }[] = [];
  for await (const { line, cells } of opened.rows) rows.push({ line, cells });
  return { opened, rows };
}

/** Every row of a file as its source reads it. */
export async function recordsOf(
  content: string | Buffer,
  settings: Partial<CsvSettings>,
): Promise<ReadRow[]> {
  const feed = feedOf(settings);
  const opened = await openCsv(newFile(content), feed.settings, feed.columns);
  const reader = new RowReader(feed, opened.header, 'people.csv', new Date(0));
  const read: ReadRow[] = [];
  for await (const row of opened.rows) read.push(reader.read(row));
  return read;
}
