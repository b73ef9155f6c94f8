import { newId } from '../../identity/id.js';
import type { Caller } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Attributes } from '../../schema/types.js';
import type { Intake } from '../feed.js';
import type { AwaitedReference, AwaitedReferences } from './awaited-references.js';

export interface LateReferenceParts {
  awaited: AwaitedReferences;
  intake: Intake;
  resources: ResourceService;
  store: Pick<ResourceStore, 'named'>;
  registry: SchemaRegistry;
}

const pageSize = 200;
const noView = { members: false, groups: false };

/** Sets managers and members when the one who was named arrives, by whatever channel. */
export class LateReferences {
  constructor(private readonly parts: LateReferenceParts) {}

  /** How many were settled. Several replicas may do it at once: the second finds it done. */
  async run(): Promise<number> {
    const types = this.parts.registry.resourceTypes.map(({ name }) => name);
    const arrived = await this.parts.awaited.arrived(types, pageSize);
    for (const reference of arrived) {
      if (await this.waits(reference)) await this.set(reference, types);
      // What is refused now is refused the next time too: the next record says it again.
      await this.parts.awaited.clear(reference);
    }
    return arrived.length;
  }

  /** A leaver is not brought back by this. */
  private async waits({ source, type, externalId }: AwaitedReference): Promise<boolean> {
    const [named, other] = await this.parts.store.named(undefined, type, source, externalId);
    return named !== undefined && other === undefined && named.departed === undefined;
  }

  private async set(reference: AwaitedReference, types: readonly string[]): Promise<void> {
    const { source, type, externalId, path, name } = reference;
    const caller = callerFor(source);
    if (path !== 'members') {
      const attributes = stating(path, name);
      await this.parts.intake.take(source, { type, externalId, attributes, place: name }, caller);
      return;
    }
    const [group] = await this.parts.store.named(undefined, type, source, externalId);
    const found = await Promise.all(types.map((one) => this.parts.store.named(undefined, one, source, name)));
    const members = found.flatMap((those) => (those.length === 1 ? those[0]!.resourceId : []));
    await this.parts.resources.edit(
      type,
      group!.resourceId,
      { members: [{ op: 'add', members }], apply: ({ attributes }) => ({ attributes }) },
      {},
      caller,
      noView,
    );
  }
}

function callerFor(source: string): Caller {
  const name = 'late references';
  return { name, client: 'generic', source, scopes: [], correlationId: newId(), mode: 'bulk' };
}

/** The attribute as a record states it. */
function stating(path: string, name: string): Attributes {
  const at = path.startsWith('urn:') ? path.lastIndexOf(':') : -1;
  const stated = { [path.slice(at + 1)]: { value: name } };
  return at === -1 ? stated : { [path.slice(0, at)]: stated };
}
