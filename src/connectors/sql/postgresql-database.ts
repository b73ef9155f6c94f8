import { readFileSync } from 'node:fs';
import pg from 'pg';
import { refuseAborted } from '../abort.js';
import type { Database, Parameter, Run } from './database.js';
import { sqlFailure } from './sql-failure.js';

/** Dates stay texts: a `date` has no time zone, and node-postgres would give it one. */
const texts = new Set([1082, 1083, 1114, 1266]);
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    texts.has(oid)
      ? (value: string) => value
      : (pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown),
};

export class PostgresqlDatabase implements Database {
  private readonly pool: pg.Pool;

  constructor(url: string, caFile: string | undefined, timeoutMs: number) {
    this.pool = new pg.Pool({
      connectionString: url,
      ...(caFile === undefined ? {} : { ssl: { ca: readFileSync(caFile, 'utf8') } }),
      max: 4,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs + 1_000,
      application_name: 'landfall',
      types,
    });
    // A connection that the server ends is replaced when it is needed; one in use fails its own statement.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  boolean(value: boolean): Parameter {
    return String(value);
  }

  async transaction<T>(
    purpose: 'read' | 'write',
    work: (run: Run) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    refuseAborted(signal);
    const client = await this.connect();
    let phase: 'work' | 'commit' = 'work';
    let broken: Error | undefined;
    const abort = () => void client.end().catch(() => undefined);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await client.query(purpose === 'read' ? 'BEGIN READ ONLY' : 'BEGIN');
      const result = await work((sql, parameters) => run(client, sql, parameters));
      phase = 'commit';
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // The server rolls back whatever a lost connection left open.
      await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
      throw sqlFailure(error, phase);
    } finally {
      signal.removeEventListener('abort', abort);
      client.release(broken ?? signal.aborted);
    }
  }

  async columns(table: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const [name = '', schema] = table.split('.').reverse();
    const sql =
      'SELECT column_name FROM information_schema.columns WHERE table_name = ? AND table_schema = coalesce(?, current_schema())';
    const { rows } = await this.transaction('read', (one) => one(sql, [name, schema ?? null]), signal);
    return new Set(rows.map(({ column_name }) => String(column_name)));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw sqlFailure(error, 'work');
    }
  }
}

async function run(client: pg.PoolClient, sql: string, parameters: readonly Parameter[]) {
  let number = 0;
  const numbered = sql.replaceAll('?', () => `$${++number}`);
  const { rows, rowCount } = await client.query<Record<string, unknown>>(numbered, [...parameters]);
  return { rows, changes: rowCount ?? 0 };
}
