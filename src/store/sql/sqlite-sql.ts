import type { SqliteConnection, Statement } from '../sqlite-engine.js';
import { EngineError, SqlTransaction, type Parameter, type Row } from './sql.js';

const constraintCodes = new Set([19, 275, 531, 787, 1043, 1299, 1555, 1811, 2067, 2579]);
const busyCodes = new Set([5, 6, 261, 262, 517, 518]);

/** Errors of both engines in one form: better-sqlite3 names codes, node:sqlite numbers them. */
export function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: string };
  const name = typeof code === 'string' ? code : '';
  const number = typeof errcode === 'number' ? errcode : -1;
  const text = message ?? String(error);
  if (name.startsWith('SQLITE_CONSTRAINT') || constraintCodes.has(number))
    return new EngineError('constraint', text, error);
  if (name.startsWith('SQLITE_BUSY') || busyCodes.has(number)) return new EngineError('busy', text, error);
  if (name.startsWith('SQLITE_IOERR') || name === 'SQLITE_FULL' || (number & 0xff) === 10 || number === 13) {
    return new EngineError('io', text, error);
  }
  return new EngineError('other', text, error);
}

/** SQL over one SQLite connection. Calls are synchronous inside; promises keep the face the same as PostgreSQL's. */
export class SqliteSql extends SqlTransaction {
  readonly engine = 'sqlite' as const;
  private readonly statements = new Map<string, Statement>();

  constructor(readonly connection: SqliteConnection) {
    super();
  }

  async all<T = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T[]> {
    return this.attempt(() => this.statement(sql).all(...bind(parameters)) as T[]);
  }

  async get<T = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T | undefined> {
    return this.attempt(() => (this.statement(sql).get(...bind(parameters)) as T | undefined) ?? undefined);
  }

  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return this.attempt(() => Number(this.statement(sql).run(...bind(parameters)).changes));
  }

  private attempt<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw engineError(error);
    }
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.connection.prepare(sql);
      if (this.statements.size > 1000) this.statements.clear();
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

function bind(parameters: readonly Parameter[]): (string | number | null)[] {
  return parameters.map((value) => {
    if (value === undefined || value === null) return null;
    return typeof value === 'boolean' ? Number(value) : value;
  });
}
