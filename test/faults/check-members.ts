import type { Evidence, Found } from './checker.js';

/** No membership differs: between what was asked for and the store, and between the store and the controller. */
export function checkMembers(evidence: Evidence): void {
  const all = [...evidence.found.values()];
  const byDn = new Map(all.flatMap((found) => (found.account ? [[found.account.dn, found] as const] : [])));
  for (const group of all.filter(({ resource }) => resource.type === 'Group')) {
    checkStored(evidence, group);
    checkDirectory(evidence, group, byDn);
  }
}

function checkStored({ population, store, found, history }: Evidence, group: Found): void {
  const groupId = group.resource.id;
  for (const [memberId, edge] of population.edgesOf(groupId)) {
    const member = found.get(memberId);
    const stored = store.memberships.has(`${groupId} ${memberId}`);
    if (!member ? stored : !edge.possible.states.includes(stored))
      history.differs(
        'membership',
        `${group.slot.home} > ${member?.slot.home ?? memberId}`,
        `stored: ${stored}, possible: ${member ? edge.possible.states.join() : 'the member is gone'}`,
        edge.history,
      );
  }
  const asked = new Set(population.edgesOf(groupId).map(([memberId]) => memberId));
  for (const membership of store.memberships) {
    const [in_, memberId] = membership.split(' ') as [string, string];
    if (in_ === groupId && !asked.has(memberId))
      history.differs('membership', `${group.slot.home} > ${memberId}`, 'stored, and nobody asked for it');
  }
}

function checkDirectory(
  { population, store, history, found }: Evidence,
  group: Found,
  byDn: ReadonlyMap<string, Found>,
): void {
  const groupId = group.resource.id;
  const there = new Set((group.account?.entry.member ?? []).map((dn) => byDn.get(dn)?.resource.id ?? dn));
  for (const id of there)
    if (!store.memberships.has(`${groupId} ${id}`))
      tell(id, 'a member in the directory and not in the store');
  for (const membership of store.memberships) {
    const [in_, id] = membership.split(' ') as [string, string];
    const outside = found.get(id)?.resource.attributes.userType === 'Visitor';
    if (in_ === groupId && !outside && !there.has(id))
      tell(id, 'a member in the store and not in the directory');
  }
  function tell(id: string, detail: string): void {
    const name = `${group.slot.home} > ${found.get(id)?.slot.home ?? id}`;
    history.differs('membership', name, detail, population.edge(groupId, id).history);
  }
}
