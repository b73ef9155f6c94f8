import type { Evidence } from './checker.js';
import type { Group, Slot, User } from './population.js';
import type { StoredResource } from './store-snapshot.js';
import { userTypeOf } from './user-changes.js';

type Named = User | Group;

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Every acknowledged change is in the store or superseded, no refused one is, and nothing is there unasked. */
export function checkResources(evidence: Evidence): void {
  const { population, store, history } = evidence;
  const slots: Slot<Named>[] = [...population.users, ...population.groups];
  const owners = new Map(slots.flatMap((slot) => [...slot.ids.values()].map((id) => [id, slot] as const)));
  const seen = new Set<Slot<Named>>();
  for (const resource of store.resources) {
    const slot = owners.get(resource.id) ?? slots.find((each) => mayBe(each, resource));
    if (!slot) {
      history.differs('resource unasked', nameOf(resource), `nobody asked for ${JSON.stringify(resource)}`);
      continue;
    }
    if (seen.has(slot)) history.differs('resource twice', slot.home, JSON.stringify(resource), slot.history);
    seen.add(slot);
    const states = slot.possible.states.filter(
      (state): state is Named => state !== null && sameAs(slot, state, resource),
    );
    if (states.length === 0)
      history.differs(
        'store',
        slot.home,
        `stored ${JSON.stringify(resource)}, possible ${JSON.stringify(slot.possible.states)}`,
        slot.history,
      );
    evidence.found.set(resource.id, { slot, resource, states });
  }
  for (const slot of slots)
    if (!seen.has(slot) && !slot.mayBeAbsent)
      history.differs('resource lost', slot.home, JSON.stringify(slot.possible.states), slot.history);
}

/** Its create was never answered, so that only its name tells. */
function mayBe(slot: Slot<Named>, resource: StoredResource): boolean {
  return slot.possible.states.some((state) => state !== null && sameAs(slot, state, resource));
}

function sameAs(slot: Slot<Named>, state: Named, { id, attributes }: StoredResource): boolean {
  if ((slot.ids.get(state.incarnation) ?? id) !== id) return false;
  if (!('userName' in state)) return attributes.displayName === state.displayName;
  const extension = (attributes[ENTERPRISE] ?? {}) as Record<string, unknown>;
  return (
    attributes.userName === state.userName &&
    attributes.displayName === state.displayName &&
    attributes.title === state.title &&
    attributes.active === state.active &&
    attributes.userType === userTypeOf(state) &&
    extension.department === state.department &&
    (extension.manager !== undefined) === state.managed
  );
}

function nameOf({ id, attributes }: StoredResource): string {
  return String(attributes.userName ?? attributes.displayName ?? id);
}
