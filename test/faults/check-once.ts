import type { Evidence, Found } from './checker.js';
import type { Edge, Population } from './population.js';

/**
 * Changes that take several writes. Samba counts "delete the old value, add the new one" as two; a swap of names goes by way
 * of a third; an account that was created disabled does not tell whether its password came with it, so it is written again.
 */
const writesOf: Record<string, number> = { userAccountControl: 3, userPrincipalName: 2, unicodePwd: 2 };

/**
 * Each change was delivered once at most: the controller counts the writes of an attribute and of a membership for
 * replication, and has not more of them than there were changes that may have happened.
 */
export function checkOnce(evidence: Evidence): void {
  const { directory, population, history } = evidence;
  const all = [...evidence.found.values()];
  for (const found of all) checkAttributes(evidence, found);
  const groups = all.filter(({ resource }) => resource.type === 'Group');
  for (const group of groups)
    for (const member of all.filter(({ resource }) => resource.type === 'User')) {
      const version = directory.memberVersions.get(`${group.account?.guid} ${member.account?.guid}`) ?? 0;
      const edges = edgesBetween(population, group.slot, member.slot);
      const changes = edges.reduce((sum, edge) => sum + edge.changes, 0);
      if (version > changes + deletions(member.slot) + deletions(group.slot))
        history.differs(
          'delivered more than once',
          `${group.slot.home} > ${member.slot.home}`,
          `written ${version} times for ${changes} changes`,
          edges.flatMap((edge) => edge.history),
        );
    }
}

/** A membership ends with each of the two as well. */
const deletions = ({ creates }: Found['slot']): number => creates - 1;

function edgesBetween(population: Population, group: Found['slot'], member: Found['slot']): Edge[] {
  const members = [...member.ids.values()];
  return [...group.ids.values()].flatMap((groupId) =>
    members.flatMap((memberId) => population.knownEdge(groupId, memberId) ?? []),
  );
}

function checkAttributes({ history }: Evidence, { slot, account }: Found): void {
  for (const [attribute, version] of account?.versions ?? []) {
    const changes = slot.changes.get(attribute) ?? 0;
    if (version > changes * (writesOf[attribute] ?? 1))
      history.differs(
        'delivered more than once',
        slot.home,
        `${attribute} was written ${version} times for ${changes} changes`,
        slot.history,
      );
  }
}
