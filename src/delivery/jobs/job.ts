import type { JsonObject } from '../../schema/types.js';

export const jobKinds = ['reconcile', 'import', 'backup', 'csv'] as const;
export type JobKindName = (typeof jobKinds)[number];
export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

export interface JobProgress {
  /** False: only looks and reports. */
  apply: boolean;
  /** Which part of the work is under way. */
  step: string;
  /** The last id that is worked off: where another replica or a restart goes on. */
  after: string;
  done: number;
  total: number;
  /** Why it does not get on at the moment. */
  waiting?: string;
  failures: number;
  /** What work of this kind needs to know beside. */
  details?: JsonObject;
}

/** Work over a whole target or source: asked for by a person or a schedule, carried out by one replica at a time. */
export interface Job {
  id: string;
  kind: JobKindName;
  /** Name of the target, for `csv` of the source, for `backup` "store". */
  target: string;
  state: JobState;
  progress: JobProgress;
  result: JsonObject;
  createdAt: number;
  updatedAt: number;
}

export interface JobFilter {
  kind?: JobKindName;
  target?: string;
  state?: JobState;
  limit: number;
}

export abstract class JobStore {
  /** False: a job of this kind is already running on the target or source. */
  abstract begin(job: Job): Promise<boolean>;
  abstract get(id: string): Promise<Job | undefined>;
  /** Newest first. */
  abstract list(filter: JobFilter): Promise<Job[]>;
  /** Writes state, progress and result of a running job; false when it was cancelled meanwhile. */
  abstract save(job: Job): Promise<boolean>;
  abstract cancel(id: string): Promise<boolean>;
  /** Some of those that ended before; how many. */
  abstract deleteBefore(at: number, limit: number): Promise<number>;
}
