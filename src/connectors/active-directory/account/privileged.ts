import { AndFilter, EqualityFilter, ExtensibleFilter, OrFilter } from 'ldapts';
import { ConnectorError } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { guidBytes, guidDn } from '../values/guid.js';
import { sidOf } from '../values/sid.js';
import { isSecurityGroup } from './group-type.js';

/**
 * Administrators of a domain (MS-ADTS §3.1.1.6.1.2), relative to the domain's SID or to S-1-5-32. The last two may give
 * anybody a key to sign in with (MS-DTYP §2.4.2.4, KEY_ADMINS and ENTERPRISE_KEY_ADMINS).
 */
const PRIVILEGED_RIDS = [512, 516, 518, 519, 520, 526, 527];
const PRIVILEGED_BUILTIN_RIDS = [544, 548, 549, 550, 551, 552];
/** Primary group of ordinary users; it is in no memberOf. */
const DOMAIN_USERS = 513;
/** LDAP_MATCHING_RULE_TRANSITIVE_EVAL (MS-ADTS §3.1.1.3.4.4.3). */
const TRANSITIVE = '1.2.840.113556.1.4.1941';

/** Why an account is not to be touched because of the groups it is in, however deep: its adminCount may not have been written yet. */
export async function privilege(
  directory: Directory,
  session: AdSession,
  entry: AdEntry,
): Promise<string | undefined> {
  const isMember = entry.names().some((name) => name.startsWith('memberof'));
  const primary = entry.number('primaryGroupID') ?? DOMAIN_USERS;
  if (!isMember && primary === DOMAIN_USERS) return undefined;
  const { domainSid, privilegedSids } = await directory.facts(session);
  const named = await protectedGroups(directory, session);
  const sids = new Set([
    ...PRIVILEGED_RIDS.map((rid) => `${domainSid}-${rid}`),
    ...PRIVILEGED_BUILTIN_RIDS.map((rid) => `S-1-5-32-${rid}`),
    ...privilegedSids,
    ...named.map(({ sid }) => sid),
  ]);
  if (await reaches(directory, session, entry, sids)) return 'it is a member of a privileged group.';
  const mailOnly = named.filter((group) => !isSecurityGroup(group.number('groupType') ?? 0));
  return (await isBelow(directory, session, entry, mailOnly))
    ? 'it is a member of a group that the settings protect.'
    : undefined;
}

/** Users are asked for their token; groups have none in some domains, so they are looked for below the groups themselves. */
async function reaches(
  directory: Directory,
  session: AdSession,
  entry: AdEntry,
  sids: ReadonlySet<string>,
): Promise<boolean> {
  const isUser = entry.all('objectClass').some((name) => name.toLowerCase() === 'user');
  if (isUser) return (await tokenGroups(directory, session, entry)).some((sid) => sids.has(sid));
  const filters = [...sids]
    .filter((sid) => sid !== '')
    .map((value) => new EqualityFilter({ attribute: 'objectSid', value }));
  const ruling = await directory.find(session, new OrFilter({ filters }), ['objectGUID']);
  if (ruling.length > 0) return isBelow(directory, session, entry, ruling);
  throw unseen(entry, 'the groups that rule the domain', 'Let the service account read those groups.');
}

/** The whole way up in one read of the object itself, with the primary group (MS-ADTS §3.1.1.4.5.19). Security groups only. */
async function tokenGroups(directory: Directory, session: AdSession, entry: AdEntry): Promise<string[]> {
  const token = await directory.readOne(session, guidDn(entry.guid), ['tokenGroups']);
  const sids = (token?.raw('tokenGroups') ?? []).map((sid) => sidOf(Buffer.from(sid)));
  if (sids.length > 0) return sids;
  throw unseen(
    entry,
    'which groups it is in (tokenGroups)',
    'Let the service account read the property set "Group Membership" of the accounts.',
  );
}

function unseen(entry: AdEntry, what: string, recommendedAction: string): ConnectorError {
  return new ConnectorError({
    kind: 'rejected',
    detail: `The account ${entry.dn} is not touched: the service account cannot read ${what}.`,
    recommendedAction,
  });
}

/** However deep, also through distribution groups, which are in no token. */
async function isBelow(
  directory: Directory,
  session: AdSession,
  entry: AdEntry,
  groups: readonly AdEntry[],
): Promise<boolean> {
  if (groups.length === 0) return false;
  const itself = new EqualityFilter({ attribute: 'objectGUID', value: guidBytes(entry.guid) });
  const below = groups.map(
    ({ dn }) => new ExtensibleFilter({ matchType: 'memberOf', rule: TRANSITIVE, value: dn }),
  );
  const filter = new AndFilter({ filters: [itself, new OrFilter({ filters: below })] });
  return (await directory.find(session, filter, ['objectGUID'])).length > 0;
}

/** Read each time: a group may have been renamed, or made, since. */
export async function protectedGroups(
  directory: Directory,
  session: AdSession,
  names: readonly string[] = directory.settings.protected.groups,
): Promise<AdEntry[]> {
  const groups: AdEntry[] = [];
  for (const name of names) {
    const wanted = ['objectGUID', 'objectSid', 'groupType'];
    if (!name.includes('=')) {
      groups.push(...(await directory.findByValue(session, 'sAMAccountName', name, wanted)));
      continue;
    }
    const group = await directory.readOne(session, name, wanted);
    if (group) groups.push(group);
  }
  return groups;
}
