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
  const accounts = view.accounts ? await store.accounts(resources.map(({ id }) => id)) : undefined;
  const managers = resources.flatMap((resource) => managerOf(resource) ?? []);
  const displayNames = managers.length > 0 ? await store.displayNames(managers) : undefined;
  const members = await related(resources, view.members && 'Group', (ids) => store.membersOf(ids));
  const groups = await related(resources, view.groups && 'User', (ids) => store.groupsOf(ids));
  return resources.map((resource) => ({
    resource,
    etag: `${epoch}-${resource.version}`,
    ...(accounts ? { accounts: accounts.get(resource.id) ?? [] } : {}),
    ...(displayNames ? { displayNames } : {}),
    ...(members && resource.type === 'Group' ? { members: members.get(resource.id) ?? [] } : {}),
    ...(groups && resource.type === 'User' ? { groups: groups.get(resource.id) ?? [] } : {}),
  }));
}

/** One query for a whole page; none where the page has no resource of the type. */
async function related<T>(
  resources: readonly Resource[],
  type: string | false,
  read: (ids: string[]) => Promise<Map<string, T[]>>,
): Promise<Map<string, T[]> | undefined> {
  if (type === false) return undefined;
  const ids = resources.filter((resource) => resource.type === type).map(({ id }) => id);
  return ids.length === 0 ? undefined : read(ids);
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** manager.displayName is the manager's own name (RFC 7643 §4.3), read when it is shown. */
function managerOf({ attributes }: Resource): string | undefined {
  const enterprise = attributes[ENTERPRISE] as { manager?: { value?: unknown } } | undefined;
  const value = enterprise?.manager?.value;
  return typeof value === 'string' ? value : undefined;
}
