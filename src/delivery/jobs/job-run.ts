import type { Job, JobKindName } from './job.js';

/** The job goes on elsewhere or later: cancelled, taken by another replica, or this process stops. */
export class Interrupted extends Error {}

/** One replica's stretch of work on a job. */
export interface JobRun {
  readonly job: Job;
  readonly signal: AbortSignal;
  /** Writes progress and result down and keeps the turn; throws `Interrupted` when the work has to end here. */
  checkpoint(): Promise<void>;
}

/** What a job of one kind does. It begins where `job.progress` says and may be run again from there. */
export interface JobWork {
  readonly kind: JobKindName;
  run(run: JobRun): Promise<void>;
}
