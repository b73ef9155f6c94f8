import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { lateReferencesPerRun, type LateReferences } from './intake/late-references.js';

const everyMs = 5_000;

/** Looks now and then whether somebody has arrived who was named before. */
export class LateReferenceRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('LateReferences');
  private timer?: NodeJS.Timeout;
  private round: Promise<unknown> = Promise.resolve();

  constructor(private readonly references: LateReferences) {}

  onApplicationBootstrap(): void {
    this.next();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    delete this.timer;
    await this.round;
  }

  private next(afterMs = everyMs): void {
    this.timer = setTimeout(() => {
      this.round = this.references
        .run()
        .catch((error: unknown) => {
          this.logger.warn({ error: String(error) }, 'late references were not set; it is tried again');
          return 0;
        })
        .then((settled) => {
          if (this.timer !== undefined) this.next(settled < lateReferencesPerRun ? everyMs : 0);
        });
    }, afterMs);
    this.timer.unref();
  }
}
