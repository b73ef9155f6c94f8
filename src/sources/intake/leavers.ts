import { IdentityError } from '../../identity/identity.errors.js';
import type { Authority } from '../../identity/authority/authority.js';
import type { Caller, Edit, Resource } from '../../identity/model.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { RecordResult } from '../feed.js';
import { changesOf, writes } from './record-changes.js';
import { rejection } from './rejection.js';
import type { LeaverPolicy, SourceDefinitions } from './source-definition.js';

export interface LeaverParts {
  resources: ResourceService;
  store: ResourceStore;
  registry: SchemaRegistry;
  definitions: SourceDefinitions;
  authority: Authority;
}

interface Leaver {
  resource: Resource;
  policy: LeaverPolicy;
  /** The source said so before. */
  gone: boolean;
}

const noView = { members: false, groups: false };

/** What becomes of a resource that its source has no more. */
export class Leavers {
  constructor(private readonly parts: LeaverParts) {}

  async leave(source: string, type: string, externalId: string, caller: Caller): Promise<RecordResult> {
    return this.answer(externalId, async () => {
      const { policy, resource, gone } = await this.leaver(source, type, externalId);
      const { id } = resource;
      if (gone) return left(externalId, id, 'unchanged');
      if (policy !== 'delete') {
        const edited = await this.parts.resources.edit(type, id, departure(policy), {}, caller, noView);
        return left(externalId, id, edited.changed ? 'updated' : 'unchanged', changesOf(edited));
      }
      await this.parts.resources.remove(type, id, {}, caller);
      return left(externalId, id, 'updated');
    });
  }

  async preview(source: string, type: string, externalId: string): Promise<RecordResult> {
    return this.answer(externalId, async () => {
      const { policy, resource, gone } = await this.leaver(source, type, externalId);
      const { id, attributes: before } = resource;
      if (gone) return left(externalId, id, 'unchanged');
      if (policy === 'delete') return left(externalId, id, 'updated');
      const { result, kept } = this.parts.authority.decide(resource, source, departure(policy));
      const changes = changesOf({ before, after: result.attributes, kept });
      return left(externalId, id, writes(changes) ? 'updated' : 'unchanged', changes);
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
    const gone = named.departed !== undefined;
    return { resource, policy: this.policy(source, type), gone };
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

const left = (
  externalId: string,
  resourceId: string,
  outcome: RecordResult['outcome'],
  changes: RecordResult['changes'] = [],
): RecordResult => ({ place: externalId, externalId, outcome, resourceId, changes });
