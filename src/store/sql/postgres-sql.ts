import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { EngineError, numberParameters, SqlTransaction, type Parameter, type Row, type Sql } from './sql.js';

/** As much of pg's pool and client as is used here. */
export interface PostgresClient {
  query(query: {
    text: string;
    values: unknown[];
    name?: string;
  }): Promise<{ rows: unknown[]; rowCount: number | null }>;
  release(error?: Error | boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  query(query: {
    text: string;
    values: unknown[];
    name?: string;
  }): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** Of Node's sockets, and classes 08 (connection exception) and 57P (operator intervention) of PostgreSQL. */
const connectionCodes = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|08|57P)/;
/** What pg says without a code. */
const connectionTexts = /connection (terminated|error)|timeout exceeded|not queryable/i;

function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const text = message ?? String(error);
  if (code === '40001' || code === '40P01') return new EngineError('serialization', text, error);
  if (code?.startsWith('23')) return new EngineError('constraint', text, error);
  if (code?.startsWith('53') || code?.startsWith('58')) return new EngineError('io', text, error);
  if (connectionCodes.test(code ?? '') || connectionTexts.test(text))
    return new EngineError('unavailable', text, error);
  return new EngineError('other', text, error);
}

async function execute(on: Pick<PostgresPool, 'query'>, sql: string, parameters: readonly Parameter[]) {
  try {
    return await on.query({ text: numberParameters(sql), values: parameters.map((value) => value ?? null) });
  } catch (error) {
    throw engineError(error);
  }
}

class PostgresTransaction extends SqlTransaction {
  readonly engine = 'postgres' as const;
  constructor(private readonly client: Pick<PostgresPool, 'query'>) {
    super();
  }
  async all<T = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T[]> {
    return (await execute(this.client, sql, parameters)).rows as T[];
  }
  async get<T = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T | undefined> {
    return (await execute(this.client, sql, parameters)).rows[0] as T | undefined;
  }
  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return (await execute(this.client, sql, parameters)).rowCount ?? 0;
  }
}

/** Reads outside a transaction: each takes a connection of the pool. */
export function postgresReader(pool: PostgresPool): Sql {
  return new PostgresTransaction(pool);
}

const maximalRepeats = 8;

/** A request is a plain transaction; a lost race for rows (40001, 40P01) runs the unit again. */
export class PostgresUnitOfWork implements UnitOfWork {
  constructor(private readonly pool: PostgresPool) {}

  async run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!(error instanceof EngineError) || error.kind !== 'serialization' || attempt >= maximalRepeats)
          throw error;
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20 * (attempt + 1)));
      }
    }
  }

  private async once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw engineError(error);
    });
    let broken: Error | undefined;
    // A connection that ends between two statements says so by an event: unheard, it would end the process.
    const lost = (error: Error) => {
      broken = error;
    };
    client.on('error', lost);
    try {
      await execute(client, 'BEGIN', []);
      const value = await work(new PostgresTransaction(client));
      await execute(client, 'COMMIT', []);
      return value;
    } catch (error) {
      await execute(client, 'ROLLBACK', []).catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }
}
