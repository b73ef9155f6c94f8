import type { UnitOfWork } from '../../identity/ports.js';
import type { Pass } from '../passes/pass.js';
import type { PassProgress, PassStore } from '../ports.js';
import type { EmploymentStore } from './employment-store.js';
import type { Review } from './review.js';

export interface ZonePassParts {
  employment: EmploymentStore;
  review: Review;
  progress: PassStore;
  unitOfWork: UnitOfWork;
  pageSize: number;
  timeZone: string;
  wake(): void;
}

/** After a change of the employer's time zone the days of everybody with dates begin at another time. */
export class ZonePass implements Pass {
  readonly name = 'employment';

  constructor(private readonly parts: ZonePassParts) {}

  async wanted(): Promise<string> {
    return this.parts.timeZone;
  }

  async begin(revision: string): Promise<PassProgress> {
    const total = await this.parts.employment.count();
    return { revision, state: 'running', step: 'all', after: '', done: 0, total };
  }

  async page(progress: PassProgress): Promise<PassProgress> {
    const { employment, review, progress: store, pageSize, wake } = this.parts;
    const ids = await employment.page(progress.after, pageSize);
    const next: PassProgress = {
      ...progress,
      state: ids.length < pageSize ? 'done' : 'running',
      after: ids.at(-1) ?? progress.after,
      done: progress.done + ids.length,
    };
    await review.review(ids, (tx) => store.save(tx, this.name, undefined, next));
    wake();
    return next;
  }
}
