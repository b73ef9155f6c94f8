import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { PlainControl, SHOW_DELETED, SHOW_RECYCLED } from '../values/controls.js';
import { guidDn } from '../values/guid.js';
import { nameOf } from '../values/dn.js';
import { FENCE_ATTRIBUTES } from './fence.js';

/** What is left of a deleted object (MS-ADTS §3.1.1.1.5.3). */
export interface Deleted {
  entry: AdEntry;
  /** Name and place before it was deleted. */
  name: string;
  parent: string | undefined;
  /** Only its identity is left: a recycle bin has let go of the rest. */
  recycled: boolean;
}

/** Undefined also where the service account may not see deleted objects: that is the default. */
export async function findDeleted(
  directory: Directory,
  session: AdSession,
  guid: string,
): Promise<Deleted | undefined> {
  const control = [SHOW_RECYCLED, SHOW_DELETED].find((oid) => session.supports(oid));
  if (control === undefined) return undefined;
  try {
    const [entry] = await session.search(
      guidDn(guid),
      {
        scope: 'base',
        attributes: [
          ...FENCE_ATTRIBUTES,
          'isDeleted',
          'isRecycled',
          'lastKnownParent',
          directory.settings.anchorAttribute,
        ],
      },
      [new PlainControl(control, true)],
    );
    if (entry?.one('isDeleted') !== 'TRUE') return undefined;
    const { recycleBin } = await directory.facts(session);
    return {
      entry,
      name: nameOf(entry.dn).split('\n')[0]!,
      parent: entry.one('lastKnownParent'),
      recycled: recycleBin && entry.one('isRecycled') === 'TRUE',
    };
  } catch (error) {
    if (error instanceof AdError && error.resultCode !== undefined) return undefined;
    throw error;
  }
}

/** Where a missing account was last, and what to do about it. */
export async function whereabouts(
  directory: Directory,
  session: AdSession,
  guid: string,
): Promise<{ detail: string; remedy: string }> {
  const deleted = await findDeleted(directory, session, guid);
  if (!deleted)
    return {
      detail: 'It is not among the deleted objects either, as far as the service account may see them.',
      remedy: 'Look for it with Get-ADObject -IncludeDeletedObjects as an administrator and restore it',
    };
  const place = `It was deleted as "${deleted.name}"${deleted.parent === undefined ? '' : ` in ${deleted.parent}`}`;
  if (deleted.recycled)
    return {
      detail: `${place} and can no longer be restored (it is recycled).`,
      remedy: 'Restore it from a backup',
    };
  const { recycleBin } = await directory.facts(session);
  return {
    detail: recycleBin
      ? `${place} and lies in the recycle bin.`
      : `${place}; the domain has no recycle bin, so most attributes, the password and the memberships are gone.`,
    remedy: 'Restore it (Restore-ADObject), or set whenMissing: restore and retry',
  };
}
