import { CliError } from './cli-error.js';
import type { OperationsApi } from './operations-api.js';
import { Progress } from './progress.js';

interface Job {
  id: string;
  state: 'running' | 'done' | 'failed';
  done?: number;
  total?: number;
  detail?: string;
  result?: unknown;
}

const lookEveryMs = 300;

/** Starts a long run and follows it to its end. A run goes on in the gateway when the command is interrupted. */
export async function runJob<T>(
  gateway: OperationsApi,
  path: string,
  body: object,
  what: string,
): Promise<T> {
  const started = await gateway.post<{ job?: string }>(path, body);
  if (started.job === undefined) return started as T;
  const progress = new Progress(what);
  try {
    for (;;) {
      const job = await gateway.get<Job>(`/jobs/${encodeURIComponent(started.job)}`);
      progress.at(job.done ?? 0, job.total, job.detail);
      if (job.state === 'done') return (job.result ?? {}) as T;
      if (job.state === 'failed')
        throw new CliError(`${what} failed: ${job.detail ?? 'the gateway did not say why'}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  } finally {
    progress.end();
  }
}
