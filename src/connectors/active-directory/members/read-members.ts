import { AndFilter, EqualityFilter, OrFilter, type Filter } from 'ldapts';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { ExtendedDnControl, PlainControl, RANGE_NO_ERROR } from '../values/controls.js';
import { extendedGuid } from '../values/dn.js';
import { guidBytes, guidDn } from '../values/guid.js';

/** Windows answers at most 1500 values of an attribute at a time, and an empty list beside them (MS-ADTS §3.1.1.3.1.3.3). */
const RANGE = 1500;
/** Samba closes a connection whose search is larger than 256,000 bytes; 200 GUIDs are far from it. */
const ASKED_AT_ONCE = 200;

/** The members of a group by objectGUID, in ranges: never as one plain read, which looks empty for a large group. */
export async function* readMembers(session: AdSession, groupGuid: string): AsyncGenerator<string[]> {
  const controls = [
    new ExtendedDnControl(),
    ...(session.supports(RANGE_NO_ERROR) ? [new PlainControl(RANGE_NO_ERROR)] : []),
  ];
  for (let from = 0; ;) {
    const wanted = `member;range=${from}-${from + RANGE - 1}`;
    const [entry] = await session.search(
      guidDn(groupGuid),
      { scope: 'base', attributes: [wanted] },
      controls,
    );
    const answered = entry && rangeIn(entry);
    if (!entry || !answered || answered.values.length === 0) return;
    yield answered.values.flatMap((value) => extendedGuid(value) ?? []);
    if (answered.last) return;
    from += answered.values.length;
  }
}

/** The library fills in the asked-for name with nothing; the server answers under the range that it chose. */
function rangeIn(entry: AdEntry): { values: string[]; last: boolean } | undefined {
  const name = entry.names().find((each) => /^member(;range=|$)/.test(each) && entry.raw(each).length > 0);
  if (name === undefined) return undefined;
  return { values: entry.all(name), last: !name.includes(';range=') || name.endsWith('-*') };
}

/** Those of the objects that exist, by objectGUID. */
export async function existing(
  directory: Directory,
  session: AdSession,
  guids: readonly string[],
  attributes: readonly string[],
): Promise<Map<string, AdEntry>> {
  const found = new Map<string, AdEntry>();
  for (const filter of filtersOf(guids)) {
    for (const entry of await directory.find(session, filter, ['objectGUID', ...attributes], {
      paged: { pageSize: 500 },
    })) {
      found.set(entry.guid, entry);
    }
  }
  return found;
}

/** Those of the objects that are members: asked of each of them, so that the size of the group does not matter. */
export async function membersAmong(
  directory: Directory,
  session: AdSession,
  groupDn: string,
  guids: readonly string[],
): Promise<Set<string>> {
  const isMember = new EqualityFilter({ attribute: 'memberOf', value: groupDn });
  const found = new Set<string>();
  for (const filter of filtersOf(guids)) {
    const both = new AndFilter({ filters: [filter, isMember] });
    for (const { guid } of await directory.find(session, both, ['objectGUID'], { paged: { pageSize: 500 } }))
      found.add(guid);
  }
  return found;
}

function filtersOf(guids: readonly string[]): Filter[] {
  const filters: Filter[] = [];
  for (let at = 0; at < guids.length; at += ASKED_AT_ONCE) {
    const some = guids.slice(at, at + ASKED_AT_ONCE);
    filters.push(
      new OrFilter({
        filters: some.map((guid) => new EqualityFilter({ attribute: 'objectGUID', value: guidBytes(guid) })),
      }),
    );
  }
  return filters;
}
