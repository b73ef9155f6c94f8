import { employmentPart, type Employment } from '../../employment/index.js';
import type { Resource } from '../../identity/model.js';
import type { Change, ResourceStore, Transaction } from '../../identity/ports.js';
import type { Undoing } from '../../identity/undo.js';
import type { Calendar } from './calendar.js';
import type { EmploymentPeriod, EmploymentStore } from './employment-store.js';

/** Keeps the row of every resource with dates true, in the transaction that writes the resource. */
export class Periods {
  constructor(
    private readonly store: EmploymentStore,
    private readonly calendar: Calendar,
    private readonly resources: ResourceStore,
  ) {}

  async follow(tx: Transaction, { kind, resource, former }: Change): Promise<void> {
    if (kind === 'members') return;
    const dated = employmentPart(resource.attributes) !== undefined;
    if (dated && kind !== 'delete') await this.write(tx, resource);
    else if (dated || (former?.attributes && employmentPart(former.attributes)))
      await this.store.delete(tx, resource.id);
  }

  /** After an undo: as the resource is now, if it is still there. */
  async restore(tx: Transaction, { resourceId, resourceType, caller }: Undoing): Promise<void> {
    const resource = await this.resources.load(tx, resourceType, resourceId, caller.source);
    if (resource && employmentPart(resource.attributes)) await this.write(tx, resource);
    else await this.store.delete(tx, resourceId);
  }

  /** The period that holds now; undefined: the resource has no dates any more, nor a row. */
  async write(tx: Transaction, { id, type, attributes }: Resource): Promise<EmploymentPeriod | undefined> {
    const employment = await this.calendar.employmentOf(attributes, tx);
    if (!employment) {
      await this.store.delete(tx, id);
      return undefined;
    }
    const period = periodOf(id, type, employment);
    await this.store.put(tx, period);
    return period;
  }
}

function periodOf(resourceId: string, resourceType: string, { since, until }: Employment): EmploymentPeriod {
  return {
    resourceId,
    resourceType,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}
