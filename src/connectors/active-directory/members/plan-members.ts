import {
  ConnectorError,
  type EdgeOutcome,
  type GroupAccount,
  type MembershipEdge,
  type Plan,
  type PlannedChange,
} from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { findAccount } from '../account/find-account.js';
import type { Fence } from '../account/fence.js';
import { nestingFault } from '../account/group-type.js';
import { hash } from '../account/steps.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { ridOf } from '../values/sid.js';
import { existing, membersAmong } from './read-members.js';

/** What `execute` is to do with the members of one group. */
export interface MemberSteps {
  type: 'members';
  group: GroupAccount;
  add: readonly MemberStep[];
  remove: readonly MemberStep[];
}

export interface MemberStep {
  memberId: string;
  guid: string;
}

/** Works out which of the edges are not as they should be. Never a full replace, whatever the size of the group. */
export class MemberPlanner {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
  ) {}

  async plan(session: AdSession, group: GroupAccount, edges: readonly MembershipEdge[]): Promise<Plan> {
    const entry = await findAccount(this.directory, session, group.anchor, { label: group.label }, []);
    this.fence.assert(entry, 'Group', group.label);
    await this.fence.assertNotPrivileged(session, entry, group.label);
    const wanted = [...new Map(edges.map((edge) => [edge.memberAnchor, edge])).values()];
    const guids = wanted.map(({ memberAnchor }) => memberAnchor);
    const objects = await existing(this.directory, session, guids, [
      'objectClass',
      'groupType',
      'primaryGroupID',
      'sAMAccountName',
    ]);
    const present = await membersAmong(this.directory, session, entry.dn, guids);
    const add: MemberStep[] = [];
    const remove: MemberStep[] = [];
    const outcomes: EdgeOutcome[] = [];
    const changes: PlannedChange[] = [];
    for (const edge of wanted) {
      const object = objects.get(edge.memberAnchor);
      const outcome = await this.verdict(edge, entry, object, present.has(edge.memberAnchor));
      if (outcome !== 'write') {
        outcomes.push(outcome);
        continue;
      }
      const step = { memberId: edge.memberId, guid: edge.memberAnchor };
      const name = object?.dn ?? edge.memberAnchor;
      (edge.present ? add : remove).push(step);
      changes.push({ attribute: 'member', old: edge.present ? [] : [name], new: edge.present ? [name] : [] });
    }
    const steps: MemberSteps = { type: 'members', group, add, remove };
    return {
      action: changes.length === 0 ? 'none' : 'members',
      anchor: group.anchor,
      account: entry.dn,
      changes,
      effects: { disables: 0, deletes: 0, memberRemovals: remove.length },
      digest: hash(JSON.stringify([group.anchor, add, remove])),
      steps,
      edges: outcomes,
    };
  }

  private async verdict(
    edge: MembershipEdge,
    group: AdEntry,
    object: AdEntry | undefined,
    isMember: boolean,
  ): Promise<EdgeOutcome | 'write'> {
    const { memberId } = edge;
    if (!object) {
      if (!edge.present) return { memberId, kind: 'applied' };
      const error = await this.directory.notFound(
        `The account of the member (objectGUID ${edge.memberAnchor}) is not in the domain.`,
      );
      return { memberId, kind: 'failed', error };
    }
    const primary = object.number('primaryGroupID') === ridOf(group.sid);
    if (primary)
      return edge.present
        ? { memberId, kind: 'applied' }
        : refusedEdge(memberId, 'it is the primary group of the account, which is not changed here');
    if (isMember === edge.present) return { memberId, kind: 'applied' };
    if (!edge.present) return 'write';
    const fault = this.memberFault(edge, group, object);
    return fault === undefined ? 'write' : refusedEdge(memberId, fault);
  }

  private memberFault(edge: MembershipEdge, group: AdEntry, object: AdEntry): string | undefined {
    if (object.guid === group.guid) return 'a group cannot be a member of itself';
    if (object.all('objectClass').some((name) => name.toLowerCase() === 'foreignsecurityprincipal'))
      return `the member ${object.dn} stands for an account of another domain, and only accounts of this one are managed here`;
    if (!this.fence.covers(edge.memberKind, object.dn))
      return `the member ${object.dn} is outside the managed scope`;
    const inner = object.number('groupType');
    return inner === undefined ? undefined : nestingFault(group.number('groupType') ?? 0, inner);
  }
}

function refusedEdge(memberId: string, reason: string): EdgeOutcome {
  return {
    memberId,
    kind: 'failed',
    error: new ConnectorError({
      kind: 'rejected',
      scimType: 'invalidValue',
      attribute: 'member',
      detail: `The membership is not changed: ${reason}.`,
    }),
  };
}
