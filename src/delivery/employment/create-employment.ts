import type { AttemptLogger } from '../attempt/attempt.js';
import { ZonePass } from './zone-pass.js';
import { Review, type ReviewParts } from './review.js';
import { EmploymentScheduler } from './scheduler.js';
import type { PassStore, TurnStore } from '../ports.js';
import type { Replica } from '../targets.js';

export interface EmploymentOptions extends ReviewParts {
  turns: TurnStore;
  progress: PassStore;
  replica: Replica;
  logger: AttemptLogger;
  pageSize: number;
  timeZone: string;
  wake(): void;
}

/** What follows the calendar: day by day, and at once when the employer's time zone is another. */
export function createEmployment(options: EmploymentOptions): {
  scheduler: EmploymentScheduler;
  zonePass: ZonePass;
} {
  const review = new Review(options);
  return {
    scheduler: new EmploymentScheduler({ ...options, review }),
    zonePass: new ZonePass({ ...options, review }),
  };
}
