import type { Transaction } from '../../identity/ports.js';

/** What was decided of the dates of a resource, and for how long it holds. */
export interface EmploymentPeriod {
  resourceId: string;
  resourceType: string;
  /** Milliseconds since 1970; undefined: ever since. */
  since?: number;
  /** Undefined: for good. */
  until?: number;
}

/** One row for each resource that has dates. What it says can be wrong only when the clock is outside of it. */
export abstract class EmploymentStore {
  abstract put(tx: Transaction, period: EmploymentPeriod): Promise<void>;
  abstract delete(tx: Transaction, resourceId: string): Promise<void>;
  /** The row, which no other transaction writes until this one ends. */
  abstract lock(tx: Transaction, resourceId: string): Promise<EmploymentPeriod | undefined>;
  abstract get(resourceId: string): Promise<EmploymentPeriod | undefined>;
  /** Makes the period outdated, whatever the time is. */
  abstract doubt(tx: Transaction, resourceId: string): Promise<void>;
  /** Resources whose period does not hold at this instant: it is over, or the clock was set back to before it. */
  abstract outdated(now: number, limit: number): Promise<string[]>;
  /** When the next period ends. */
  abstract nextUntil(): Promise<number | undefined>;
  /** A page by id. */
  abstract page(after: string, limit: number): Promise<string[]>;
  abstract count(): Promise<number>;
}
