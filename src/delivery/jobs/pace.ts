import { setTimeout as pause } from 'node:timers/promises';
import { monotonic } from '../monotonic.js';

/** No more than so many a second: what looks at everything leaves the target to those who wait for it. */
export class Pace {
  private next = 0;

  constructor(private readonly perSecond: number) {}

  async turn(signal: AbortSignal): Promise<void> {
    const now = monotonic();
    this.next = Math.max(this.next + 1000 / this.perSecond, now);
    // Shorter waits than a timer can keep are saved up.
    if (this.next - now > 5) await pause(this.next - now, undefined, { signal });
  }
}
