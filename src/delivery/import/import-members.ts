import type { ListedAccount } from '../../connectors/connector.js';
import { newId } from '../../identity/id.js';
import type { ChangeLog } from '../../identity/ports.js';
import type { AttemptParts } from '../attempt/parts.js';
import type { Findings } from '../jobs/findings.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import type { Job } from '../jobs/job.js';
import { jobCaller } from '../jobs/job-caller.js';
import { inPages } from '../jobs/pages.js';
import type { RunningTarget } from '../targets.js';

export interface ImportMembersParts extends Pick<
  AttemptParts,
  'links' | 'resources' | 'unitOfWork' | 'clock' | 'settings'
> {
  inventory: InventoryStore;
  changeLog: ChangeLog;
}

/** The members of imported groups, as far as they are linked themselves. */
export class ImportMembers {
  constructor(private readonly parts: ImportMembersParts) {}

  async page(
    job: Job,
    target: RunningTarget,
    page: readonly ListedAccount[],
    findings: Findings,
  ): Promise<void> {
    const linked = await this.parts.inventory.linksByAnchor(
      target.name,
      page.map(({ anchor }) => anchor),
    );
    for (const account of page) {
      const groupId = linked.get(account.anchor)?.resourceId;
      if (groupId === undefined || !account.members) continue;
      if (await this.importedBy(job, target, groupId))
        await this.group(job, target, groupId, account, findings);
    }
  }

  /** Only groups that this job made: another group's members are the store's to say. */
  private async importedBy(job: Job, target: RunningTarget, groupId: string): Promise<boolean> {
    const link = await this.parts.links.find(target.name, groupId);
    return link?.cause.correlationId === job.id;
  }

  private async group(
    job: Job,
    target: RunningTarget,
    groupId: string,
    account: ListedAccount,
    findings: Findings,
  ): Promise<void> {
    for await (const anchors of inPages(account.members!, this.parts.settings.edgesPerPlan)) {
      const members = await this.parts.inventory.linksByAnchor(target.name, anchors);
      findings.count('membersNotOurs', anchors.length - members.size);
      const types = await this.parts.resources.typesOf(
        undefined,
        [...members.values()].map(({ resourceId }) => resourceId).filter((id) => id !== groupId),
      );
      if (types.size > 0) findings.count('memberships', await this.add(job, groupId, types));
    }
  }

  private async add(job: Job, groupId: string, types: ReadonlyMap<string, string>): Promise<number> {
    const { unitOfWork, resources, changeLog, clock } = this.parts;
    const caller = jobCaller(job);
    const id = newId();
    const added = await unitOfWork.run(async (tx) => {
      const at = await clock.now(tx);
      const resource = await resources.load(tx, 'Group', groupId, caller.source);
      if (!resource) return 0;
      const present = await resources.typesOf(tx, [...types.keys()]);
      const fresh = await resources.addMembers(tx, groupId, present, at);
      if (fresh.length === 0) return 0;
      const versionAfter = await resources.touch(tx, groupId, at);
      const edges = fresh.map((memberId) => ({
        groupId,
        memberId,
        memberType: present.get(memberId)!,
        present: true,
      }));
      await changeLog.record(tx, {
        id,
        kind: 'members',
        resource: { ...resource, version: versionAfter, lastModified: at },
        versionAfter,
        edges,
        caller,
        at,
        decidable: false,
      });
      return fresh.length;
    });
    changeLog.wake();
    return added;
  }
}
