import { IdentityError } from '../../identity/identity.errors.js';
import type { Caller, Edit } from '../../identity/model.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { RecordChange, RecordResult } from '../feed.js';
import { rejection } from './rejection.js';
import type { LeaverPolicy, SourceDefinitions } from './source-definition.js';

export interface LeaverParts {
  resources: ResourceService;
  store: ResourceStore;
  registry: SchemaRegistry;
  definitions: SourceDefinitions;
}

interface Leaver {
  id: string;
  policy: LeaverPolicy;
  /** The source said so before. */
  gone: boolean;
  active?: boolean;
}

const noView = { members: false, groups: false };

/** What becomes of a resource that its source has no more. */
export class Leavers {
  constructor(private readonly parts: LeaverParts) {}

  async leave(source: string, type: string, externalId: string, caller: Caller): Promise<RecordResult> {
    return this.answer(externalId, async () => {
      const leaver = await this.leaver(source, type, externalId);
      const { policy, id, gone } = leaver;
      if (gone) return left(externalId, id, []);
      if (policy === 'delete') {
        await this.parts.resources.remove(type, id, {}, caller);
        return { ...left(externalId, id, []), outcome: 'updated' };
      }
      const { changed } = await this.parts.resources.edit(type, id, departure(policy), {}, caller, noView);
      return left(externalId, id, changed ? deactivated(leaver) : []);
    });
  }

  async preview(source: string, type: string, externalId: string): Promise<RecordResult> {
    return this.answer(externalId, async () => {
      const leaver = await this.leaver(source, type, externalId);
      const { policy, id, gone, active } = leaver;
      if (policy === 'delete' && !gone) return { ...left(externalId, id, []), outcome: 'updated' };
      const stays = gone || policy === 'ignore' || active === false;
      return left(externalId, id, stays ? [] : deactivated(leaver));
    });
  }

  private async answer(externalId: string, work: () => Promise<RecordResult>): Promise<RecordResult> {
    try {
      return await work();
    } catch (error) {
      return rejection({ externalId, place: externalId }, error);
    }
  }

  /** Who leaves and how. Throws where that cannot be told. */
  private async leaver(source: string, type: string, externalId: string): Promise<Leaver> {
    const found = await this.parts.store.named(undefined, type, source, externalId);
    const [named, other] = found;
    if (other)
      throw new IdentityError(
        'notUnique',
        `${found.length} resources have the externalId "${externalId}" of the source "${source}".`,
      );
    const resource = named && (await this.parts.store.load(undefined, type, named.resourceId, source));
    if (!named || !resource)
      throw new IdentityError('notFound', `The source "${source}" has no ${type} "${externalId}".`);
    const active = resource.attributes['active'];
    return {
      id: named.resourceId,
      policy: this.policy(source, type),
      gone: named.departed !== undefined,
      ...(typeof active === 'boolean' ? { active } : {}),
    };
  }

  /** What has no `active` cannot be deactivated: it stays. */
  private policy(source: string, type: string): LeaverPolicy {
    const { leavers } = this.parts.definitions.of(source);
    const canBeInactive = this.parts.registry.resourceType(type)?.attribute('active') !== undefined;
    return leavers === 'deactivate' && !canBeInactive ? 'ignore' : leavers;
  }
}

function departure(policy: LeaverPolicy): Edit {
  return {
    members: [],
    apply: ({ attributes }) =>
      policy === 'ignore' || attributes['active'] === false
        ? { attributes, departed: 'noted' }
        : { attributes: { ...attributes, active: false }, departed: 'deactivated' },
  };
}

const deactivated = ({ active }: Leaver): RecordChange[] => [
  { path: 'active', ...(active === undefined ? {} : { from: active }), to: false },
];

const left = (externalId: string, resourceId: string, changes: RecordChange[]): RecordResult => ({
  place: externalId,
  externalId,
  outcome: changes.length > 0 ? 'updated' : 'unchanged',
  resourceId,
  changes,
});
