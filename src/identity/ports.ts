/** What identity needs of others. `UnitOfWork` is implemented by store, `ChangeLog` and `Settlement` by delivery. */
import type { Caller, Secrets } from './model.js';

/** An open transaction; only the store knows what is inside. */
export abstract class Transaction {
  protected readonly opaque = true;
}

export interface UnitOfWork {
  /**
   * Runs work in one transaction and resolves after COMMIT returned.
   * Work can be run again from the start: ids and times are fixed before, and it has no effect outside.
   */
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}
export type ChangeKind = 'create' | 'update' | 'delete' | 'members';
export type { Caller, Secrets };
