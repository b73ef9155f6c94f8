import type { AdEntry } from '../session/entry.js';
import { nameOf, plainDn } from '../values/dn.js';

/** Two controllers made the same name at once: the loser is renamed (MS-ADTS §3.1.1.1.9, MS-SAMR §3.1.1.8.4). */
const LOST_NAME = /\nCNF:[0-9a-f-]{36}$/i;
const LOST_ACCOUNT_NAME = /^\$DUPLICATE-/i;

/** Why the object is the loser of a replication conflict: it is nobody's account until an administrator has looked at it. */
export function replicationConflict(entry: AdEntry): string | undefined {
  const name = nameOf(plainDn(entry.dn));
  const account = entry.one('sAMAccountName') ?? '';
  const lost = LOST_NAME.test(name)
    ? name.replace('\n', ' ')
    : LOST_ACCOUNT_NAME.test(account)
      ? account
      : undefined;
  return lost === undefined
    ? undefined
    : `it is left over from a replication conflict ("${lost}"): merge it with the other account of that name, or delete it.`;
}
