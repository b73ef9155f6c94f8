import { IdentityError } from '../../identity/identity.errors.js';
import type { Caller, NamedResource } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { FeedRecord, RecordResult } from '../feed.js';
import type { ParkedRecord, ParkedRecords } from './parked-records.js';
import type { RecordIntake } from './record-intake.js';

export interface ParkedDecisionParts {
  resources: ResourceService;
  store: ResourceStore;
  registry: SchemaRegistry;
  parked: ParkedRecords;
  intake: RecordIntake;
}

const noView = { members: false, groups: false };

/** What a person decides about records that wait. */
export class ParkedDecisions {
  constructor(private readonly parts: ParkedDecisionParts) {}

  list(source: string | undefined, limit: number): Promise<ParkedRecord[]> {
    return this.parts.parked.list(source, limit);
  }

  /** The records of a source with this externalId: one for each resource type at most. */
  async find(source: string, externalId: string): Promise<ParkedRecord[]> {
    const found: ParkedRecord[] = [];
    for (const { name } of this.parts.registry.resourceTypes) {
      const record = await this.parts.parked.find(source, name, externalId);
      if (record) found.push(record);
    }
    return found;
  }

  /** From now on the record means this resource and no other, whatever it meant before. */
  async assign(record: ParkedRecord, resourceId: string, caller: Caller): Promise<RecordResult> {
    const { source, type, externalId } = record;
    const asking: Caller = { ...caller, source, mode: 'bulk' };
    const types = await this.parts.store.typesOf(undefined, [resourceId]);
    if (types.get(resourceId) !== type)
      throw new IdentityError('notFound', `There is no ${type} "${resourceId}".`);
    await this.release(record, resourceId, asking);
    await this.rename(type, resourceId, externalId, asking);
    return this.parts.intake.take(source, recordOf(record), caller);
  }

  /** The record is somebody who is not in the store yet. Its externalId is taken from nobody for that. */
  async create(record: ParkedRecord, caller: Caller): Promise<RecordResult> {
    const { source, type, externalId } = record;
    const holders = await this.parts.store.named(undefined, type, source, externalId);
    return holders.length > 0
      ? standsAlready(record, holders)
      : this.parts.intake.takeAsNew(source, recordOf(record), caller);
  }

  private async release(
    { source, type, externalId }: ParkedRecord,
    chosen: string,
    caller: Caller,
  ): Promise<void> {
    for (const { resourceId } of await this.parts.store.named(undefined, type, source, externalId))
      if (resourceId !== chosen) await this.rename(type, resourceId, null, caller);
  }

  private async rename(type: string, id: string, externalId: string | null, caller: Caller): Promise<void> {
    await this.parts.resources.edit(
      type,
      id,
      { members: [], apply: ({ attributes }) => ({ attributes, externalId }) },
      {},
      caller,
      noView,
    );
  }
}

const recordOf = ({ type, externalId, attributes, place }: ParkedRecord): FeedRecord => ({
  type,
  externalId,
  attributes,
  place,
});

function standsAlready(
  { source, externalId, place }: ParkedRecord,
  holders: readonly NamedResource[],
): RecordResult {
  const ids = holders.map(({ resourceId }) => resourceId).join(', ');
  return {
    place,
    externalId,
    outcome: 'rejected',
    changes: [],
    status: 409,
    scimType: 'uniqueness',
    reason: `its externalId stands for ${ids} already, and would find somebody new no more. Say whom it means: landfall source assign ${source} ${externalId} ID; or give somebody new another externalId at the source.`,
  };
}
