import { ConnectorError } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { guidDn } from '../values/guid.js';

/** What programs keep below an account: device partnerships, published services, software. Nothing else is deleted with it. */
const KEPT_BELOW_ACCOUNTS = new Set([
  'classstore',
  'container',
  'msexchactivesyncdevice',
  'msexchactivesyncdevices',
  'serviceconnectionpoint',
]);

/** Whether anything lies below the account. Throws where that is not to be deleted with it. */
export async function hasDeletableChildren(
  directory: Directory,
  session: AdSession,
  account: AdEntry,
  label: string,
): Promise<boolean> {
  const all = await directory.find(
    session,
    '(objectClass=*)',
    ['objectGUID', 'objectClass'],
    { paged: { pageSize: 500 } },
    guidDn(account.guid),
  );
  const below = all.filter(({ guid }) => guid !== account.guid);
  const foreign = below.find((entry) => !KEPT_BELOW_ACCOUNTS.has(structuralClass(entry)));
  if (!foreign) return below.length > 0;
  throw new ConnectorError({
    kind: 'rejected',
    detail: `The account of "${label}" (${account.dn}) is not deleted: below it lies ${foreign.dn}, of class ${structuralClass(foreign)}.`,
    recommendedAction: 'Move or delete what lies below the account by hand.',
  });
}

/** The most specific class comes last (MS-ADTS §3.1.1.1.4). */
function structuralClass(entry: AdEntry): string {
  return entry.all('objectClass').at(-1)?.toLowerCase() ?? '';
}
