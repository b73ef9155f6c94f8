import { ConnectorError } from '../../connectors/connector.js';
import type { Transaction } from '../../identity/ports.js';
import type { Link } from '../model.js';
import type { AttemptParts } from './parts.js';

/**
 * Whether somebody who is created under the name of one that was deleted gets that one's account. One whose create was not
 * answered may have an account that only its removal finds. A removal that is held, or refused by the target, is cancelled like
 * one that is due. A group that is about to be deleted does not pass its account
 * on: nobody knows any more who its members are.
 */
export function passesOn({ anchor, state, resourceType, removal }: Link): boolean {
  if (anchor === undefined) return false;
  if (state === 'retained') return true;
  const leaving = state === 'removing' || removal !== undefined;
  return leaving && !(resourceType === 'Group' && removal?.policy === 'delete');
}

/** The account, the names and the memberships of a leaver pass to a newcomer, and the removal is cancelled. */
export async function takeOver(parts: AttemptParts, tx: Transaction, from: Link, to: Link): Promise<void> {
  if (!(await parts.links.takeOver(tx, from, to))) {
    throw new ConnectorError({
      kind: 'unavailable',
      detail: `the removal of "${from.label}" is being carried out this moment`,
    });
  }
  await parts.edges.move(tx, to.target, from.resourceId, to.resourceId, await parts.clock.now(tx));
}

/** After the commit: the attempt goes on with the account that was taken over. */
export function adoptFrom(link: Link, from: Link): void {
  link.anchor = from.anchor;
  link.createdByUs = from.createdByUs;
  link.formerOwners = [...from.formerOwners, from.resourceId];
}
