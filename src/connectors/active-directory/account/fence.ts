import { ConnectorError, type ResourceKind } from '../../connector.js';
import { PRIVILEGED_NAMES, type Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { isWithin, sameDn } from '../values/dn.js';
import { ridOf } from '../values/sid.js';
import { isNormalAccount } from '../values/user-account-control.js';
import { privilege } from './privileged.js';
import { replicationConflict } from './replication-conflict.js';

/** Read right before each write: where the object really is, and whether it is one of those that are never touched. */
export const FENCE_ATTRIBUTES = [
  ...['objectGUID', 'objectSid', 'objectClass', 'userAccountControl', 'adminCount', 'isCriticalSystemObject'],
  ...['sAMAccountName', 'msDS-ObjectSoa', 'pwdLastSet', 'groupType', 'primaryGroupID', 'memberOf'],
];

/** Below this every relative id belongs to Windows itself (MS-DTYP §2.4.2.4). */
const FIRST_ORDINARY_RID = 1000;

const FOREIGN_CLASSES = [
  'computer',
  'inetorgperson',
  'msds-managedserviceaccount',
  'msds-groupmanagedserviceaccount',
];

/** What this target may touch. Refuses with the reason; never guesses. */
export class Fence {
  constructor(
    private readonly directory: Directory,
    private readonly settings: AdSettings,
  ) {}

  /** The managed scope of a kind: its bases and where its leavers go. */
  bases(kind: ResourceKind): string[] {
    const place = kind === 'Group' ? this.settings.groups : this.settings.users;
    if (!place) return [];
    const bases = place.bases ?? [place.container];
    const { moveTo } = place.leavers;
    return moveTo === undefined ? [...bases] : [...bases, moveTo];
  }

  covers(kind: ResourceKind, dn: string): boolean {
    return this.bases(kind).some((base) => isWithin(dn, base));
  }

  /** Throws when the object is not ours to write. */
  assert(entry: AdEntry, kind: ResourceKind, label: string, dn = entry.dn): void {
    const refusal = this.refusal(entry, kind, dn);
    if (refusal === undefined) return;
    throw new ConnectorError({
      kind: 'rejected',
      detail: `The account of "${label}" (${entry.dn}) is not touched: ${refusal}`,
      recommendedAction:
        'Move the account into the managed scope, clear its protection, or take the resource out of scope.',
    });
  }

  /** At `dn`: where the object is, or is to be. */
  refusal(entry: AdEntry, kind: ResourceKind, dn = entry.dn): string | undefined {
    const classes = entry.all('objectClass').map((name) => name.toLowerCase());
    const foreign = classFault(classes, kind);
    if (foreign) return foreign;
    const conflict = replicationConflict(entry);
    if (conflict) return conflict;
    if (!this.covers(kind, dn)) return `it is outside the managed scope (${this.bases(kind).join('; ')}).`;
    if (kind !== 'Group' && !isNormalAccount(entry.number('userAccountControl') ?? 0))
      return 'it is not an ordinary user account.';
    return this.protection(entry);
  }

  private protection(entry: AdEntry): string | undefined {
    if ((entry.number('adminCount') ?? 0) > 0) return 'it is protected (adminCount is set).';
    if (entry.one('isCriticalSystemObject') === 'TRUE') return 'it is a critical system object.';
    if (entry.sid !== '' && ridOf(entry.sid) < FIRST_ORDINARY_RID) return 'it is a built-in account.';
    if (PRIVILEGED_NAMES.some((named) => names(named, entry))) return 'its members rule the domain.';
    if (/cloud/i.test(entry.one('msDS-ObjectSoa') ?? ''))
      return 'it is managed by Entra itself (msDS-ObjectSoa is Cloud).';
    const { accounts, groups } = this.settings.protected;
    return [...accounts, ...groups].some((named) => names(named, entry))
      ? 'the settings protect it.'
      : undefined;
  }

  /**
   * Members of privileged groups, however deep: their adminCount may not have been written yet. A group among them is not
   * given members either: each would get its privileges.
   */
  async assertNotPrivileged(session: AdSession, entry: AdEntry, label: string): Promise<void> {
    const reason = await privilege(this.directory, session, entry);
    if (reason === undefined) return;
    throw new ConnectorError({
      kind: 'rejected',
      detail: `The account of "${label}" (${entry.dn}) is not touched: ${reason}`,
      recommendedAction: 'Manage administrators by hand, or take the account out of the privileged group.',
    });
  }
}

function classFault(classes: readonly string[], kind: ResourceKind): string | undefined {
  if (kind === 'Group') return classes.includes('group') ? undefined : 'it is not a group.';
  if (!classes.includes('user')) return 'it is not a user.';
  const foreign = FOREIGN_CLASSES.find((name) => classes.includes(name));
  return foreign === undefined ? undefined : `it is of class ${foreign}.`;
}

function names(named: string, entry: AdEntry): boolean {
  if (named.includes('=')) return sameDn(named, entry.dn);
  return named.toLowerCase() === entry.one('sAMAccountName')?.toLowerCase();
}
