import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { CsvFeed } from './compile-feed.js';
import { openCsv } from './csv-file.js';
import { isRejectedFile } from './rejected-rows.js';
import { RowIds } from './row-ids.js';
import { RowReader } from './row-reader.js';

/** What has to be known of a whole file before its first row is taken. */
export interface CheckedFile {
  header: readonly string[];
  delimiter: string;
  rows: number;
  ids: RowIds;
  /** Rows that do not tell whom they are about. */
  unidentified: number;
  /** These are mended rows of a former import. */
  mended: boolean;
}

const oftenEnough = 1000;

/** Reads every row once. Throws FileFault where the file cannot be taken as a whole. */
export async function checkFile(
  feed: CsvFeed,
  file: string,
  name: string,
  looked: (rows: number) => Promise<void>,
): Promise<CheckedFile> {
  const { header, delimiter, rows } = await openCsv(file, feed.settings, feed.columns);
  const reader = new RowReader(feed, header, name, new Date());
  const ids = new RowIds();
  let count = 0;
  let unidentified = 0;
  for await (const row of rows) {
    const read = reader.read(row);
    const externalId = read.kind === 'record' ? read.record.externalId : read.externalId;
    if (externalId === undefined) unidentified += 1;
    else ids.add(externalId, row.line);
    if (++count % oftenEnough === 0) await looked(count);
  }
  return { header, delimiter, rows: count, ids, unidentified, mended: isRejectedFile(header) };
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
