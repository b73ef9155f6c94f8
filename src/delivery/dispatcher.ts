import { Attempt, type AttemptLogger } from './attempt/attempt.js';
import type { AttemptParts } from './attempt/parts.js';
import { priorities, type Link } from './model.js';
import { farthest } from './retry-policy.js';
import type { DeliverNow } from './settlement.js';
import type { RunningTarget } from './targets.js';

const idleMs = 1000;

/** Brings due work to the targets: what a request waits for at once, the rest as places are free. */
export class Dispatcher implements DeliverNow {
  private readonly attempt: Attempt;
  private readonly running = new Set<Promise<void>>();
  /** Attempts of this process by link: the lease tells replicas apart, not two attempts of one replica. */
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly wakers = new Map<string, () => void>();
  private readonly awake = new Set<string>();
  private loops: Promise<void>[] = [];
  private stopped = true;

  constructor(
    private readonly parts: AttemptParts,
    private readonly logger: AttemptLogger,
  ) {
    this.attempt = new Attempt(parts, logger);
  }

  start(): void {
    this.stopped = false;
    this.loops = this.parts.targets.all().map((target) => this.loop(target));
  }

  /** Resolves when what was begun has ended; what is due stays due. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await Promise.all(this.loops);
    await Promise.all(this.running);
  }

  wake(): void {
    for (const target of this.parts.targets.all()) {
      this.awake.add(target.name);
      this.wakers.get(target.name)?.();
    }
  }

  /** What a request waits for: the attempt that its own change leased, or the next one after an attempt that is under way. */
  async deliverNow(linkId: string, targetName: string): Promise<void> {
    // Nobody awaits it: the answer is read from the store, and what stays leased here is due again when the lease ends.
    await this.begin(linkId, targetName).catch((error: unknown) =>
      this.logger.error(
        { target: targetName, link: linkId, error: String(error) },
        'a delivery could not begin',
      ),
    );
  }

  private async begin(linkId: string, targetName: string): Promise<void> {
    const target = this.parts.targets.get(targetName);
    if (!target) return;
    const running = this.inFlight.get(linkId);
    if (running) {
      await running;
      const lease = { owner: this.parts.replica.name, forMs: this.parts.settings.leaseMs };
      const link = await this.parts.links.get(linkId);
      if (link?.state !== 'due' && link?.edgesDueAt === undefined) return;
      // The change may have taken the lease when the attempt had given it back and was about to end.
      const ours = link?.leaseOwner === lease.owner;
      if (this.inFlight.has(linkId) || !(ours || (await this.parts.leases.claimOne(linkId, lease)))) return;
      if (this.inFlight.has(linkId)) return;
    }
    await this.once(linkId, () =>
      target.inPlace(true, async () => {
        const link = await this.parts.links.get(linkId);
        if (link?.leaseOwner === this.parts.replica.name) await this.attempt.run(target, link);
      }),
    );
  }

  private async loop(target: RunningTarget): Promise<void> {
    while (!this.stopped) {
      this.awake.delete(target.name);
      const worked = await this.round(target).catch((error: unknown) => {
        this.logger.error({ target: target.name, error: String(error) }, 'claiming due work failed');
        return 0;
      });
      if (worked === 0) await this.rest(target);
    }
  }

  private async round(target: RunningTarget): Promise<number> {
    if (target.free === 0) return 0;
    if (!(await target.open(await this.parts.clock.now()))) return 0;
    const state = await target.state();
    // One resource at a time tries whether an unavailable target is back.
    const limit = state.unavailableSince === undefined ? target.free : 1;
    const lease = { owner: this.parts.replica.name, forMs: this.parts.settings.leaseMs };
    const links = await this.parts.leases.claim(
      target.name,
      lease,
      limit,
      farthest(this.parts.settings.retry),
    );
    const work = links.map((link) => this.once(link.id, () => this.deliver(target, link)));
    if (work.length > 0) await Promise.race(work);
    return work.length;
  }

  private deliver(target: RunningTarget, link: Link): Promise<void> {
    return target.inPlace(link.priority === priorities.interactive, () => this.attempt.run(target, link));
  }

  private once(linkId: string, work: () => Promise<void>): Promise<void> {
    const attempt = this.track(work()).finally(() => {
      if (this.inFlight.get(linkId) === attempt) this.inFlight.delete(linkId);
    });
    this.inFlight.set(linkId, attempt);
    return attempt;
  }

  private track(work: Promise<void>): Promise<void> {
    const kept: Promise<void> = work
      .catch((error: unknown) => this.logger.error({ error: String(error) }, 'a delivery failed'))
      .finally(() => {
        this.running.delete(kept);
        this.wake();
      });
    this.running.add(kept);
    return kept;
  }

  /** Milliseconds until something may be due; another replica's work is noticed within a second. */
  private async untilDue(target: RunningTarget): Promise<number> {
    if (target.free === 0) return idleMs;
    const state = await target.state();
    const dueAt = await this.parts.leases.nextDueAt(target.name);
    if (dueAt === undefined || state.state === 'paused') return idleMs;
    const now = await this.parts.clock.now();
    return Math.min(idleMs, Math.max(10, Math.max(dueAt, state.retryAt ?? 0) - now));
  }

  private async rest(target: RunningTarget): Promise<void> {
    if (this.awake.has(target.name) || this.stopped) return;
    // A store that does not answer is no reason to end: the next round finds out whether it is back.
    const waitMs = await this.untilDue(target).catch(() => idleMs);
    if (this.awake.has(target.name) || this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.wakers.set(target.name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.wakers.delete(target.name);
  }
}
