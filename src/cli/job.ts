import { CliError } from './cli-error.js';
import type { OperationsApi } from './operations-api.js';
import { Progress } from './progress.js';

export interface Job {
  id: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  progress?: { done: number; total: number; step?: string; waiting?: string };
  result?: unknown;
  detail?: string;
}

const lookEveryMs = 300;

/** Starts a long run and follows it to its end. */
export async function runJob<T>(
  gateway: OperationsApi,
  path: string,
  body: object,
  what: string,
): Promise<T> {
  const { job } = await gateway.post<{ job: Job }>(path, body);
  return ((await followJob(gateway, job, what)).result ?? {}) as T;
}

/** A run goes on in the gateway when the command is interrupted. */
export async function followJob(gateway: OperationsApi, started: Job, what: string): Promise<Job> {
  const progress = new Progress(what);
  try {
    for (let job = started; ; job = await gateway.get<Job>(`/jobs/${encodeURIComponent(started.id)}`)) {
      const { done = 0, total, step, waiting } = job.progress ?? {};
      progress.at(done, total, waiting ?? step);
      if (job.state === 'done') return job;
      if (job.state !== 'running') throw new CliError(`${what} ${ended(job)}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  } finally {
    progress.end();
  }
}

const ended = ({ state, detail }: Job) =>
  state === 'cancelled' ? 'was cancelled' : `failed: ${detail ?? 'the log of the gateway says why'}`;
