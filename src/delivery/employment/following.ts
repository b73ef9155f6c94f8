import { FollowingChangeLog } from '../../identity/following-change-log.js';
import type { ChangeLog, Change, Ticket, Transaction } from '../../identity/ports.js';
import { Undo, type Undoing } from '../../identity/undo.js';
import type { Periods } from './periods.js';

/** Every change passes here, and leaves behind when it is to be looked at again. */
export class DatedChangeLog extends FollowingChangeLog {
  constructor(
    inner: ChangeLog,
    private readonly periods: Periods,
  ) {
    super(inner);
  }

  /** The row comes before the links: the scheduler locks them in the same order. */
  async record(tx: Transaction, change: Change): Promise<Ticket | undefined> {
    await this.periods.follow(tx, change);
    return this.inner.record(tx, change);
  }
}

/** A resource whose change was taken back is looked at again when its former dates say. */
export class DatedUndo extends Undo {
  constructor(
    private readonly inner: Undo,
    private readonly periods: Periods,
  ) {
    super();
  }

  async undo(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const undone = await this.inner.undo(tx, undoing);
    if (undone && undoing.kind !== 'members') await this.periods.restore(tx, undoing);
    return undone;
  }
}
