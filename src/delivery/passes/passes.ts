import type { AttemptLogger } from '../attempt/attempt.js';
import type { PassStore, StoreClock, TurnStore } from '../ports.js';
import type { Replica } from '../targets.js';
import type { Pass } from './pass.js';

export interface PassesParts {
  progress: PassStore;
  turns: TurnStore;
  clock: StoreClock;
  replica: Replica;
  logger: AttemptLogger;
}

const everyMs = 15_000;
const turnMs = 60_000;

/** Runs background passes, one replica at a time, when what they bring everything to has changed. */
export class Passes {
  private timer?: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly parts: PassesParts,
    private readonly passes: readonly Pass[],
  ) {}

  start(): void {
    this.stopped = false;
    const look = () => void this.run().catch((error: unknown) => this.failed(error));
    this.timer = setInterval(look, everyMs);
    this.timer.unref();
    look();
  }

  /** Resolves when the page under way is written down. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** One look at every pass; public so that a command or a test can ask for it. */
  run(): Promise<void> {
    this.running ??= this.all().finally(() => (this.running = undefined));
    return this.running;
  }

  private async all(): Promise<void> {
    for (const pass of this.passes) {
      if (this.stopped) return;
      await this.one(pass);
    }
  }

  private async one(pass: Pass): Promise<void> {
    const { turns, replica, progress: store, clock } = this.parts;
    const wanted = await pass.wanted(await clock.wall());
    if (wanted === undefined || (await this.reached(pass, wanted))) return;
    if (!(await turns.takeScheduled(pass.name, replica.name, 0, turnMs))) return;
    try {
      const previous = await store.get(pass.name);
      if (previous?.state === 'done' && previous.revision === wanted) return;
      const resumes = previous?.state === 'running' && previous.revision === wanted;
      let progress = resumes ? previous : await pass.begin(wanted, previous);
      while (progress.state === 'running' && !this.stopped) {
        progress = await pass.page(progress);
        if (!(await turns.take(pass.name, replica.name, turnMs))) return;
      }
    } finally {
      await turns.take(pass.name, replica.name, 0);
    }
  }

  private async reached({ name }: Pass, wanted: string): Promise<boolean> {
    const progress = await this.parts.progress.get(name);
    return progress?.state === 'done' && progress.revision === wanted;
  }

  private failed(error: unknown): void {
    this.parts.logger.warn({ error: String(error) }, 'a background pass failed; it goes on where it stopped');
  }
}
