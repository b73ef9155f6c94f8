import type { Plan } from '../../connectors/connector.js';
import type { HeldPlan, Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';

/**
 * The guard against accidents: disables, deletes and member removals are counted in a window, in the store, before they are carried out.
 * Over a threshold the plan is held until an administrator allows or discards exactly this plan.
 */
export async function passGuard(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  plan: Plan,
): Promise<HeldPlan | undefined> {
  const { guard } = target.definition;
  const { effects } = plan;
  if (!guard || effects.disables + effects.deletes + effects.memberRemovals === 0) return undefined;
  const allowed = link.held?.allowed;
  if (allowed && allowed.generation === link.generation && allowed.digest === plan.digest) return undefined;
  const taken = await parts.targetStore.takeGuard(
    target.name,
    link.id,
    { ...effects },
    guard.thresholds,
    guard.windowMs,
  );
  if (taken.taken) return undefined;
  return {
    digest: plan.digest,
    summary: `${plan.action} ${plan.account ?? link.label}: ${taken.count} ${taken.over} within the guard's window`,
    changes: plan.changes.slice(0, 100),
    effects,
    at: await parts.clock.now(),
  };
}
