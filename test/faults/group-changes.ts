import type { Random } from './random.js';
import type { Group, GroupSlot } from './population.js';
import { taken, type Change } from './user-changes.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Makes changes of one group's own attributes; its members are changed edge by edge. */
export class GroupChanges {
  constructor(
    private readonly random: Random,
    private readonly unique: () => number,
  ) {}

  create(slot: GroupSlot): Change<Group> {
    const group = { incarnation: ++slot.creates, displayName: slot.home };
    return {
      request: { method: 'POST', path: '/Groups', body: { schemas: [CORE], displayName: group.displayName } },
      apply: (state) => (state === null ? group : undefined),
      incarnation: group.incarnation,
      touches: names,
      bad: false,
    };
  }

  rename(slot: GroupSlot, displayName = `${slot.home} ${this.unique()}`): Change<Group> {
    const { incarnation, id } = slot.current!;
    return {
      request: {
        method: 'PATCH',
        path: `/Groups/${id}`,
        body: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'displayName', value: displayName }] },
      },
      apply: (state) => (state?.incarnation === incarnation ? { incarnation, displayName } : undefined),
      incarnation,
      touches: names,
      bad: displayName === taken.displayName,
    };
  }

  /** A name that somebody unknown to the gateway has. */
  refused(slot: GroupSlot): Change<Group> {
    return this.rename(slot, taken.displayName);
  }

  /** With members: those and no others. Without: they are left alone (RFC 7644 §3.5.1). */
  put(slot: GroupSlot, members: readonly string[] | undefined): Change<Group> {
    const { incarnation, id } = slot.current!;
    const displayName = this.random.chance(0.5) ? slot.home : `${slot.home} ${this.unique()}`;
    return {
      request: {
        method: 'PUT',
        path: `/Groups/${id}`,
        body: {
          schemas: [CORE],
          displayName,
          ...(members ? { members: members.map((value) => ({ value })) } : {}),
        },
      },
      apply: (state) => (state?.incarnation === incarnation ? { incarnation, displayName } : undefined),
      incarnation,
      touches: names,
      bad: false,
    };
  }

  delete(slot: GroupSlot): Change<Group> {
    const { incarnation, id } = slot.current!;
    return {
      request: { method: 'DELETE', path: `/Groups/${id}` },
      apply: (state) => (state?.incarnation === incarnation ? null : undefined),
      incarnation,
      touches: [],
      bad: false,
    };
  }

  members(slot: GroupSlot, ids: readonly string[], present: boolean): Change<Group> {
    const { incarnation, id } = slot.current!;
    const value = ids.map((each) => ({ value: each }));
    return {
      request: {
        method: 'PATCH',
        path: `/Groups/${id}`,
        body: { schemas: [PATCH], Operations: [{ op: present ? 'add' : 'remove', path: 'members', value }] },
      },
      apply: (state) => (state?.incarnation === incarnation ? state : undefined),
      incarnation,
      touches: [],
      bad: false,
    };
  }
}

const names = ['displayName', 'sAMAccountName', 'name', 'cn'];
