import { Settlement, type Decision, type Ticket, type UnitOfWork } from '../identity/ports.js';
import type { Undecided } from './model.js';
import { monotonic } from './monotonic.js';
import type { UndecidedStore } from './ports.js';

/** Delivers one leased link now; resolves when the attempt is closed. */
export interface DeliverNow {
  deliverNow(linkId: string, target: string): Promise<void>;
}

const pollMs = 100;

/** Waits for what the deciding target says. The answer is read from the `undecided` row, never inferred. */
export class DeliverySettlement extends Settlement {
  private readonly waiters = new Map<string, Set<() => void>>();

  constructor(
    private readonly undecided: UndecidedStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly delivery: DeliverNow,
    private readonly answerWithinMs: () => number,
  ) {
    super();
  }

  deadline(): number {
    return monotonic() + this.answerWithinMs();
  }

  async settle(ticket: Ticket): Promise<Decision> {
    void this.delivery.deliverNow(ticket.linkId, ticket.target);
    await this.decided(ticket.changeId, ticket.deadline);
    const row = await this.undecided.get(ticket.changeId);
    if (row?.state === 'pending') await this.keepOverdue(ticket.changeId);
    return decisionOf(row?.state === 'pending' ? await this.undecided.get(ticket.changeId) : row);
  }

  async decided(changeId: string, until: number): Promise<void> {
    while (monotonic() < until) {
      const told = this.nextTelling(changeId, Math.min(pollMs, until - monotonic()));
      const row = await this.undecided.get(changeId);
      if (!row || row.state !== 'pending') return;
      await told;
    }
  }

  /** Called after the transaction that decided a change: wakes who waits in this process. */
  tell(changeIds: readonly string[]): void {
    for (const changeId of changeIds) this.waiters.get(changeId)?.forEach((wake) => wake());
  }

  /** The deadline decides: kept, and a later rejection parks. */
  keepOverdue(changeId: string): Promise<boolean> {
    return this.unitOfWork.run((tx) => this.undecided.resolve(tx, changeId, 'kept'));
  }

  private nextTelling(changeId: string, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.waiters.get(changeId) ?? new Set();
      this.waiters.set(changeId, waiting);
      const done = () => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0) this.waiters.delete(changeId);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, waitMs));
      waiting.add(done);
    });
  }
}

function decisionOf(row: Undecided | undefined): Decision {
  if (row?.state !== 'undone') return { kind: 'kept' };
  const {
    detail = 'the target refused the change',
    scimType,
    attribute,
    uniqueness = false,
  } = row.error ?? {};
  return {
    kind: 'undone',
    detail,
    uniqueness,
    ...(scimType === undefined ? {} : { scimType }),
    ...(attribute === undefined ? {} : { attribute }),
  };
}
