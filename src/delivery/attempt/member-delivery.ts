import { ConnectorError, type EdgeOutcome, type MembershipEdge } from '../../connectors/connector.js';
import type { Edge, HeldPlan, Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptLog } from './attempt-log.js';
import { passGuard } from './guard.js';
import type { AttemptParts } from './parts.js';
import { isOutOfScope } from './subject.js';

/** What became of a chunk of edges, before it is written down. */
export interface MemberOutcome {
  settled: Edge[];
  /** Wait for the member's account. */
  pending: Edge[];
  /** A leaver's: kept aside until the link is gone. */
  kept: Edge[];
  /** The group is out of scope, or is not to be changed. */
  aside?: readonly Edge[];
  failed: { edge: Edge; error: ConnectorError }[];
  held?: HeldPlan;
}

/** Brings due membership edges of one group to its target, asking for each whether it is a member now. */
export class MemberDelivery {
  constructor(private readonly parts: AttemptParts) {}

  async deliver(
    target: RunningTarget,
    link: Link,
    edges: readonly Edge[],
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<MemberOutcome> {
    const updates = target.definition.objects[link.resourceType]?.actions.update ?? true;
    if (!updates || (await isOutOfScope(this.parts, target, link)))
      return { settled: [], pending: [], kept: [], aside: edges, failed: [] };
    const sorted = await this.sort(target, link, edges);
    if (sorted.work.length === 0) return { ...sorted.outcome, failed: [] };
    const { connector } = target.definition;
    const group = {
      anchor: link.anchor!,
      createdByUs: link.createdByUs,
      resourceId: link.resourceId,
      label: link.label,
    };
    const plan = await connector.planMembers(
      group,
      sorted.work.map(({ wanted }) => wanted),
      signal,
    );
    log.planned(plan);
    let outcomes: readonly EdgeOutcome[] = plan.edges ?? [];
    if (plan.action !== 'none') {
      const held = await passGuard(this.parts, target, link, plan);
      if (held) return { ...sorted.outcome, failed: [], held };
      const applied = await connector.execute(plan, signal);
      log.applied(`${plan.changes.length} membership changes`, applied);
      outcomes = [...outcomes, ...(applied.edges ?? [])];
    }
    return collect(sorted, outcomes);
  }

  private async sort(target: RunningTarget, link: Link, edges: readonly Edge[]): Promise<Sorted> {
    const ids = edges.map((edge) => edge.memberId);
    const present = await this.parts.edges.present(link.resourceId, ids);
    const anchors = await this.parts.links.anchors(target.name, ids);
    const absent = ids.filter((id) => !present.has(id) && anchors.has(id));
    const leaving =
      absent.length > 0 ? await this.parts.links.leaving(target.name, absent) : new Set<string>();
    const sorted: Sorted = { work: [], outcome: { settled: [], pending: [], kept: [] } };
    for (const edge of edges) {
      const anchor = anchors.get(edge.memberId);
      const isMember = present.has(edge.memberId);
      if (anchor === undefined) (isMember ? sorted.outcome.pending : sorted.outcome.settled).push(edge);
      else if (leaving.has(edge.memberId)) sorted.outcome.kept.push(edge);
      else
        sorted.work.push({
          edge,
          wanted: {
            memberId: edge.memberId,
            memberKind: edge.memberType,
            memberAnchor: anchor,
            present: isMember,
          },
        });
    }
    return sorted;
  }
}

interface Sorted {
  work: { edge: Edge; wanted: MembershipEdge }[];
  outcome: Omit<MemberOutcome, 'failed'>;
}

/** An edge that the connector did not speak of was carried out with the rest of the plan. */
function collect(sorted: Sorted, outcomes: readonly EdgeOutcome[]): MemberOutcome {
  const failures = new Map<string, ConnectorError>();
  for (const outcome of outcomes) {
    if (outcome.kind === 'failed') failures.set(outcome.memberId, new ConnectorError(outcome.error));
    else failures.delete(outcome.memberId);
  }
  const result: MemberOutcome = { ...sorted.outcome, settled: [...sorted.outcome.settled], failed: [] };
  for (const { edge } of sorted.work) {
    const error = failures.get(edge.memberId);
    if (error) result.failed.push({ edge, error });
    else result.settled.push(edge);
  }
  return result;
}
