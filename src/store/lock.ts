import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { engineError } from './sql/sqlite-sql.js';
import { sqliteEngine } from './sqlite-engine.js';

export interface StoreLock {
  release(): void;
}

/** Another gateway holds the store. */
export class StoreLocked extends Error {
  constructor(file: string, holder: string) {
    super(
      `the store ${file} is in use by ${holder}: an embedded store serves one gateway. Stop that gateway first, or use PostgreSQL for several.`,
    );
    this.name = 'StoreLocked';
  }
}

/**
 * One lock file per SQLite store: a second gateway refuses to start.
 * The lock is an open exclusive transaction, so the operating system frees it when the process dies, however it dies.
 */
export function lockStore(file: string): StoreLock {
  const path = `${file}.lock`;
  const connection = sqliteEngine().open(path);
  try {
    connection.exec('PRAGMA busy_timeout = 0');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (raw) {
    connection.close();
    if (engineError(raw).kind === 'busy') throw new StoreLocked(file, holderOf(path));
    throw raw;
  }
  writeFileSync(`${path}.pid`, String(process.pid), { mode: 0o600 });
  return {
    release: () => {
      rmSync(`${path}.pid`, { force: true });
      connection.exec('ROLLBACK');
      connection.close();
    },
  };
}

function holderOf(path: string): string {
  try {
    return `process ${readFileSync(`${path}.pid`, 'utf8')}`;
  } catch {
    return 'another process';
  }
}
