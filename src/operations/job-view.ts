import type { Job } from '../delivery/jobs/job.js';
import type { FoundRow } from '../delivery/jobs/findings.js';

/** A job with its result as one list; counts are exact, rows are the first of each category. */
export function jobView(job: Job) {
  const { counts = {}, rows = {}, differences = 0 } = job.result as unknown as Result;
  const findings = Object.entries(rows).flatMap(([kind, found]) => found.map((row) => ({ kind, ...row })));
  return {
    ...job,
    ...(job.progress.waiting === undefined ? {} : { detail: job.progress.waiting }),
    result: { counts, differences, findings },
  };
}

interface Result {
  counts?: Record<string, number>;
  rows?: Record<string, FoundRow[]>;
  differences?: number;
}
