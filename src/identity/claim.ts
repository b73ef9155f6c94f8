import { IdentityError } from './identity.errors.js';
import type { ResourceStore, Transaction } from './ports.js';

/**
 * A feed's externalId stands for one resource, and a resource has one: of two who bring the same one at once, or find the
 * same resource at once, the second looks again. Asked in the transaction that holds the resource.
 */
export async function claimExternalId(
  store: ResourceStore,
  tx: Transaction,
  { type, id, source, externalId }: { type: string; id: string; source: string; externalId: string },
): Promise<void> {
  const holders = await store.named(tx, type, source, externalId);
  if (holders.some(({ resourceId }) => resourceId !== id))
    throw taken(`Another ${type} of ${source} has the externalId "${externalId}" already.`);
  const own = (await store.externalIds(tx, id))[source];
  if (own !== undefined && own !== externalId)
    throw taken(`The ${type} has the externalId "${own}" of ${source} already.`);
}

const taken = (detail: string): IdentityError =>
  new IdentityError('notUnique', detail, { attribute: 'externalId', scimType: 'uniqueness' });
