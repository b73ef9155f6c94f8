import { composePlan } from '../compose-plan.js';
import type { EdgeOutcome, MembershipEdge, Plan } from '../connector.js';
import { dnsOf } from './account-records.js';
import type { Journal } from './journal.js';
import type { LdifStep } from './ldif-connector.js';
import type { Modification } from './ldif-text.js';
import { dnOf, type WrittenAccount } from './written-account.js';

/** Members by deltas: a file that is applied late must not undo what came in between. */
export function planMembers(journal: Journal, group: WrittenAccount, edges: readonly MembershipEdge[]): Plan {
  const now = journal.membersOf(group.anchor);
  const wanted = [...new Map(edges.map((edge) => [edge.memberId, edge])).values()];
  const ghosts = wanted.filter(({ present, memberAnchor }) => present && !journal.account(memberAnchor));
  const work = wanted.filter((edge) => !ghosts.includes(edge) && now.has(edge.memberAnchor) !== edge.present);
  const anchorsOf = (present: boolean) =>
    work.filter((edge) => edge.present === present).map(({ memberAnchor }) => memberAnchor);
  const [add, remove] = [anchorsOf(true), anchorsOf(false)];
  const modifications = (['add', 'delete'] as const)
    .map((op): Modification => ({
      op,
      attribute: 'member',
      values: dnsOf(op === 'add' ? add : remove, journal),
    }))
    .filter(({ values }) => values.length > 0);
  const dn = dnOf(group);
  const steps: LdifStep = {
    expects: { anchor: group.anchor, dn },
    records: [{ changetype: 'modify', dn, modifications }],
    knowledge: { members: { of: group.anchor, add, remove } },
    facts: {},
    remark: `${add.length} members more, ${remove.length} fewer`,
  };
  return composePlan({
    action: work.length > 0 ? 'members' : 'none',
    anchor: group.anchor,
    account: dn,
    changes: [
      ...dnsOf(add, journal).map((member) => ({ attribute: 'member', old: [], new: [member] })),
      ...dnsOf(remove, journal).map((member) => ({ attribute: 'member', old: [member], new: [] })),
    ],
    memberRemovals: remove.length,
    steps,
    edges: ghosts.map(refusal),
  });
}

function refusal({ memberId, memberAnchor }: MembershipEdge): EdgeOutcome {
  const detail = `no file makes an account for the member ${memberAnchor}`;
  return { memberId, kind: 'failed', error: { kind: 'rejected', detail, outcomeKnown: true } };
}
