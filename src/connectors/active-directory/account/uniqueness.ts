import { EqualityFilter, OrFilter, type Filter } from 'ldapts';
import { ConnectorError, type UniqueValue } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { childDn } from '../values/dn.js';

export interface Wanted {
  unique: Readonly<Record<string, UniqueValue>>;
  /** Where the name has to be free. */
  parent: string;
  /** Where accounts bear their stamp. */
  stampAttribute?: string;
  /** The account itself, which may hold them. */
  guid?: string;
}

/** The first of the wanted values that another object holds, as the error that says so. */
export async function findClash(
  directory: Directory,
  session: AdSession,
  wanted: Wanted,
): Promise<ConnectorError | undefined> {
  const { stampAttribute } = wanted;
  const read = ['objectGUID', ...(stampAttribute === undefined ? [] : [stampAttribute])];
  for (const [attribute, unique] of Object.entries(wanted.unique)) {
    const holder =
      attribute.toLowerCase() === 'rdn'
        ? await directory.readOne(session, childDn(unique.value, wanted.parent), read)
        : await holderOf(directory, session, attribute, unique.value, read, wanted.guid);
    if (holder && holder.guid !== wanted.guid)
      return clash(
        attribute,
        unique,
        holder,
        stampAttribute === undefined ? undefined : holder.one(stampAttribute),
      );
  }
  return undefined;
}

async function holderOf(
  directory: Directory,
  session: AdSession,
  attribute: string,
  value: string,
  read: readonly string[],
  own: string | undefined,
) {
  const { dnsDomain } = await directory.facts(session);
  const filter = new OrFilter({ filters: filtersOf(attribute, value, dnsDomain) });
  const found = await directory.find(session, filter, read);
  return found.find(({ guid }) => guid !== own);
}

/** Every account also answers to the implicit sign-in name `sAMAccountName@domain` (MS-ADTS §5.1.1.1.1). */
function filtersOf(attribute: string, value: string, dnsDomain: string): Filter[] {
  const name = attribute.toLowerCase();
  const filters: Filter[] = [new EqualityFilter({ attribute, value })];
  if (name === 'samaccountname')
    filters.push(new EqualityFilter({ attribute: 'userPrincipalName', value: `${value}@${dnsDomain}` }));
  const at = value.lastIndexOf('@');
  if (name === 'userprincipalname' && value.slice(at + 1).toLowerCase() === dnsDomain) {
    filters.push(new EqualityFilter({ attribute: 'sAMAccountName', value: value.slice(0, at) }));
  }
  return filters;
}

function clash(
  attribute: string,
  unique: UniqueValue,
  { dn, guid: holder }: AdEntry,
  holderStamp: string | undefined,
): ConnectorError {
  const name = attribute === 'rdn' ? 'name' : attribute;
  return new ConnectorError({
    kind: 'conflict',
    scimType: 'uniqueness',
    attribute,
    holder,
    ...(holderStamp === undefined ? {} : { holderStamp }),
    detail: `The ${name} "${unique.value}" belongs to ${dn} already. To adopt that account, set "match: true" in the mapping line of an attribute that tells it apart.`,
    recommendedAction: 'Change one of the two, or let the mapping match existing accounts.',
  });
}
