import type { Caller, Resource } from './model.js';
import { ChangeLog, type Transaction } from './ports.js';

/** A change log in front of another one: what follows changes does it in `record`, in the same transaction. */
export abstract class FollowingChangeLog extends ChangeLog {
  constructor(protected readonly inner: ChangeLog) {
    super();
  }

  admit(type: string): Promise<void> {
    return this.inner.admit(type);
  }

  undecidedOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined> {
    return this.inner.undecidedOn(tx, resourceIds);
  }

  keep(tx: Transaction, changeId: string): Promise<void> {
    return this.inner.keep(tx, changeId);
  }

  rearm(tx: Transaction, resource: Resource, caller: Caller): Promise<void> {
    return this.inner.rearm(tx, resource, caller);
  }

  wake(): void {
    this.inner.wake();
  }
}
