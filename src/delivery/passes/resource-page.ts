import { IdentityError } from '../../identity/identity.errors.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceStore, StoredPage } from '../../identity/ports.js';

export interface ResourcePage {
  resources: readonly Resource[];
  total: number;
  next?: string;
}

/** A page by id. A cursor from before a restore begins again: passes may repeat themselves. */
export async function resourcePage(
  store: ResourceStore,
  types: readonly string[],
  after: string,
  count: number,
): Promise<ResourcePage> {
  const search = (cursor: string): Promise<StoredPage> =>
    store.search({ types: [...types], count, cursor, withMembers: false, withGroups: false }, '');
  const page = await search(after).catch((error: unknown) => {
    if (error instanceof IdentityError && /Cursor$/.test(error.code)) return search('');
    throw error;
  });
  return {
    resources: page.resources,
    total: page.totalResults,
    ...(page.nextCursor === undefined ? {} : { next: page.nextCursor }),
  };
}
