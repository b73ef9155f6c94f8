import { StoreFailure } from '../../identity/identity.errors.js';
import { Transaction } from '../../identity/ports.js';
import type { Engine } from '../tables.js';

export type Parameter = string | number | boolean | null | undefined;
export type Row = Record<string, unknown>;

/** SQL with `?` for parameters, on either engine. */
export interface Sql {
  readonly engine: Engine;
  all<T = Row>(sql: string, parameters?: readonly Parameter[]): Promise<T[]>;
  get<T = Row>(sql: string, parameters?: readonly Parameter[]): Promise<T | undefined>;
  /** Number of rows changed. */
  run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** What a `Transaction` is inside the store. */
export abstract class SqlTransaction extends Transaction implements Sql {
  abstract readonly engine: Engine;
  abstract all<T = Row>(sql: string, parameters?: readonly Parameter[]): Promise<T[]>;
  abstract get<T = Row>(sql: string, parameters?: readonly Parameter[]): Promise<T | undefined>;
  abstract run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** The SQL behind a transaction of identity or delivery. */
export function sqlOf(tx: Transaction): Sql {
  if (tx instanceof SqlTransaction) return tx;
  throw new Error('this transaction was not opened by the store');
}

/** A failure of the engine itself, as opposed to a rule of ours or a broken constraint. */
export class EngineError extends StoreFailure {
  constructor(
    readonly kind: 'busy' | 'constraint' | 'io' | 'serialization' | 'unavailable' | 'other',
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'EngineError';
  }

  get passing(): boolean {
    return this.kind !== 'constraint' && this.kind !== 'other';
  }
}

/** JSON columns arrive parsed from PostgreSQL and as text from SQLite. */
export function parseJson<T>(value: unknown): T | undefined {
  if (value === null || value === undefined) return undefined;
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}

export function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

const numbered = new Map<string, string>();

/** `?` to `$1`, `$2` … outside quoted text. */
export function numberParameters(sql: string): string {
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let position = 0;
  const text = sql.replace(/'(?:[^']|'')*'|\?/g, (found) => (found === '?' ? `$${++position}` : found));
  if (numbered.size < 2000) numbered.set(sql, text);
  return text;
}

/** `?, ?, ?` for IN lists. */
export function marks(count: number): string {
  return new Array(count).fill('?').join(', ');
}

/** Lists in pieces that every engine takes as parameters. */
export function* pieces<T>(list: readonly T[], size = 500): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
