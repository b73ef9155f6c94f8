import type { AttemptLogger } from '../attempt/attempt.js';
import type { StoreClock, TurnStore } from '../ports.js';
import type { Replica } from '../targets.js';
import type { EmploymentStore } from './employment-store.js';
import type { Review } from './review.js';

export interface SchedulerParts {
  employment: EmploymentStore;
  review: Review;
  turns: TurnStore;
  clock: StoreClock;
  replica: Replica;
  logger: AttemptLogger;
  pageSize: number;
  wake(): void;
}

/** A look without anything to do is two reads of an index. It also bounds how late a clock that was set is noticed. */
const everyMs = 5_000;
const turnMs = 60_000;
/** Of one round: the next one goes on, so that other replicas and a stop get their chance. */
const mostPages = 50;
const turnName = 'employment';

/** Wakes resources when their day comes. What is due is in the store: a restart, and a clock that jumps, lose nothing. */
export class EmploymentScheduler {
  private timer?: NodeJS.Timeout;
  private running: Promise<number> | undefined;
  private stopped = false;

  constructor(private readonly parts: SchedulerParts) {}

  start(): void {
    this.stopped = false;
    this.plan(0);
  }

  /** Resolves when the page under way is written down. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** One look; how many resources changed. Public so that a command or a test can ask for it. */
  run(): Promise<number> {
    this.running ??= this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  private plan(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.look(), afterMs);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    let next = everyMs;
    try {
      await this.run();
      next = await this.untilNext();
    } catch (error) {
      this.parts.logger.warn(
        { error: String(error) },
        'the calendar could not be followed; it is tried again',
      );
    }
    this.plan(next);
  }

  /** Punctual where the store knows when; what is written meanwhile is seen with the next look. */
  private async untilNext(): Promise<number> {
    const at = await this.parts.employment.nextUntil();
    if (at === undefined) return everyMs;
    const left = at - (await this.parts.clock.wall());
    return left > 0 ? Math.min(left, everyMs) : everyMs;
  }

  private async round(): Promise<number> {
    const { employment, review, turns, replica, pageSize, wake, clock } = this.parts;
    if ((await employment.outdated(await clock.wall(), 1)).length === 0) return 0;
    if (!(await turns.take(turnName, replica.name, turnMs))) return 0;
    let changed = 0;
    try {
      for (let page = 0; page < mostPages; page++) {
        const ids = await employment.outdated(await clock.wall(), pageSize);
        if (ids.length === 0) break;
        changed += await review.review(ids);
        wake();
        if (this.stopped || !(await turns.take(turnName, replica.name, turnMs))) break;
      }
    } finally {
      await turns.take(turnName, replica.name, 0);
    }
    return changed;
  }
}
