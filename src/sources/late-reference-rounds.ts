import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { monotonic } from '../delivery/monotonic.js';
import type { LateReferences } from './intake/late-references.js';

const everyMs = 5_000;
/** Where so many wait that looking takes long, it is done less often. */
const restFactor = 20;

/** Looks now and then whether somebody has arrived who was named before. */
export class LateReferenceRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('LateReferences');
  private readonly ended = new AbortController();
  private timer?: NodeJS.Timeout;
  private round: Promise<void> = Promise.resolve();

  constructor(private readonly references: LateReferences) {}

  onApplicationBootstrap(): void {
    this.next(everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.ended.abort();
    await this.round;
  }

  private next(afterMs: number): void {
    this.timer = setTimeout(() => (this.round = this.look()), afterMs);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const began = monotonic();
    const settled = await this.references.run(this.ended.signal).catch((error: unknown) => {
      this.logger.warn({ error: String(error) }, 'late references were not set; it is tried again');
      return 0;
    });
    const restMs = settled > 0 ? 0 : restFactor * (monotonic() - began);
    if (!this.ended.signal.aborted) this.next(Math.max(everyMs, restMs));
  }
}
