import type { ConnectorError } from '../../connectors/connector.js';
import type { Link } from '../model.js';
import { backOff, farthest } from '../retry-policy.js';
import { longestRestMs, type RunningTarget } from '../targets.js';
import { AheadOfStore } from './ahead.js';
import { AttemptLog } from './attempt-log.js';
import { Closing } from './closing.js';
import { asConnectorError, FailureClosing } from './failure.js';
import { LinkDelivery } from './link-delivery.js';
import { MemberClosing } from './member-closing.js';
import { MemberDelivery } from './member-delivery.js';
import type { AttemptParts } from './parts.js';
import { RemovalDelivery } from './removal.js';

export interface AttemptLogger {
  warn(detail: Record<string, unknown>, message: string): void;
  error(detail: Record<string, unknown>, message: string): void;
}

/** Every LDAP deadline ends before the lease does. */
const leaseMarginMs = 10_000;

/** One attempt at one leased link: the resource itself, then the group's due edges. */
export class Attempt {
  private readonly links: LinkDelivery;
  private readonly removals: RemovalDelivery;
  private readonly members: MemberDelivery;
  private readonly closing: Closing;
  private readonly failures: FailureClosing;
  private readonly memberClosing: MemberClosing;

  constructor(
    private readonly parts: AttemptParts,
    private readonly logger: AttemptLogger,
  ) {
    this.links = new LinkDelivery(parts);
    this.removals = new RemovalDelivery(parts);
    this.members = new MemberDelivery(parts);
    this.closing = new Closing(parts);
    this.failures = new FailureClosing(parts);
    this.memberClosing = new MemberClosing(parts);
  }

  /** The link is leased to this replica. Never throws: whatever happens is written down. */
  async run(target: RunningTarget, link: Link): Promise<void> {
    const signal = AbortSignal.timeout(Math.max(1000, this.parts.settings.leaseMs - leaseMarginMs));
    const decided: string[] = [];
    try {
      if (link.state === 'due' || link.state === 'removing')
        decided.push(...(await this.deliver(target, link, signal)));
      decided.push(...(await this.deliverMembers(target, link.id, signal)));
    } catch (error) {
      this.logger.error(
        { target: target.name, link: link.id, error: String(error) },
        'an attempt could not be written down',
      );
    } finally {
      await this.parts.leases.release([link.id], this.parts.replica.name).catch(() => undefined);
      this.parts.tell(decided);
    }
  }

  private async deliver(target: RunningTarget, link: Link, signal: AbortSignal): Promise<string[]> {
    const log = new AttemptLog(link);
    try {
      const delivery = link.state === 'removing' ? this.removals : this.links;
      const outcome = await delivery.deliver(target, link, log, signal);
      const decided = await this.closing.success(link, outcome, log, target.definition.revision);
      await this.available(target);
      if (['recreate', 'restored', 'applied', 'removed', 'leaves'].includes(outcome.kind)) this.parts.wake();
      return decided;
    } catch (raw) {
      const error = asConnectorError(raw);
      this.report(target, link, error, raw);
      await this.judge(target, error, link.attempts);
      const refusal = await this.failures.close(link, error, log);
      return [...refusal.undone, ...refusal.kept];
    }
  }

  /** The group's edges under the group's lease, chunk by chunk, as long as there are due ones. */
  private async deliverMembers(
    target: RunningTarget,
    linkId: string,
    signal: AbortSignal,
  ): Promise<string[]> {
    const decided: string[] = [];
    for (;;) {
      const link = await this.leased(linkId);
      if (link && link.anchor === undefined && (link.state === 'applied' || link.state === 'parked'))
        return decided.concat(await this.settled(link));
      if (link?.state === 'held') return decided.concat(await this.memberClosing.heldAlready(link));
      if (!link?.anchor || link.state === 'removing' || link.state === 'retained' || signal.aborted)
        return decided;
      const now = await this.parts.clock.now();
      const due = await this.parts.edges.due(target.name, link.resourceId, this.parts.settings.edgesPerPlan);
      const latest = now + farthest(this.parts.settings.retry).edges;
      const edges = due.filter(({ nextAttemptAt }) => nextAttemptAt <= now || nextAttemptAt > latest);
      if (edges.length === 0) return decided.concat(await this.settled(link));
      const log = new AttemptLog(link, 'plan');
      try {
        const outcome = await this.members.deliver(target, link, edges, log, signal);
        decided.push(...(await this.memberClosing.close(link, outcome, log)));
        if (outcome.held) return decided.concat(await this.hold(link, outcome.held, log));
        await this.available(target);
      } catch (raw) {
        const error = asConnectorError(raw);
        this.report(target, link, error, raw);
        await this.judge(target, error, edges[0]!.attempts);
        const failed = edges.map((edge) => ({ edge, error }));
        log.failed(error.detail);
        decided.push(
          ...(await this.memberClosing.close(link, { settled: [], pending: [], kept: [], failed }, log)),
        );
        return decided.concat(await this.settled(link));
      }
    }
  }

  /** The lease may have been freed by the close of the resource part: edges are worked under the group link's lease only. */
  private async leased(linkId: string): Promise<Link | undefined> {
    const lease = { owner: this.parts.replica.name, forMs: this.parts.settings.leaseMs };
    const link = await this.parts.links.get(linkId);
    if (!link) return undefined;
    if (link.leaseOwner === lease.owner) return link;
    return link.edgesDueAt === undefined ? undefined : this.parts.leases.claimOne(linkId, lease);
  }

  private async settled(link: Link): Promise<string[]> {
    return this.parts.unitOfWork.run(async (tx) => {
      const now = await this.parts.clock.now(tx);
      await this.parts.links.close(tx, link, this.parts.replica.name, {
        state: link.state,
        attempts: link.attempts,
        nextAttemptAt: link.nextAttemptAt || now,
        error: link.error ?? null,
        held: null,
      });
      return [];
    });
  }

  private async hold(link: Link, held: NonNullable<Link['held']>, log: AttemptLog): Promise<string[]> {
    return this.closing.success(link, { kind: 'held', held }, log, link.mappingRevision ?? '');
  }

  private async available(target: RunningTarget): Promise<void> {
    const state = await target.state();
    if (state.unavailableSince === undefined && state.retryAt === undefined) return;
    await this.parts.targetStore.available(target.name, await this.parts.clock.now());
    target.forget();
    this.parts.wake();
  }

  /** What an error says about the whole target. */
  private async judge(target: RunningTarget, error: ConnectorError, attempts: number): Promise<void> {
    const now = await this.parts.clock.now();
    if (error.kind === 'misconfigured') {
      await this.parts.targetStore.pause(target.name, {
        reason: error instanceof AheadOfStore ? 'restore' : 'misconfigured',
        detail: error.detail,
        at: now,
        ...(error.mayPass ? { mayPass: true } : {}),
      });
    } else if (error.kind === 'unavailable' || error.kind === 'unknown') {
      const { firstMs } = this.parts.settings.retry;
      await this.parts.targetStore.unavailable(
        target.name,
        now,
        now + backOff(Math.min(attempts, 4), { firstMs, longestMs: longestRestMs, attempts: 0 }),
      );
    } else return;
    target.forget();
  }

  private report(target: RunningTarget, link: Link, error: ConnectorError, raw: unknown): void {
    const detail = {
      target: target.name,
      resource: link.resourceId,
      label: link.label,
      kind: error.kind,
      detail: error.detail,
      diagnostic: error.diagnostic,
    };
    if (error === raw) this.logger.warn(detail, 'an attempt failed');
    else
      this.logger.error(
        { ...detail, stack: raw instanceof Error ? raw.stack : undefined },
        'an attempt failed unexpectedly',
      );
  }
}
