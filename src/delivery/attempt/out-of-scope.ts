import type { KnownAccount, Plan } from '../../connectors/connector.js';
import type { Link } from '../model.js';
import type { ObjectDefinition } from '../target-definition.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptLog } from './attempt-log.js';
import { removalOff } from './actions-off.js';
import { passGuard } from './guard.js';
import type { Outcome } from './outcome.js';
import { overtaken } from './overtaken.js';
import type { AttemptParts } from './parts.js';
import { planUnlessGone } from './removal.js';
import { accountLeft, mayHaveBeenCreated } from './unanswered.js';

/** Carries out what policy says about the account of a resource that is there, and out of the target's scope. */
export class OutOfScope {
  constructor(private readonly parts: AttemptParts) {}

  async leave(
    target: RunningTarget,
    link: Link,
    definition: ObjectDefinition,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { outOfScope: policy } = definition;
    if (policy === 'ignore') return { kind: 'skipped', reason: 'out of scope' };
    const off = removalOff(definition);
    if (off !== undefined) return { kind: 'skipped', reason: `out of scope; ${off}` };
    if (link.anchor === undefined && !mayHaveBeenCreated(link))
      return { kind: 'skipped', reason: 'out of scope' };
    log.enter('match');
    const account = await accountLeft(this.parts, target, link, log, signal);
    if (!account) return withoutAccount(link);
    log.enter('plan');
    const plan = await planUnlessGone(this.parts, target, link, account, policy, signal);
    if (!plan) {
      log.step('plan', 'success', 'the account is gone from the target already');
      return policy === 'delete' ? withoutAccount(link) : left(link, account);
    }
    log.planned(plan);
    if (plan.action !== 'none') {
      if (await overtaken(this.parts, target, link)) return { kind: 'overtaken' };
      const held = await passGuard(this.parts, target, link, plan);
      if (held) return { kind: 'held', held };
    }
    if (policy === 'delete') await this.giveUp(link);
    const anchor = await this.apply(target, plan, log, signal);
    if (policy === 'delete') return withoutAccount(link);
    const leftGroups = plan.effects.memberRemovals > 0;
    return { ...left(link, { ...account, anchor: anchor ?? account.anchor }), leftGroups };
  }

  /** Kept before the write: whoever comes back before its answer is known has lost the account to us, and to nobody else. */
  private async giveUp({ id, resourceId, formerOwners }: Link): Promise<void> {
    const { unitOfWork, links } = this.parts;
    await unitOfWork.run((tx) => links.giveUp(tx, id, [...new Set([...formerOwners, resourceId])]));
  }

  private async apply(
    target: RunningTarget,
    plan: Plan,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (plan.action === 'none') return undefined;
    const applied = await target.definition.connector.execute(plan, signal);
    log.applied(plan.action, applied);
    return applied.anchor;
  }
}

type Applied = Outcome & { kind: 'applied' };

function left({ uniqueValues, facts }: Link, { anchor, createdByUs }: KnownAccount): Applied {
  return { kind: 'applied', anchor, createdByUs, uniqueValues, facts };
}

/** Its names are free for others: nobody in the target has them. */
function withoutAccount({ createdByUs }: Link): Applied {
  return { kind: 'applied', anchor: null, createdByUs, uniqueValues: {}, facts: {} };
}
