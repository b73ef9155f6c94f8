import { createRequire } from 'node:module';

/** A prepared statement as both engines offer it. */
export interface Statement {
  readonly reader: boolean;
  all(...parameters: unknown[]): unknown[];
  get(...parameters: unknown[]): unknown;
  run(...parameters: unknown[]): { changes: number | bigint };
}

/** One connection to a SQLite file. */
export interface SqliteConnection {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  pragma(text: string): unknown;
  close(): void;
  inTransaction(): boolean;
}

export interface SqliteEngine {
  name: 'node:sqlite' | 'better-sqlite3';
  /** The constructor that TypeORM's better-sqlite3 driver takes as its `driver`. */
  driver: new (file: string, options?: Record<string, unknown>) => object;
  open(file: string): SqliteConnection;
}

interface NodeStatement {
  columns(): unknown[];
  all(...parameters: unknown[]): unknown[];
  get(...parameters: unknown[]): unknown;
  run(...parameters: unknown[]): { changes: number | bigint };
}
interface NodeDatabase {
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  close(): void;
  isTransaction?: boolean;
}
type NodeDatabaseConstructor = new (file: string, options: Record<string, unknown>) => NodeDatabase;

interface BetterDatabase {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  pragma(text: string): unknown;
  close(): void;
  readonly inTransaction: boolean;
}
type BetterConstructor = new (file: string, options?: Record<string, unknown>) => BetterDatabase;

/** Node's own SQLite behind the face of better-sqlite3, which TypeORM's driver speaks to. */
function facade(DatabaseSync: NodeDatabaseConstructor) {
  return class NodeSqlite implements SqliteConnection {
    private readonly database: NodeDatabase;
    constructor(file: string, options: { readonly?: boolean; timeout?: number } = {}) {
      this.database = new DatabaseSync(file, {
        readOnly: options.readonly === true,
        timeout: options.timeout ?? 5000,
        enableForeignKeyConstraints: true,
      });
    }
    pragma(text: string): unknown {
      return this.database.prepare(`PRAGMA ${text}`).all();
    }
    exec(sql: string): void {
      this.database.exec(sql);
    }
    close(): void {
      this.database.close();
    }
    inTransaction(): boolean {
      return this.database.isTransaction ?? true;
    }
    prepare(sql: string): Statement {
      const statement = this.database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: statement.all.bind(statement),
        get: statement.get.bind(statement),
        run: statement.run.bind(statement),
      };
    }
  };
}

function overBetter(Database: BetterConstructor, file: string): SqliteConnection {
  const database = new Database(file, { timeout: 5000 });
  return {
    prepare: (sql) => database.prepare(sql),
    exec: (sql) => database.exec(sql),
    pragma: (text) => database.pragma(text),
    close: () => database.close(),
    inTransaction: () => database.inTransaction,
  };
}

/** `node:sqlite` where the runtime has it, better-sqlite3 otherwise. */
export function sqliteEngine(): SqliteEngine {
  const builtin = process as { getBuiltinModule?: (id: string) => unknown };
  const module = builtin.getBuiltinModule?.('node:sqlite') as
    { DatabaseSync?: NodeDatabaseConstructor } | undefined;
  if (module?.DatabaseSync) {
    const NodeSqlite = facade(module.DatabaseSync);
    return { name: 'node:sqlite', driver: NodeSqlite, open: (file) => new NodeSqlite(file) };
  }
  const Better = createRequire(import.meta.url)('better-sqlite3') as BetterConstructor;
  return { name: 'better-sqlite3', driver: Better, open: (file) => overBetter(Better, file) };
}
