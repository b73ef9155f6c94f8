import { ConnectorError } from '../../connectors/connector.js';
import { newId } from '../../identity/id.js';
import type { AttemptLogger } from '../attempt/attempt.js';
import type { StoreClock, TurnStore } from '../ports.js';
import type { Replica, Targets } from '../targets.js';
import type { JsonObject } from '../../schema/types.js';
import type { Job, JobKindName, JobProgress, JobStore } from './job.js';
import { Interrupted, Refused, type JobWork } from './job-run.js';

export interface JobsParts {
  jobs: JobStore;
  turns: TurnStore;
  clock: StoreClock;
  replica: Replica;
  targets: Targets;
  logger: AttemptLogger;
  /** Every target is reconciled this often, with its drift policies applied. Undefined: only when asked for. */
  reconcileEveryMs?: number;
}

/** Where a job begins that goes on with the work of another one. */
export interface JobStart {
  progress?: Partial<JobProgress>;
  result?: JsonObject;
}

const everyMs = 15_000;
const turnMs = 120_000;
const mostFailures = 5;

/** Starts jobs, carries them out one replica at a time, and takes up those that a stopped replica left. */
export class Jobs {
  private timer?: NodeJS.Timeout;
  private readonly running = new Map<string, Promise<void>>();
  private stopping = new AbortController();

  constructor(
    private readonly parts: JobsParts,
    private readonly works: JobWork[],
  ) {}

  /** Another kind of work; before `start`. */
  add(work: JobWork): void {
    this.works.push(work);
  }

  start(): void {
    this.stopping = new AbortController();
    const look = () => void this.look().catch((error: unknown) => this.failed(error));
    this.timer = setInterval(look, everyMs);
    this.timer.unref();
    look();
  }

  /** Resolves when the page under way is written down. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await Promise.all(this.running.values());
  }

  /** Undefined: a job of this kind is already running on the target or source. */
  async begin(
    kind: JobKindName,
    target: string,
    apply: boolean,
    start: JobStart = {},
  ): Promise<Job | undefined> {
    const at = await this.parts.clock.now();
    const progress = { apply, step: '', after: '', done: 0, total: 0, failures: 0, ...start.progress };
    const job: Job = {
      id: newId(),
      kind,
      target,
      state: 'running',
      progress,
      result: start.result ?? {},
      createdAt: at,
      updatedAt: at,
    };
    if (!(await this.parts.jobs.begin(job))) return undefined;
    this.take(job);
    return job;
  }

  /** One look at schedules and at what runs nowhere; public so that a command or a test can ask for it. */
  async look(): Promise<void> {
    const { jobs } = this.parts;
    await this.schedule();
    for (const job of await jobs.list({ state: 'running', limit: 100 })) this.take(job);
  }

  /** Resolves when nothing runs in this process. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private async schedule(): Promise<void> {
    const { reconcileEveryMs, targets, turns, replica } = this.parts;
    if (reconcileEveryMs === undefined) return;
    for (const { name } of targets.all()) {
      if (await turns.takeScheduled(`reconcile ${name}`, replica.name, reconcileEveryMs, 0))
        await this.begin('reconcile', name, true);
    }
  }

  private take(job: Job): void {
    if (this.running.has(job.id) || this.stopping.signal.aborted) return;
    const run = this.work(job)
      .catch((error: unknown) => this.failed(error))
      .finally(() => this.running.delete(job.id));
    this.running.set(job.id, run);
  }

  private async work(listed: Job): Promise<void> {
    const { id } = listed;
    const { jobs, turns, replica } = this.parts;
    const turn = `job ${id}`;
    const work = this.workOf(listed);
    if ((await work.isHere?.(listed)) === false) return;
    if (!(await turns.take(turn, replica.name, work.turnMs ?? turnMs))) return;
    try {
      // Read under the turn: another replica may have brought it further.
      const job = await jobs.get(id);
      if (job?.state === 'running') await this.carryOut(job, turn, work);
    } finally {
      await turns.take(turn, replica.name, 0);
    }
  }

  private async carryOut(job: Job, turn: string, work: JobWork): Promise<void> {
    const checkpoint = () => this.checkpoint(job, turn, work.turnMs ?? turnMs);
    try {
      await work.run({ job, signal: this.stopping.signal, checkpoint });
      job.state = 'done';
      await this.parts.jobs.save(job);
    } catch (error) {
      if (error instanceof Interrupted || this.stopping.signal.aborted) return;
      await this.setBack(job, error);
    }
  }

  /** A target that is down is waited for; any other failure is tried a few times. */
  private async setBack(job: Job, error: unknown): Promise<void> {
    const refused = error instanceof Refused;
    const away =
      error instanceof ConnectorError && (error.kind === 'unavailable' || error.kind === 'unknown');
    const { progress } = job;
    progress.waiting = error instanceof Error ? error.message : String(error);
    if (refused || (!away && ++progress.failures >= mostFailures)) job.state = 'failed';
    await this.parts.jobs.save(job);
    this.parts.logger.warn(
      { job: job.id, kind: job.kind, target: job.target, error: progress.waiting },
      job.state === 'failed' ? 'a job failed' : 'a job is interrupted; it goes on where it stopped',
    );
  }

  private async checkpoint(job: Job, turn: string, forMs: number): Promise<void> {
    delete job.progress.waiting;
    if (!(await this.parts.jobs.save(job))) throw new Interrupted('cancelled');
    if (!(await this.parts.turns.take(turn, this.parts.replica.name, forMs)))
      throw new Interrupted('another replica works on it');
    if (this.stopping.signal.aborted) throw new Interrupted('stopping');
  }

  private workOf({ kind }: Job): JobWork {
    return this.works.find((work) => work.kind === kind)!;
  }

  private failed(error: unknown): void {
    this.parts.logger.warn({ error: String(error) }, 'looking after jobs failed; it is tried again');
  }
}
