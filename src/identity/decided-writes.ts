import { clashed, notUnique } from './change.js';
import type { Caller, Edited, Resource } from './model.js';
import type { ChangeLog, KeyClash, Settlement, Ticket, Transaction, UnitOfWork } from './ports.js';

/** Raised inside a unit: the write has to wait for this change's decision, outside any transaction. */
class WaitFor {
  constructor(readonly changeId: string) {}
}

export interface Attempt {
  /** Milliseconds of the monotonic clock. */
  until: number;
  /** False: the time is used up, the write commits without an undo. */
  decidable: boolean;
}

export interface Written {
  resource: Resource;
  ticket?: Ticket;
  changed: boolean;
  /** Of an edit. */
  decided?: Pick<Edited, 'before' | 'after' | 'kept'>;
}

/** Another write of the resource came first: run again on the fresh state. */
export class LostRace {}

const lostRaces = 20;

export interface DecidedWriteParts {
  unitOfWork: UnitOfWork;
  changeLog: ChangeLog;
  settlement: Settlement;
}

/** Writes that wait for decisions on what they build on: outside any transaction, and not longer than the target's own time. */
export class DecidedWrites {
  constructor(private readonly parts: DecidedWriteParts) {}

  /** Runs a unit, waits for decisions and lost races outside any transaction, and runs it again. */
  async write(
    caller: Caller,
    work: (tx: Transaction, attempt: Attempt) => Promise<Written>,
  ): Promise<Written> {
    const attempt: Attempt = { until: this.parts.settlement.deadline(), decidable: caller.mode !== 'bulk' };
    for (let races = 0; ;) {
      try {
        return await this.parts.unitOfWork.run((tx) => work(tx, attempt));
      } catch (error) {
        if (error instanceof WaitFor) {
          await this.parts.settlement.decided(error.changeId, attempt.until);
          if (performance.now() >= attempt.until) attempt.decidable = false;
        } else if (error instanceof LostRace && ++races < lostRaces) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * races));
        } else {
          throw clashed(error);
        }
      }
    }
  }

  /** A resource whose fate is undecided, or that would refer to one: wait, and when the time is up keep it. */
  async awaitDecisions(tx: Transaction, attempt: Attempt, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { changeLog } = this.parts;
    for (;;) {
      const changeId = await changeLog.undecidedOn(tx, ids);
      if (!changeId) return;
      if (attempt.decidable && performance.now() < attempt.until) throw new WaitFor(changeId);
      await changeLog.keep(tx, changeId);
    }
  }

  async refuseClash(tx: Transaction, attempt: Attempt, type: string, clash: KeyClash): Promise<never> {
    const undecided = await this.parts.changeLog.undecidedOn(tx, [clash.holder]);
    if (undecided && attempt.decidable && performance.now() < attempt.until) throw new WaitFor(undecided);
    throw notUnique(type, clash);
  }
}
