import type { Resource, ResourceView } from './model.js';
import type { ResourceStore } from './ports.js';
import type { ViewOptions } from './resource-service.js';

/** Resources with the relations that were asked for, and their accounts. */
export async function viewsOf(
  store: ResourceStore,
  resources: readonly Resource[],
  view: ViewOptions,
): Promise<ResourceView[]> {
  if (resources.length === 0) return [];
  const epoch = await store.epoch();
  const accounts = await store.accounts(resources.map((resource) => resource.id));
  const managers = resources.flatMap((resource) => managerOf(resource) ?? []);
  const displayNames = managers.length > 0 ? await store.displayNames(managers) : undefined;
  return Promise.all(
    resources.map(async (resource) => ({
      resource,
      etag: `${epoch}-${resource.version}`,
      accounts: accounts.get(resource.id) ?? [],
      ...(displayNames ? { displayNames } : {}),
      ...(view.members && resource.type === 'Group' ? { members: await store.members(resource.id) } : {}),
      ...(view.groups && resource.type === 'User' ? { groups: await store.groups(resource.id) } : {}),
    })),
  );
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** manager.displayName is the manager's own name (RFC 7643 §4.3), read when it is shown. */
function managerOf({ attributes }: Resource): string | undefined {
  const enterprise = attributes[ENTERPRISE] as { manager?: { value?: unknown } } | undefined;
  const value = enterprise?.manager?.value;
  return typeof value === 'string' ? value : undefined;
}
