export interface Postgres {
  /** `postgres://landfall@127.0.0.1:PORT/postgres`; the account may create databases. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export function postgresFolder(): string | undefined;
export function startPostgres(): Promise<Postgres>;
