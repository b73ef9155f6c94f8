import { setImmediate } from 'node:timers/promises';
import { newId } from '../../identity/id.js';
import type { Caller } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Attributes } from '../../schema/types.js';
import type { Intake } from '../feed.js';
import type { AwaitedReference, AwaitedReferences } from './awaited-references.js';
import { rejection } from './rejection.js';

export interface LateReferenceParts {
  awaited: AwaitedReferences;
  intake: Intake;
  resources: ResourceService;
  store: Pick<ResourceStore, 'named'>;
  registry: SchemaRegistry;
  /** Is told of a reference that could not be set, and why. */
  refused: (reference: AwaitedReference, reason: string) => void;
}

const pageSize = 1_000;
const noView = { members: false, groups: false };

/** Sets managers and members when the one who was named arrives, by whatever channel. */
export class LateReferences {
  constructor(private readonly parts: LateReferenceParts) {}

  /**
   * How many were settled. Several replicas may do it at once: the second finds it done.
   * What passes by itself (a target that is down, the store) is thrown, and what is left is found again.
   */
  async run(signal?: AbortSignal): Promise<number> {
    const types = this.parts.registry.resourceTypes.map(({ name }) => name);
    let settled = 0;
    let after: AwaitedReference | undefined;
    do {
      const { arrived, last } = await this.parts.awaited.arrived(types, after, pageSize);
      for (const together of setTogether(arrived)) {
        if (signal?.aborted) return settled;
        await this.settle(together, types);
        settled += together.length;
      }
      after = last;
      // An embedded store answers at once: requests come in between.
      await setImmediate();
    } while (after && !signal?.aborted);
    return settled;
  }

  private async settle(references: AwaitedReference[], types: readonly string[]): Promise<void> {
    const [first] = references as [AwaitedReference];
    const refusal = (await this.waits(first)) ? await this.set(references, types) : undefined;
    if (refusal !== undefined && references.length > 1) {
      for (const one of references) await this.settle([one], types);
      return;
    }
    if (refusal !== undefined) this.parts.refused(first, refusal);
    // What is refused now is refused the next time too: the next record says it again.
    for (const reference of references) await this.parts.awaited.clear(reference);
  }

  /** A leaver is not brought back by this. */
  private async waits({ source, type, externalId }: AwaitedReference): Promise<boolean> {
    const [named, other] = await this.parts.store.named(undefined, type, source, externalId);
    return named !== undefined && other === undefined && named.departed === undefined;
  }

  /** Why it was refused, if it was. */
  private async set(references: AwaitedReference[], types: readonly string[]): Promise<string | undefined> {
    const [{ source, type, externalId, path, name }] = references as [AwaitedReference];
    const caller = callerFor(source);
    if (path !== 'members') {
      const record = { type, externalId, attributes: stating(path, name), place: name };
      return (await this.parts.intake.take(source, record, caller)).reason;
    }
    const [group] = await this.parts.store.named(undefined, type, source, externalId);
    try {
      await this.parts.resources.edit(
        type,
        group!.resourceId,
        {
          members: [{ op: 'add', members: await this.members(references, types) }],
          apply: ({ attributes }) => ({ attributes }),
        },
        {},
        caller,
        noView,
      );
      return undefined;
    } catch (error) {
      return rejection({ place: name, externalId }, error).reason;
    }
  }

  private async members(references: AwaitedReference[], types: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      references.flatMap(({ source, name }) =>
        types.map((one) => this.parts.store.named(undefined, one, source, name)),
      ),
    );
    return found.flatMap((those) => (those.length === 1 ? those[0]!.resourceId : []));
  }
}

/** The members of one group, which arrive in a row, are one change; all else is settled by itself. */
function setTogether(references: readonly AwaitedReference[]): AwaitedReference[][] {
  const batches: AwaitedReference[][] = [];
  for (const reference of references) {
    const batch = batches.at(-1);
    if (batch !== undefined && sameMembers(batch[0]!, reference)) batch.push(reference);
    else batches.push([reference]);
  }
  return batches;
}

const sameMembers = (one: AwaitedReference, other: AwaitedReference): boolean =>
  one.path === 'members' &&
  other.path === 'members' &&
  one.source === other.source &&
  one.type === other.type &&
  one.externalId === other.externalId;

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
