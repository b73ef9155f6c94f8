import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import type { UnitOfWork } from '../identity/ports.js';
import { createDataSource, type StoreOptions } from './data-source.js';
import { lockStore, type StoreLock } from './lock.js';
import { postgresReader, PostgresUnitOfWork, type PostgresPool } from './sql/postgres-sql.js';
import { EngineError, type Sql } from './sql/sql.js';
import { SqliteSql } from './sql/sqlite-sql.js';
import { SqliteUnitOfWork } from './sql/sqlite-unit-of-work.js';
import { monotonicNow } from './clock.js';
import { sqliteEngine, type SqliteConnection } from './sqlite-engine.js';

/** An open store: one writer, committed reads, and the DataSource for entities and migrations. */
export interface Store {
  readonly options: StoreOptions;
  readonly dataSource: DataSource;
  readonly unitOfWork: UnitOfWork;
  /** Reads outside a transaction; sees what was committed, never an open batch. */
  readonly reader: Sql;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Called when the outcome of a COMMIT is unknown; the default ends the process, and recovery is the restart. */
  onCommitFailure?(error: EngineError): void;
}

function endProcess(error: EngineError): void {
  process.stderr.write(
    `landfall: the store failed at COMMIT (${error.message}); ending, recovery is the restart\n`,
  );
  process.exit(70);
}

/** Opens the store, runs pending migrations and takes the lock of an embedded store. */
export async function openStore(options: StoreOptions, open: OpenOptions = {}): Promise<Store> {
  return options.engine === 'sqlite' ? openSqlite(options, open) : openPostgres(options);
}

async function openSqlite(options: StoreOptions & { engine: 'sqlite' }, open: OpenOptions): Promise<Store> {
  const file = resolve(options.file);
  if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock: StoreLock = lockStore(file);
  try {
    const dataSource = await createDataSource({ ...options, file }).initialize();
    await dataSource.runMigrations({ transaction: 'all' });
    // TypeORM's SQLite driver mixes up the transactions of concurrent requests: from here on it only reads.
    await dataSource.query('PRAGMA query_only = ON');
    const writer = openConnection(file);
    takeOverFromFormer(writer);
    const reader = openConnection(file);
    reader.exec('PRAGMA query_only = ON');
    const unitOfWork = new SqliteUnitOfWork(writer, { onCommitFailure: open.onCommitFailure ?? endProcess });
    return {
      options,
      dataSource,
      unitOfWork,
      reader: new SqliteSql(reader),
      close: once(async () => {
        await unitOfWork.idle();
        await dataSource.destroy();
        reader.close();
        writer.close();
        lock.release();
      }),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** An embedded store serves one gateway: leases and turns of the one before are nobody's any more, and its clock may have been ahead. */
function takeOverFromFormer(writer: SqliteConnection): void {
  const now = monotonicNow();
  writer.exec('UPDATE link SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL');
  // Schedules go by the last run and stay: only who may work is given up.
  writer.exec('UPDATE turn SET until = 0');
  writer.exec(`UPDATE link SET next_attempt_at = ${now} WHERE next_attempt_at > ${now}`);
  writer.exec(`UPDATE edge SET next_attempt_at = ${now} WHERE next_attempt_at > ${now} AND state = 'due'`);
  writer.exec(`UPDATE link SET edges_due_at = ${now} WHERE edges_due_at > ${now}`);
  writer.exec(`UPDATE target SET retry_at = ${now} WHERE retry_at > ${now}`);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

function openConnection(file: string) {
  const connection = sqliteEngine().open(file);
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'secure_delete = ON',
    'foreign_keys = ON',
  ]) {
    connection.exec(`PRAGMA ${pragma}`);
  }
  connection.exec('PRAGMA cache_size = -65536');
  return connection;
}

async function openPostgres(options: StoreOptions & { engine: 'postgres' }): Promise<Store> {
  const dataSource = await createDataSource(options).initialize();
  try {
    await migrateOnce(dataSource);
    await refuseAsynchronousCommit(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  const pool = (dataSource.driver as unknown as { master: PostgresPool }).master;
  return {
    options,
    dataSource,
    unitOfWork: new PostgresUnitOfWork(pool),
    reader: postgresReader(pool),
    close: () => dataSource.destroy(),
  };
}

/** Replicas that start together migrate one after another. */
async function migrateOnce(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock(727074)');
    await dataSource.runMigrations({ transaction: 'all' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock(727074)').catch(() => undefined);
    await runner.release();
  }
}

async function refuseAsynchronousCommit(dataSource: DataSource): Promise<void> {
  const rows = await dataSource.query<{ synchronous_commit: string }[]>('SHOW synchronous_commit');
  if (rows[0]?.synchronous_commit === 'off') {
    throw new Error(
      'PostgreSQL runs with synchronous_commit = off: acknowledged changes could be lost. Set it to on for the database or the role of the gateway.',
    );
  }
}
