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
      // A membership ends with each of the two as well.
      const version = directory.memberVersions.get(`${group.account?.guid} ${member.account?.guid}`) ?? 0;
      const owners = ownersOf(population, member);
      const edges = owners.flatMap((owner) => edgesBetween(population, group.slot, owner));
      const changes = edges.reduce((sum, edge) => sum + edge.changes, 0);
      const ends = [group.slot, ...owners].reduce((sum, { creates }) => sum + creates, -2);
      if (version > changes + ends)
        history.differs(
          'delivered more than once',
          `${group.slot.home} > ${member.slot.home}`,
          `written ${version} times for ${changes} changes`,
          edges.flatMap((edge) => edge.history),
        );
    }
}

/** Whoever may have had the account. */
function ownersOf(population: Population, { slot, account }: Found): Found['slot'][] {
  return account && account.handedOver > 0 ? population.sharing(slot) : [slot];
}

function edgesBetween(population: Population, group: Found['slot'], member: Found['slot']): Edge[] {
  const members = [...member.ids.values()];
  return [...group.ids.values()].flatMap((groupId) =>
    members.flatMap((memberId) => population.knownEdge(groupId, memberId) ?? []),
  );
}

function checkAttributes({ history, population }: Evidence, found: Found): void {
  const { slot, account } = found;
  const owners = ownersOf(population, found);
  for (const [attribute, version] of account?.versions ?? []) {
    const changes = owners.reduce((sum, owner) => sum + (owner.changes.get(attribute) ?? 0), 0);
    if (version > changes * (writesOf[attribute] ?? 1))
      history.differs(
        'delivered more than once',
        slot.home,
        `${attribute} was written ${version} times for ${changes} changes`,
        slot.history,
      );
  }
}
