import type { Evidence, Found } from './checker.js';

/** A create in two steps writes the account disabled, and then enables it. */
const createdIn: Record<string, number> = { userAccountControl: 2 };

/** A swap of names goes by way of a third. */
const perChange: Record<string, number> = { userPrincipalName: 2 };

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
    for (const [memberId, edge] of population.edgesOf(group.resource.id)) {
      const member = evidence.found.get(memberId);
      const version = directory.memberVersions.get(`${group.account?.guid} ${member?.account?.guid}`) ?? 0;
      if (member && version > edge.changes)
        history.differs(
          'delivered more than once',
          `${group.slot.home} > ${member.slot.home}`,
          `written ${version} times for ${edge.changes} changes`,
          edge.history,
        );
    }
}

function checkAttributes({ history }: Evidence, { slot, states, account }: Found): void {
  if (!account || states.length === 0) return;
  for (const [attribute, version] of account.versions) {
    const changes = Math.max(...states.map(({ incarnation }) => slot.changesOf(incarnation, attribute)));
    const most = (createdIn[attribute] ?? 1) + changes * (perChange[attribute] ?? 1);
    if (version > most)
      history.differs(
        'delivered more than once',
        slot.home,
        `${attribute} was written ${version} times for ${changes} changes`,
        slot.history,
      );
  }
}
