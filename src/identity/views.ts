import type { Resource, ResourceView } from './model.js';
import type { ResourceStore } from './ports.js';
import type { ViewOptions } from './resource-service.js';

/** Resources with the relations that were asked for, and their accounts. */
export async function viewsOf(store: ResourceStore, resources: readonly Resource[], view: ViewOptions): Promise<ResourceView[]> {
  if (resources.length === 0) return [];
  const epoch = await store.epoch();
  const accounts = await store.accounts(resources.map((resource) => resource.id));
  return Promise.all(
    resources.map(async (resource) => ({
      resource,
      etag: `${epoch}-${resource.version}`,
      accounts: accounts.get(resource.id) ?? [],
      ...(view.members && resource.type === 'Group' ? { members: await store.members(resource.id) } : {}),
      ...(view.groups && resource.type === 'User' ? { groups: await store.groups(resource.id) } : {}),
    })),
  );
}
