import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { StoreCopy } from '../../delivery/jobs/store-copy.js';
import type { StoreOptions } from '../data-source.js';
import { sqliteEngine } from '../sqlite-engine.js';

/**
 * Runs in a thread of its own, so that requests are answered meanwhile. VACUUM INTO reads one snapshot: writers go on, and the
 * copy is the store as it was when it began. It is looked through before anybody relies on it.
 */
const copying = `
const { parentPort, workerData: { engine, better, from, to } } = require('node:worker_threads');
const open = (file) => engine === 'node:sqlite'
  ? new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file, { timeout: 5000 })
  : new (require(better))(file, { timeout: 5000 });
const store = open(from);
store.prepare('VACUUM INTO ?').run(to);
store.close();
const copy = open(to);
const [row] = copy.prepare('PRAGMA integrity_check(1)').all();
copy.close();
parentPort.postMessage(row.integrity_check);
`;

/** The store of one gateway, copied while the gateway runs. */
export class SqliteCopy extends StoreCopy {
  readonly supported: boolean;

  constructor(private readonly options: StoreOptions) {
    super();
    this.supported = options.engine === 'sqlite';
  }

  async copyTo(file: string): Promise<number> {
    if (this.options.engine !== 'sqlite')
      throw new Error('PostgreSQL is copied with its own tools (pg_dump)');
    const partial = `${file}.partial`;
    rmSync(partial, { force: true });
    closeSync(openSync(partial, 'wx', 0o600));
    try {
      const verdict = await copyInThread(this.options.file, partial);
      if (verdict !== 'ok') throw new Error(`the copy is damaged: ${verdict}`);
      flush(partial);
      renameSync(partial, file);
    } finally {
      rmSync(partial, { force: true });
    }
    return statSync(file).size;
  }
}

function copyInThread(from: string, to: string): Promise<string> {
  const engine = sqliteEngine().name;
  const better = engine === 'node:sqlite' ? '' : createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(copying, { eval: true, workerData: { engine, better, from, to } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the copy ended early')));
  });
}

/** A rename is good for something only when the content is on the disk. */
function flush(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}
