export type Parameter = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Result {
  rows: Row[];
  changes: number;
}

/** Runs one statement inside a transaction; parameters are `?`. */
export type Run = (sql: string, parameters: readonly Parameter[]) => Promise<Result>;

/** The little that both engines are asked for. */
export interface Database {
  /** Everything or nothing. Errors are ConnectorErrors. */
  transaction<T>(purpose: 'read' | 'write', work: (run: Run) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Columns of a table or view; none when it does not exist. */
  columns(table: string, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** How the engine stores a Boolean parameter. */
  boolean(value: boolean): Parameter;
  close(): Promise<void>;
}
