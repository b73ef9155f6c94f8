import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openStore } from '../../src/store/store.js';
import { usePostgres } from '../postgres.js';

/** Opens the store and inserts rows one unit after another; prints each that was acknowledged. */
const writer = `
  const { openStore } = await import(process.cwd() + '/dist/src/store/store.js');
  const { sqlOf } = await import(process.cwd() + '/dist/src/store/sql/sql.js');
  const store = await openStore({ engine: 'sqlite', file: process.argv[1] });
  const say = (text) => process.stdout.write(text + '\\n');
  for (let n = 0; n < 2000; n++)
    await store.unitOfWork
      .run((tx) => sqlOf(tx).run('INSERT INTO turn (name, owner, until) VALUES (?, ?, 0)', ['turn ' + n, 'x'.repeat(3000)]))
      .then(() => say('kept ' + n), (error) => say('refused ' + n));
`;

/** Writes to files end with an I/O error beyond so many kilobytes: what a full or failing disk does. */
function runWithin(kilobytes: number, file: string): Promise<{ code: number | null; output: string }> {
  const script = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$0" --input-type=module -e "$1" "$2"`;
  const child = spawn('bash', ['-c', script, process.execPath, writer, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

describe('An embedded store on a failing disk', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landfall-disk-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('ends the process at a failed COMMIT, acknowledges nothing it has not kept, and recovers at the next start', async () => {
    const file = join(folder, 'store.sqlite');
    const { code, output } = await runWithin(3000, file);
    expect({ code, output }).toMatchObject({ code: 70, output: expect.stringContaining('at COMMIT') });
    const kept = [...output.matchAll(/^kept (\d+)$/gm)].map((match) => `turn ${match[1]}`);
    expect(kept.length).toBeGreaterThan(10);
    expect(output.split('\n').filter((line) => line.startsWith('refused')).length).toBeLessThanOrEqual(1);
    const store = await openStore({ engine: 'sqlite', file });
    const rows = await store.reader.all<{ name: string }>('SELECT name FROM turn');
    await store.close();
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(kept));
  }, 60_000);
});

describe('A PostgreSQL that acknowledges before it has written', () => {
  const url = usePostgres();

  it('is refused at the start', async () => {
    const client = new Client(url());
    await client.connect();
    const database = new URL(url()).pathname.slice(1);
    await client.query(`ALTER DATABASE ${database} SET synchronous_commit = off`);
    await client.end();
    await expect(openStore({ engine: 'postgres', url: url() })).rejects.toThrow(/synchronous_commit = off/);
  });
});
