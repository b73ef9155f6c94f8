import type { Undoing } from '../../identity/undo.js';
import type { Link } from '../model.js';
import type { AttemptParts } from './parts.js';

/** A change whose fate this link's target decides. */
export type UndecidedChange = Awaited<ReturnType<AttemptParts['undecided']['pendingOfLink']>>[number];

/** What identity is told to take back when the target has refused the change. */
export function undoing(link: Link, change: UndecidedChange, at: number): Undoing {
  const { changeId, kind, former, versionAfter, caller } = change;
  const { resourceId, resourceType } = link;
  return { changeId, kind, resourceId, resourceType, former, versionAfter, caller, at };
}
