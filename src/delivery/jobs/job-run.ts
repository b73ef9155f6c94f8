import type { Job, JobKindName } from './job.js';

/** The job goes on elsewhere or later: cancelled, taken by another replica, or this process stops. */
export class Interrupted extends Error {}

/** Trying again would change nothing: the job fails, for this reason. */
export class Refused extends Error {}

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
  /** False: what the job needs is on another replica, which takes it up. Default true. */
  isHere?(job: Job): Promise<boolean>;
  /** The longest time between two checkpoints: after a crash another replica waits for so long. */
  readonly turnMs?: number;
  run(run: JobRun): Promise<void>;
}
