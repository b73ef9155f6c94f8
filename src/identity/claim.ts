import { IdentityError } from './identity.errors.js';
import type { ResourceStore, Transaction } from './ports.js';

/** A feed's externalId stands for one resource: of two who bring the same one at once, the second finds what the first made. */
export async function claimExternalId(
  store: ResourceStore,
  tx: Transaction,
  wanted: { type: string; id: string; source: string; externalId: string },
): Promise<void> {
  const holders = await store.named(tx, wanted.type, wanted.source, wanted.externalId);
  if (holders.every(({ resourceId }) => resourceId === wanted.id)) return;
  throw new IdentityError(
    'notUnique',
    `Another ${wanted.type} of ${wanted.source} has the externalId "${wanted.externalId}" already.`,
    { attribute: 'externalId', scimType: 'uniqueness' },
  );
}
