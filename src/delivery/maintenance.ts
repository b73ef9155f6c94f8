import type { AttemptLogger } from './attempt/attempt.js';
import type { SealedStore, StoreClock, TargetStore, TurnStore, UndecidedStore } from './ports.js';
import type { LinkStore } from './link-store.js';
import { deleteExpired, type KeptRows } from './retention.js';
import type { DeliverySettlement } from './settlement.js';
import type { Replica, Targets } from './targets.js';

export interface MaintenanceParts {
  links: LinkStore;
  undecided: UndecidedStore;
  sealed: SealedStore;
  turns: TurnStore;
  targetStore: TargetStore;
  clock: StoreClock;
  replica: Replica;
  targets: Targets;
  /** What is deleted when it was kept long enough. */
  kept: readonly KeptRows[];
  settlement: DeliverySettlement;
  /** Work may have become due. */
  wake(): void;
  logger: AttemptLogger;
}

const everyMs = 15_000;
/** How long a target stays paused for what may pass before it is tried again. */
const probeAfterMs = 60_000;

/** What has to be done now and then, by one replica at a time. */
export class Maintenance {
  private timer?: NodeJS.Timeout;

  constructor(private readonly parts: MaintenanceParts) {}

  start(): void {
    this.timer = setInterval(() => void this.run().catch((error: unknown) => this.failed(error)), everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One round; public so that a command or a test can ask for it. */
  async run(): Promise<void> {
    const { turns, replica, clock, undecided, settlement, sealed, links, targets } = this.parts;
    if (!(await turns.take('maintenance', replica.name, everyMs * 2))) return;
    const now = await clock.now();
    const overdue = await undecided.overdue();
    for (const changeId of overdue) await settlement.keepOverdue(changeId);
    settlement.tell(overdue);
    await sealed.eraseExpired(now);
    for (const target of targets.all()) await links.removeOverdue(target.name);
    await this.probe(now);
    await deleteExpired(this.parts.kept, now);
  }

  private async probe(now: number): Promise<void> {
    const { targets, targetStore, wake } = this.parts;
    for (const target of targets.all()) {
      if (!(await targetStore.probe(target.name, now - probeAfterMs))) continue;
      target.forget();
      wake();
    }
  }

  private failed(error: unknown): void {
    this.parts.logger.warn({ error: String(error) }, 'maintenance failed; it is tried again');
  }
}
