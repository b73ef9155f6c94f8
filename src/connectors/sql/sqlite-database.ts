import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuseAborted } from '../abort.js';
import type { Database, Parameter, Row, Run } from './database.js';
import { table as quoted } from './identifiers.js';
import { sqlFailure } from './sql-failure.js';

interface Statement {
  all(...parameters: readonly Parameter[]): unknown[];
  run(...parameters: readonly Parameter[]): { changes: number | bigint };
}
interface Connection {
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): void;
}

/** Waiting inside SQLite would stop the whole process: it answers at once, and is asked again after this long. */
const askAgainMs = 50;

/** `node:sqlite` where the runtime has it, better-sqlite3 otherwise. */
function open(file: string): Connection {
  const { getBuiltinModule } = process as { getBuiltinModule?: (id: string) => unknown };
  const builtin = getBuiltinModule?.('node:sqlite') as
    { DatabaseSync: new (file: string, options: object) => Connection } | undefined;
  if (builtin) return new builtin.DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true });
  const Better = createRequire(import.meta.url)('better-sqlite3') as new (
    file: string,
    options: object,
  ) => Connection;
  const connection = new Better(file, { timeout: 0, fileMustExist: true });
  connection.exec('PRAGMA foreign_keys = ON');
  return connection;
}

/** One connection, one transaction at a time. */
export class SqliteDatabase implements Database {
  private connection?: Connection;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly timeoutMs: number,
  ) {}

  boolean(value: boolean): Parameter {
    return value ? 1 : 0;
  }

  transaction<T>(purpose: 'read' | 'write', work: (run: Run) => Promise<T>, signal: AbortSignal): Promise<T> {
    const mine = this.last.then(() => this.alone(purpose, work, signal));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  async columns(table: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { rows } = await this.transaction(
      'read',
      (run) => run(`PRAGMA table_info(${quoted(table)})`, []),
      signal,
    );
    return new Set(rows.map(({ name }) => String(name)));
  }

  async close(): Promise<void> {
    await this.last;
    this.connection?.close();
    this.connection = undefined;
  }

  private async alone<T>(
    purpose: 'read' | 'write',
    work: (run: Run) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    refuseAborted(signal);
    let phase: 'work' | 'commit' = 'work';
    let begun = false;
    try {
      const connection = (this.connection ??= open(this.file));
      await this.patiently(() => begin(connection, purpose), signal);
      begun = true;
      const result = await work(async (sql, parameters) => run(connection, sql, parameters));
      phase = 'commit';
      await this.patiently(() => connection.exec('COMMIT'), signal);
      return result;
    } catch (error) {
      if (begun) this.rollBack();
      throw sqlFailure(error, phase);
    }
  }

  private async patiently(work: () => void, signal: AbortSignal): Promise<void> {
    const end = performance.now() + this.timeoutMs;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || signal.aborted || performance.now() > end) throw error;
      }
      await sleep(askAgainMs);
    }
  }

  /** SQLite may have rolled back by itself (full disk, I/O error). */
  private rollBack(): void {
    try {
      this.connection?.exec('ROLLBACK');
    } catch {
      this.connection?.close();
      this.connection = undefined;
    }
  }
}

/** A plain BEGIN takes no lock; the read behind it does, so that no later statement is refused. */
function begin(connection: Connection, purpose: 'read' | 'write'): void {
  if (purpose === 'write') {
    connection.exec('BEGIN IMMEDIATE');
    return;
  }
  connection.exec('BEGIN');
  try {
    connection.exec('SELECT 1 FROM sqlite_master LIMIT 1');
  } catch (error) {
    connection.exec('ROLLBACK');
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  const { code, errcode = 0 } = error as { code?: string; errcode?: number };
  return /^SQLITE_(BUSY|LOCKED)/.test(code ?? '') || [5, 6].includes(errcode & 0xff);
}

function run(connection: Connection, sql: string, parameters: readonly Parameter[]) {
  const statement = connection.prepare(sql);
  if (!/^\s*(SELECT|PRAGMA)|\bRETURNING\b/i.test(sql)) {
    return { rows: [] as Row[], changes: Number(statement.run(...parameters).changes) };
  }
  const rows = statement.all(...parameters) as Row[];
  return { rows, changes: rows.length };
}
