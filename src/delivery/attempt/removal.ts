import {
  ConnectorError,
  type KnownAccount,
  type LeaverPolicy,
  type Plan,
} from '../../connectors/connector.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptLog } from './attempt-log.js';
import { passGuard } from './guard.js';
import type { Outcome } from './outcome.js';
import type { AttemptParts } from './parts.js';
import { subjectOf } from './subject.js';
import { accountLeft } from './unanswered.js';

/** What policy makes of an account; undefined where there is none any more. */
export async function planUnlessGone(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  account: KnownAccount,
  policy: LeaverPolicy,
  signal: AbortSignal,
): Promise<Plan | undefined> {
  try {
    return await target.definition.connector.plan(
      subjectOf(parts, link, { removal: { policy } }),
      account,
      signal,
    );
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return undefined;
    throw error;
  }
}

/** Carries out what policy says about the account of a resource that is gone. */
export class RemovalDelivery {
  constructor(private readonly parts: AttemptParts) {}

  async deliver(target: RunningTarget, link: Link, log: AttemptLog, signal: AbortSignal): Promise<Outcome> {
    const removal = link.removal ?? { policy: 'retain' as const };
    log.enter('match');
    const account = await accountLeft(this.parts, target, link, log, signal);
    if (!account) return { kind: 'removed' };
    const definition = target.definition.objects[link.resourceType];
    if (removal.policy === 'retain' || definition?.actions.delete === false) {
      log.step('plan', 'success', 'the account is retained by policy');
      return { kind: 'retained', anchor: account.anchor };
    }
    log.enter('plan');
    const plan = await planUnlessGone(this.parts, target, link, account, removal.policy, signal);
    if (!plan) return { kind: 'removed' };
    log.planned(plan);
    const held = plan.action === 'none' ? undefined : await passGuard(this.parts, target, link, plan);
    if (held) return { kind: 'held', held };
    await this.stillOurs(link);
    if (plan.action !== 'none') {
      log.applied(plan.action, await target.definition.connector.execute(plan, signal));
    }
    return removal.policy === 'delete' ? { kind: 'removed' } : this.retained(account, removal.deleteAfterMs);
  }

  private async retained(account: KnownAccount, deleteAfterMs: number | undefined): Promise<Outcome> {
    const removeAt = deleteAfterMs === undefined ? undefined : (await this.parts.clock.now()) + deleteAfterMs;
    return { kind: 'retained', anchor: account.anchor, ...(removeAt === undefined ? {} : { removeAt }) };
  }

  /** Immediately before the deletion: a new hire may have taken the account over. */
  private async stillOurs(link: Link): Promise<void> {
    const { links, leases, replica, settings } = this.parts;
    const renewed = await leases.renew(link.id, { owner: replica.name, forMs: settings.leaseMs });
    const now = await links.get(link.id);
    if (renewed && now?.state === 'removing' && now.generation === link.generation) return;
    throw new ConnectorError({ kind: 'unavailable', detail: 'the removal was overtaken by another change' });
  }
}
