import { composeMembersPlan, type MembersStep } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type EdgeOutcome,
  type GroupAccount,
  type MembershipEdge,
  type Plan,
} from '../connector.js';
import type { JsonObject } from '../../schema/types.js';
import type { Discovery } from './discovery.js';
import { PATCH_OP, replaceDocument } from './scim-document.js';
import type { ScimLookup } from './scim-lookup.js';
import { isObject, member } from './scim-path.js';
import type { ScimSession } from './scim-session.js';
import { replaceResource } from './replace-resource.js';

/** Memberships of one group: differences only, in requests of bounded size. */
export class ScimMembers {
  constructor(
    private readonly session: ScimSession,
    private readonly discovery: Discovery,
    private readonly lookup: ScimLookup,
    private readonly perRequest: number,
  ) {}

  async plan(group: GroupAccount, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<Plan> {
    const { body } = await this.lookup.byId('Group', group.anchor, signal, 'members');
    const now = new Set(memberIds(body));
    const wanted = [...new Map(edges.map((edge) => [edge.memberId, edge])).values()];
    const work = wanted.filter(({ memberAnchor, present }) => now.has(memberAnchor) !== present);
    return composeMembersPlan(group, work);
  }

  async execute({ anchor, edges }: MembersStep, signal: AbortSignal): Promise<Applied> {
    const outcomes: EdgeOutcome[] = [];
    for (let from = 0; from < edges.length; from += this.perRequest) {
      outcomes.push(...(await this.chunk(anchor, edges.slice(from, from + this.perRequest), signal)));
    }
    return { anchor, edges: outcomes, facts: {}, warnings: [] };
  }

  /** A refused request is repeated edge by edge, so that one bad member does not keep the others out. */
  private async chunk(
    anchor: string,
    edges: readonly MembershipEdge[],
    signal: AbortSignal,
  ): Promise<EdgeOutcome[]> {
    try {
      await this.write(anchor, edges, signal);
      return edges.map(({ memberId }) => ({ memberId, kind: 'applied' }));
    } catch (error) {
      if (!(error instanceof ConnectorError) || (error.kind !== 'rejected' && error.kind !== 'missing'))
        throw error;
      // Some servers answer 404 for a member that is not there: the group itself decides.
      if (error.kind === 'missing') await this.lookup.byId('Group', anchor, signal, 'id');
      const [only] = edges;
      if (edges.length === 1 && only) return [refusedEdge(only, error)];
    }
    const outcomes: EdgeOutcome[] = [];
    for (const edge of edges) outcomes.push(...(await this.chunk(anchor, [edge], signal)));
    return outcomes;
  }

  private async write(anchor: string, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<void> {
    const path = await this.lookup.path('Group', anchor, signal);
    const abilities = await this.discovery.abilities(signal);
    if (abilities.patch) {
      const body = { schemas: [PATCH_OP], Operations: operationsFor(edges) };
      await this.session.send('PATCH', path, { body }, signal);
      return;
    }
    await replaceResource(this.session, path, abilities.etag, (group) => withMembers(group, edges), signal);
  }
}

function operationsFor(edges: readonly MembershipEdge[]): JsonObject[] {
  const added = edges.filter(({ present }) => present).map(({ memberAnchor }) => ({ value: memberAnchor }));
  const removed = edges.filter(({ present }) => !present);
  return [
    ...(added.length > 0 ? [{ op: 'add', path: 'members', value: added }] : []),
    ...removed.map(({ memberAnchor }) => ({
      op: 'remove',
      path: `members[value eq ${JSON.stringify(memberAnchor)}]`,
    })),
  ];
}

function withMembers(group: JsonObject, edges: readonly MembershipEdge[]): JsonObject {
  const document = replaceDocument(group, []);
  const listed = Array.isArray(document.members) ? document.members.filter(isObject) : [];
  const changed = new Set(edges.map(({ memberAnchor }) => memberAnchor));
  const others = listed.filter((value) => !changed.has(String(member(value, 'value'))));
  const added = edges.filter(({ present }) => present).map(({ memberAnchor }) => ({ value: memberAnchor }));
  return { ...document, members: [...others, ...added] };
}

/** A removal of somebody who is not a member any more is done (RFC 7644 §3.5.2.2, noTarget). */
function refusedEdge({ memberId, present }: MembershipEdge, error: ConnectorError): EdgeOutcome {
  if (!present && /noTarget/i.test(error.diagnostic ?? '')) return { memberId, kind: 'applied' };
  const { detail, diagnostic, outcomeKnown } = error;
  return { memberId, kind: 'failed', error: { kind: 'rejected', detail, diagnostic, outcomeKnown } };
}

export function memberIds(group: JsonObject): string[] {
  const members = member(group, 'members');
  const listed = Array.isArray(members) ? members.filter(isObject) : [];
  return listed.map((value) => String(member(value, 'value')));
}
