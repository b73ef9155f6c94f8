import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import type { SqliteConnection } from '../sqlite-engine.js';
import { EngineError } from './sql.js';
import { engineError, SqliteSql } from './sqlite-sql.js';

interface Unit {
  work(tx: Transaction): Promise<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

type Outcome = { ok: true; value: unknown } | { ok: false; reason: unknown };

export interface WriterOptions {
  /** Units that share one COMMIT at the most. */
  batch?: number;
  /** Called when COMMIT failed with an I/O error: the process ends, recovery is the restart. */
  onCommitFailure(error: EngineError): void;
}

const maximalBusyRetries = 50;

/**
 * All writes to a SQLite store, strictly one after another, with group commit:
 * units that wait together share one transaction, a savepoint each, and are answered after COMMIT returned.
 */
export class SqliteUnitOfWork implements UnitOfWork {
  private readonly sql: SqliteSql;
  private waiting: Unit[] = [];
  private draining = false;
  private closed: EngineError | undefined;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly options: WriterOptions,
  ) {
    this.sql = new SqliteSql(connection);
  }

  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (!this.draining) {
        this.draining = true;
        setImmediate(() => void this.drain());
      }
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.draining) await new Promise((resolve) => setImmediate(resolve));
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0 && !this.closed) {
      const batch = this.waiting.splice(0, this.options.batch ?? 128);
      const shared = await this.attempt(batch);
      if (shared === 'again') for (const unit of batch) await this.alone(unit);
    }
    this.draining = false;
    if (this.closed) this.refuseWaiting(this.closed);
  }

  private async alone(unit: Unit): Promise<void> {
    if (this.closed) return unit.reject(this.closed);
    const outcome = await this.attempt([unit]);
    if (outcome === 'again')
      unit.reject(new EngineError('other', 'the store lost the transaction', undefined));
  }

  /** Runs a batch in one transaction; `again` when the whole batch was rolled back and nobody was answered. */
  private async attempt(batch: Unit[]): Promise<'done' | 'again'> {
    try {
      await this.begin();
    } catch (error) {
      batch.forEach((unit) => unit.reject(error));
      return 'done';
    }
    const outcomes: Outcome[] = [];
    for (const unit of batch) {
      const outcome = await this.inSavepoint(unit);
      if (outcome === 'broken' || !this.connection.inTransaction()) {
        this.rollback();
        if (batch.length > 1) return 'again';
        unit.reject(
          this.lastFailure ?? new EngineError('other', 'the store lost the transaction', undefined),
        );
        return 'done';
      }
      outcomes.push(outcome);
    }
    if (!(await this.commit(batch))) return 'done';
    batch.forEach((unit, index) => {
      const outcome = outcomes[index]!;
      if (outcome.ok) unit.resolve(outcome.value);
      else unit.reject(outcome.reason);
    });
    return 'done';
  }

  private lastFailure: unknown;

  private async inSavepoint(unit: Unit): Promise<Outcome | 'broken'> {
    this.lastFailure = undefined;
    try {
      this.connection.exec('SAVEPOINT unit');
      const value = await unit.work(this.sql);
      this.connection.exec('RELEASE unit');
      return { ok: true, value };
    } catch (error) {
      this.lastFailure = error;
      if (error instanceof EngineError && error.kind !== 'constraint') return 'broken';
      try {
        this.connection.exec('ROLLBACK TO unit');
        this.connection.exec('RELEASE unit');
        return { ok: false, reason: error };
      } catch {
        return 'broken';
      }
    }
  }

  private async begin(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return this.connection.exec('BEGIN IMMEDIATE');
      } catch (raw) {
        const error = engineError(raw);
        if (error.kind !== 'busy' || attempt >= maximalBusyRetries) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** BUSY repeats the COMMIT only. Any other failure leaves the outcome open: nobody is told success. */
  private async commit(batch: Unit[]): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.connection.exec('COMMIT');
        return true;
      } catch (raw) {
        const error = engineError(raw);
        if (error.kind === 'busy' && attempt < maximalBusyRetries) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          continue;
        }
        this.closed = error;
        batch.forEach((unit) => unit.reject(error));
        this.options.onCommitFailure(error);
        return false;
      }
    }
  }

  private rollback(): void {
    try {
      if (this.connection.inTransaction()) this.connection.exec('ROLLBACK');
    } catch {
      // The engine had rolled back by itself: there is nothing left to undo.
    }
  }

  private refuseWaiting(error: EngineError): void {
    this.waiting.splice(0).forEach((unit) => unit.reject(error));
  }
}
