import type { ListedAccount } from '../../connectors/connector.js';
import type { MembershipChange } from '../../identity/ports.js';
import type { AttemptParts } from '../attempt/parts.js';
import { isOutOfScope } from '../attempt/subject.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import type { Job } from '../jobs/job.js';
import { inPages } from '../jobs/pages.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { Findings } from '../jobs/findings.js';

export interface MemberDriftParts extends Pick<
  AttemptParts,
  'links' | 'edges' | 'unitOfWork' | 'clock' | 'settings' | 'resources' | 'calendar'
> {
  inventory: InventoryStore;
}

/** Compares memberships in pieces, whatever the size of a group; differences become due edges. */
export class MemberDrift {
  constructor(private readonly parts: MemberDriftParts) {}

  /** Memberships of the store that the target does not have: the connector itself says so. */
  async missing(
    job: Job,
    target: RunningTarget,
    link: Link,
    findings: Findings,
    signal: AbortSignal,
  ): Promise<void> {
    const { inventory, links, settings } = this.parts;
    const group = {
      anchor: link.anchor!,
      createdByUs: link.createdByUs,
      resourceId: link.resourceId,
      label: link.label,
    };
    for (let after = ''; ;) {
      const page = await inventory.memberPage(target.name, link.resourceId, after, settings.edgesPerPlan);
      const last = page.at(-1);
      if (!last) return;
      after = last.memberId;
      const anchors = await links.anchors(
        target.name,
        page.map(({ memberId }) => memberId),
      );
      const edges = page.flatMap(({ memberId, memberType }) => {
        const memberAnchor = anchors.get(memberId);
        return memberAnchor === undefined
          ? []
          : [{ memberId, memberKind: memberType, memberAnchor, present: true }];
      });
      if (edges.length === 0) continue;
      const plan = await target.definition.connector.planMembers(group, edges, signal);
      if (plan.action === 'none') continue;
      const absent = plan.changes.reduce((sum, change) => sum + Math.max(1, change.new.length), 0);
      const detail = `${absent} of the group's members are not in the account`;
      findings.list('membersMissing', { label: link.label, resourceId: link.resourceId, detail }, absent);
      const changes = edges.map(({ memberId, memberKind }) =>
        edge(link.resourceId, memberId, memberKind, true),
      );
      if (job.progress.apply) await this.due(target, changes);
    }
  }

  /** Members in the target that the store's group does not have. Accounts that are not ours are left alone. */
  async surplus(
    job: Job,
    target: RunningTarget,
    group: Pick<Link, 'resourceId' | 'resourceType' | 'label'>,
    account: ListedAccount,
    findings: Findings,
  ): Promise<void> {
    if (!account.members || (await isOutOfScope(this.parts, target, group))) return;
    const { inventory, edges, settings } = this.parts;
    for await (const anchors of inPages(account.members, settings.edgesPerPlan)) {
      const linked = await inventory.linksByAnchor(target.name, anchors);
      const ours = [...linked.values()].filter(({ leaving }) => !leaving);
      const present = await edges.present(
        group.resourceId,
        ours.map(({ resourceId }) => resourceId),
      );
      const extra = ours.filter(({ resourceId }) => !present.has(resourceId));
      findings.count('membersNotOurs', anchors.length - linked.size);
      if (extra.length === 0) continue;
      const names = extra.slice(0, 10).map(({ label }) => label);
      const detail = `not members in the store: ${names.join(', ')}${extra.length > 10 ? ', …' : ''}`;
      findings.list(
        'membersSurplus',
        { label: group.label, resourceId: group.resourceId, account: account.description, detail },
        extra.length,
      );
      const changes = extra.map((member) =>
        edge(group.resourceId, member.resourceId, member.resourceType, false),
      );
      if (job.progress.apply) await this.due(target, changes);
    }
  }

  private async due(target: RunningTarget, changes: readonly MembershipChange[]): Promise<void> {
    const { unitOfWork, edges, clock } = this.parts;
    await unitOfWork.run(async (tx) => edges.add(tx, target.name, changes, undefined, await clock.now(tx)));
  }
}

function edge(groupId: string, memberId: string, memberType: string, present: boolean): MembershipChange {
  return { groupId, memberId, memberType, present };
}
