import { IdentityError } from './identity.errors.js';
import type { MemberOperation } from './model.js';
import type { MembershipChange, ResourceStore, Transaction } from './ports.js';

export interface MemberEdits {
  /** What is different now, each edge once, with what it was before. */
  changes: MembershipChange[];
}

const memberTypes = new Set(['User', 'Group']);

/** Which of the ids may be members, with their type; anything else is refused by name. */
export async function memberTypesOf(
  store: ResourceStore,
  tx: Transaction,
  groupId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const unique = [...new Set(ids)];
  if (unique.includes(groupId)) {
    throw new IdentityError('invalidValue', 'A group cannot be a member of itself.', {
      attribute: 'members',
    });
  }
  const types = await store.typesOf(tx, unique);
  const wrong = unique.filter((id) => !memberTypes.has(types.get(id) ?? ''));
  if (wrong.length > 0) {
    const names = wrong
      .slice(0, 10)
      .map((id) => `"${id}"`)
      .join(', ');
    throw new IdentityError(
      'invalidValue',
      `No user or group has the id ${names}${wrong.length > 10 ? ` (and ${wrong.length - 10} more)` : ''}. Provision the members before the membership.`,
      { attribute: 'members' },
    );
  }
  return types;
}

/** Carries member operations out as row operations, in order, whatever the size of the group. */
export async function editMembers(
  store: ResourceStore,
  tx: Transaction,
  groupId: string,
  operations: readonly MemberOperation[],
  at: number,
): Promise<MemberEdits> {
  const net = new Map<string, { before: boolean; type: string }>();
  const note = (ids: readonly string[], before: boolean, types?: ReadonlyMap<string, string>) => {
    for (const id of ids) {
      const known = net.get(id);
      if (!known) net.set(id, { before, type: types?.get(id) ?? 'User' });
      else if (known.before !== before) net.delete(id);
    }
  };
  for (const operation of operations) await one(store, tx, groupId, operation, at, note);
  const types = await store.typesOf(tx, [...net.keys()]);
  return {
    changes: [...net].map(([memberId, { before, type }]) => ({
      groupId,
      memberId,
      memberType: types.get(memberId) ?? type,
      present: !before,
    })),
  };
}

type Note = (ids: readonly string[], before: boolean, types?: ReadonlyMap<string, string>) => void;

async function one(
  store: ResourceStore,
  tx: Transaction,
  groupId: string,
  operation: MemberOperation,
  at: number,
  note: Note,
): Promise<void> {
  if (operation.op === 'remove' || operation.op === 'removeWhere') {
    const removed =
      operation.op === 'remove'
        ? await store.removeMembers(tx, groupId, operation.members)
        : await store.removeMembersWhere(tx, groupId, operation.filter);
    if (operation.mustMatch && removed.length === 0) {
      throw new IdentityError('invalidValue', 'No member of the group is meant by the path.', {
        attribute: 'members',
        scimType: 'noTarget',
      });
    }
    return note(removed, true);
  }
  const types = await memberTypesOf(store, tx, groupId, operation.members);
  if (operation.op === 'add') return note(await store.addMembers(tx, groupId, types, at), false, types);
  const changed = await store.replaceMembers(tx, groupId, types, at);
  note(changed.removed, true);
  note(changed.added, false, types);
}
