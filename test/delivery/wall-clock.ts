import { StoreClock } from '../../src/delivery/ports.js';
import type { Transaction } from '../../src/identity/ports.js';
import type { OpenStores } from '../store/stores.js';

/** The store's own clock for leases, and a clock on the wall that the test sets. */
export class WallClock extends StoreClock {
  /** How often somebody looked at it. */
  looks = 0;
  private at: number;

  constructor(
    private readonly inner: StoreClock,
    at: string,
  ) {
    super();
    this.at = Date.parse(at);
  }

  set(at: string): void {
    this.at = Date.parse(at);
  }

  now(tx?: Transaction): Promise<number> {
    return this.inner.now(tx);
  }

  async wall(): Promise<number> {
    this.looks++;
    return this.at;
  }
}

/** The same stores under another clock. */
export function withClock(opened: OpenStores, clock: StoreClock): OpenStores {
  return { ...opened, delivery: { ...opened.delivery, clock } };
}
