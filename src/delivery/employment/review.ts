import { newId } from '../../identity/id.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceStore, Transaction, UnitOfWork } from '../../identity/ports.js';
import { labelOf } from '../label.js';
import { priorities, type Cause } from '../model.js';
import type { StoreClock } from '../ports.js';
import type { LinkStore } from '../link-store.js';
import { ruleCaller, type RuleMemberships } from '../rule-groups/rule-memberships.js';
import type { Targets } from '../targets.js';
import type { EmploymentStore } from './employment-store.js';
import type { Periods } from './periods.js';

export interface ReviewParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  links: LinkStore;
  targets: Targets;
  clock: StoreClock;
  employment: EmploymentStore;
  periods: Periods;
  memberships: RuleMemberships;
}

/** Looks again at resources because of the day: whose period has changed is delivered, and follows its rule groups. */
export class Review {
  constructor(private readonly parts: ReviewParts) {}

  /** In one transaction; `also`: what goes with it. How many changed. */
  review(ids: readonly string[], also: (tx: Transaction) => Promise<void> = async () => {}): Promise<number> {
    const cause: Cause = { caller: 'the calendar', source: 'calendar', correlationId: newId() };
    return this.parts.unitOfWork.run(async (tx) => {
      const changed: Resource[] = [];
      for (const id of ids) {
        const resource = await this.one(tx, id, cause);
        if (resource) changed.push(resource);
      }
      await this.followRules(tx, changed, cause);
      await also(tx);
      return changed.length;
    });
  }

  /** The lock comes before the reading: a change that commits in between has written its own period after it. */
  private async one(tx: Transaction, id: string, cause: Cause): Promise<Resource | undefined> {
    const { employment, resources, periods } = this.parts;
    const before = await employment.lock(tx, id);
    if (!before) return undefined;
    const resource = await resources.load(tx, before.resourceType, id, '');
    if (!resource) {
      await employment.delete(tx, id);
      return undefined;
    }
    const after = await periods.write(tx, resource);
    if (after && after.since === before.since && after.until === before.until) return undefined;
    await this.raise(tx, resource, cause);
    return resource;
  }

  private async raise(tx: Transaction, resource: Resource, cause: Cause): Promise<void> {
    const { links, targets } = this.parts;
    const { id: resourceId, type: resourceType } = resource;
    const label = labelOf(resource);
    for (const { name: target, objects } of targets.recorded()) {
      if (!objects[resourceType]) continue;
      await links.raise(tx, {
        target,
        resourceId,
        resourceType,
        label,
        cause,
        priority: priorities.background,
      });
    }
  }

  private async followRules(tx: Transaction, changed: readonly Resource[], cause: Cause): Promise<void> {
    const { memberships, clock } = this.parts;
    const rules = memberships.followingDates();
    if (rules.length === 0 || changed.length === 0) return;
    await memberships.follow(tx, changed, rules, ruleCaller(cause.correlationId), await clock.now(tx));
  }
}
