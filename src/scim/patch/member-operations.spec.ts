import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { dialectFor, type Client } from '../clients/dialect.js';
import { compilePatch } from './compile-patch.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const group = SchemaRegistry.builtIn().resourceType('Group')!;
const members = (operations: Json, client: Client = 'generic') =>
  compilePatch(group, { schemas: [PATCH_OP], Operations: operations }, dialectFor(client)).members;

function refusal(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return error.scimType;
    throw error;
  }
  return 'accepted';
}

describe('PATCH on members', () => {
  const value: Json = [{ value: 'a' }, 'b', { value: 'a', $ref: null }];
  it.each<[JsonObject, unknown, Client]>([
    [{ op: 'add', path: 'members', value }, [{ op: 'add', members: ['a', 'b'] }], 'generic'],
    [{ op: 'Add', path: 'Members', value: 'a' }, [{ op: 'add', members: ['a'] }], 'generic'],
    [{ op: 'add', path: 'members', value: [] }, [], 'generic'],
    [{ op: 'replace', path: 'members', value }, [{ op: 'replace', members: ['a', 'b'] }], 'generic'],
    [{ op: 'replace', path: 'members', value: null }, [{ op: 'replace', members: [] }], 'generic'],
    [{ op: 'remove', path: 'members' }, [{ op: 'replace', members: [] }], 'generic'],
    [{ op: 'Remove', path: 'members', value }, [{ op: 'remove', members: ['a', 'b'] }], 'entra'],
    [{ op: 'Remove', path: 'members', value: [] }, [], 'entra'],
    [{ op: 'remove', path: 'members[value eq "a"]' }, [{ op: 'remove', members: ['a'] }], 'generic'],
    [
      { op: 'remove', path: 'members[value eq "a" or (value eq "b")]' },
      [{ op: 'remove', members: ['a', 'b'] }],
      'generic',
    ],
    [
      { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } },
      [
        { op: 'remove', members: ['a'], mustMatch: true },
        { op: 'add', members: ['b'] },
      ],
      'generic',
    ],
    [{ op: 'replace', value: { members: [{ value: 'a' }] } }, [{ op: 'replace', members: ['a'] }], 'generic'],
    [
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:members', value: 'a' },
      [{ op: 'add', members: ['a'] }],
      'generic',
    ],
  ])('%j', (operation, expected, client) => {
    expect(members([operation], client)).toEqual(expected);
  });

  it('leaves other filters to the store', () => {
    expect(members([{ op: 'remove', path: 'members[type eq "Group"]' }])).toEqual([
      { op: 'removeWhere', filter: expect.objectContaining({ kind: 'compare', operand: 'Group' }) },
    ]);
  });

  it('keeps the order of operations', () => {
    expect(
      members([
        { op: 'remove', path: 'members' },
        { op: 'add', value: { members: ['a'], displayName: 'x' } },
        { op: 'remove', path: 'members[value eq "a"]' },
      ]).map(({ op }) => op),
    ).toEqual(['replace', 'add', 'remove']);
  });

  it.each<[JsonObject, string]>([
    [{ op: 'remove', path: 'members', value }, 'invalidValue'],
    [{ op: 'add', path: 'members', value: [{ display: 'x' }] }, 'invalidValue'],
    [{ op: 'add', path: 'members', value: [5] }, 'invalidValue'],
    [{ op: 'replace', path: 'members.value', value: 'a' }, 'mutability'],
    [{ op: 'replace', path: 'members[value eq "a"].display', value: 'a' }, 'mutability'],
  ])('%j is refused', (operation, scimType) => {
    expect(refusal(() => members([operation]))).toBe(scimType);
  });
});
