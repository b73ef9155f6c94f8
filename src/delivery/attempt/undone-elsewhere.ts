import type { Transaction } from '../../identity/ports.js';
import type { Link } from '../model.js';
import type { AttemptParts } from './parts.js';
import type { UndecidedChange } from './undoing.js';

/**
 * What the deciding target refused is taken back for the other targets, in the same transaction: they have waited for
 * the decision, but for an attempt that was under way when the change came and has seen it.
 */
export async function undoneElsewhere(
  parts: AttemptParts,
  tx: Transaction,
  decider: Link,
  change: UndecidedChange,
  now: number,
): Promise<void> {
  const { links, edges, sealed } = parts;
  const others = (await links.ofResource(decider.resourceId, tx)).filter(({ id }) => id !== decider.id);
  if (others.length === 0) return;
  for (const link of others) {
    if (change.kind === 'create') {
      await sealed.eraseOfLink(tx, link.id);
      await links.beginRemoval(tx, link.target, link.resourceId, { policy: 'delete' }, link.cause);
      continue;
    }
    await sealed.eraseOfChange(tx, link.id, change.changeId);
    if (change.kind === 'update') await links.raise(tx, { ...link });
    await edges.add(tx, link.target, change.former?.edges ?? [], undefined, now);
  }
}
