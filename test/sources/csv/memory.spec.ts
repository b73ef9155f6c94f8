import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newFolder, removeFolders } from './files.js';

const check = `
  import 'reflect-metadata';
  import { SchemaRegistry } from './dist/src/schema/schema-registry.js';
  import { checkFile } from './dist/src/sources/csv/check-file.js';
  import { compileFeed } from './dist/src/sources/csv/compile-feed.js';
  import { CsvSettings } from './dist/src/sources/csv/settings.js';
  const settings = Object.assign(new CsvSettings(), { externalId: 'Id', mapping: { userName: 'Name', title: 'Note' } });
  const { feed } = compileFeed(settings, SchemaRegistry.builtIn());
  const { rows, ids } = await checkFile(feed, process.argv[1], 'people.csv', async () => undefined);
  console.log(JSON.stringify({ rows, ids: ids.size }));
`;

describe('A file that is larger than the memory', () => {
  afterEach(removeFolders);

  it('is read as a stream', async () => {
    const file = join(newFolder(), 'people.csv');
    const to = openSync(file, 'w');
    writeSync(to, 'Id;Name;Note\n');
    const note = 'n'.repeat(2000);
    // 96 MB of rows through a heap of 48 MB.
    for (let row = 0; row < 48_000; row += 1) writeSync(to, `${row};p${row};${note}${row}\n`);
    closeSync(to);
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--max-old-space-size=48',
      '--input-type=module',
      '-e',
      check,
      file,
    ]);
    expect(JSON.parse(stdout)).toEqual({ rows: 48_000, ids: 48_000 });
  }, 60_000);
});
