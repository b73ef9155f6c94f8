import type { Sql } from './sql/sql.js';

const startedAt = Date.now() - performance.now();

/** Milliseconds since 1970 that never go backwards while the process lives, whatever is done to the wall clock. */
export function monotonicNow(): number {
  return Math.floor(startedAt + performance.now());
}

/** The clock of leases: the database's own where replicas share one, in-process monotonic on SQLite. */
export async function storeNow(sql: Sql): Promise<number> {
  if (sql.engine === 'sqlite') return monotonicNow();
  const row = await sql.get<{ now: string | number }>(
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  );
  return Number(row?.now);
}

/** The clock on the wall: the database's own where replicas share one. */
export async function wallNow(sql: Sql): Promise<number> {
  return sql.engine === 'sqlite' ? Date.now() : storeNow(sql);
}
