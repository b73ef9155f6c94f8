import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../connector.js';
import type { CallRate } from './settings.js';

/** The server counts when requests arrive, not when they leave. */
const jitterMs = 100;
/** How long to wait where a server does not say. */
const unsaidMs = 1_000;

/** Keeps to the server's limits: ours (a sliding window) and those it names in Retry-After, for all requests at once. */
export class Pacing {
  private readonly started: number[] = [];
  private notBefore = 0;

  constructor(
    private readonly rate: CallRate | undefined,
    private readonly waitAtMostMs: number,
    private readonly now: () => number,
  ) {}

  /** Returns when a request may leave. */
  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const wait = Math.max(this.notBefore - this.now(), this.windowWait());
      if (wait <= 0) break;
      if (this.notBefore - this.now() > this.waitAtMostMs) throw this.later();
      try {
        await sleep(wait, undefined, { signal });
      } catch (error) {
        throw new ConnectorError(
          { kind: 'unavailable', detail: 'the time was up while waiting for a turn' },
          error,
        );
      }
    }
    if (this.rate) this.started.push(this.now());
  }

  /** 429 or 503 with Retry-After (RFC 9110 §10.2.3). True: the wait is short enough to be done inside this attempt. */
  holdBack(retryAfter: string | undefined): boolean {
    const wait = retryAfterMs(retryAfter, this.now()) ?? unsaidMs;
    this.notBefore = Math.max(this.notBefore, this.now() + wait);
    return wait <= this.waitAtMostMs;
  }

  later(): ConnectorError {
    const seconds = Math.ceil(Math.max(0, this.notBefore - this.now()) / 1000);
    return new ConnectorError({
      kind: 'unavailable',
      detail: `the server asks to come back in ${seconds} s`,
    });
  }

  private windowWait(): number {
    if (!this.rate) return 0;
    const window = this.rate.perSeconds * 1000 + jitterMs;
    while (this.started[0] !== undefined && this.started[0] <= this.now() - window) this.started.shift();
    return this.started.length < this.rate.calls ? 0 : (this.started[0] ?? 0) + window - this.now();
  }
}

function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
