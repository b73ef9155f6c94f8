import fc from 'fast-check';
import { ENTERPRISE_USER_SCHEMA as ENTERPRISE } from '../../schema/builtin/enterprise-user.schema.js';
import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';
import type { EditResult } from '../../identity/model.js';
import { dialectFor, type Client } from '../clients/dialect.js';
import { compilePatch } from './compile-patch.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const KIT = 'urn:example:kit';
const registry = SchemaRegistry.from([
  {
    file: 'kit.json',
    content: {
      id: KIT,
      extends: 'User',
      attributes: [
        { name: 'serial', mutability: 'immutable' },
        { name: 'seen', mutability: 'readOnly' },
        { name: 'tags', multiValued: true },
        { name: 'must', required: true },
        { name: 'password', mutability: 'writeOnly' },
        {
          name: 'keys',
          type: 'complex',
          multiValued: true,
          subAttributes: [
            { name: 'value', mutability: 'immutable' },
            { name: 'room', required: true },
          ],
        },
      ],
    },
  },
]);
const user = registry.resourceType('User')!;
const before: Attributes = {
  userName: 'bjensen',
  title: 'Guide',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  emails: [
    { value: 'w@example.com', type: 'work', primary: true },
    { value: 'h@example.com', type: 'home' },
  ],
  [ENTERPRISE]: { department: 'Tours', manager: { value: 'u9' } },
  [KIT]: { serial: 'S1', must: 'm', tags: ['vip', 'paris'], keys: [{ value: 'k1', room: '1' }] },
};

const patch = (operations: Json, client: Client = 'generic', current = before): EditResult =>
  compilePatch(user, { schemas: [PATCH_OP], Operations: operations }, dialectFor(client)).apply({
    attributes: current,
    externalId: 'x-1',
  });
const one = (op: string, path: string | undefined, value?: Json, client: Client = 'generic') => {
  const operation: JsonObject = { op };
  if (path !== undefined) operation['path'] = path;
  if (value !== undefined) operation['value'] = value;
  return patch([operation], client);
};
const kit = ({ attributes }: EditResult) => attributes[KIT] as JsonObject;
function refusal(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return error.scimType;
    throw error;
  }
  return 'accepted';
}

describe('PATCH on attributes', () => {
  it('gives back the very same attributes when nothing changes', () => {
    expect(one('replace', 'title', 'Guide')).toEqual({ attributes: before });
    expect(one('replace', 'title', 'Guide').attributes).toBe(before);
    expect(one('add', 'externalId', 'x-1')).not.toHaveProperty('externalId');
    expect(one('remove', 'emails[type eq "fax"]').attributes).toBe(before);
  });

  it('keeps externalId and password apart', () => {
    expect(one('replace', undefined, { externalId: 'x-2', password: 'new' })).toEqual({
      attributes: before,
      externalId: 'x-2',
      secrets: { password: 'new' },
    });
    expect(one('remove', 'externalId')).toMatchObject({ externalId: null });
  });

  it('removes an extension with its last attribute', () => {
    const { attributes } = patch([
      { op: 'remove', path: 'department' },
      { op: 'remove', path: `${ENTERPRISE}:manager` },
    ]);
    expect(attributes).not.toHaveProperty([ENTERPRISE]);
  });

  it('clears what is null inside a complex value and keeps what is not named', () => {
    expect(one('replace', 'name', { givenName: null, middleName: 'J' }).attributes['name']).toEqual({
      familyName: 'Jensen',
      middleName: 'J',
    });
    expect(one('replace', 'name', null).attributes).not.toHaveProperty('name');
  });

  it.each<[string, string, Json | undefined, Json]>([
    ['add', 'tags', ['VIP', 'rome'], ['vip', 'paris', 'rome']],
    ['add', 'tags', 'rome', ['vip', 'paris', 'rome']],
    ['replace', 'tags', ['rome'], ['rome']],
    ['remove', 'tags[value eq "VIP"]', undefined, ['paris']],
    ['replace', 'tags[value sw "p"]', 'rome', ['vip', 'rome']],
    ['replace', 'tags[value eq "paris"].value', 'rome', ['vip', 'rome']],
  ])('%s %s works on plain values', (op, path, value, expected) => {
    expect(kit(one(op, `${KIT}:${path}`, value))['tags']).toEqual(expected);
  });

  it('demotes the former primary whichever way a new one comes', () => {
    for (const [op, path, value] of [
      ['add', 'emails', { value: 'h@example.com', type: 'home', primary: true }],
      ['replace', 'emails[type eq "home"]', { value: 'h@example.com', type: 'home', primary: true }],
      ['add', 'emails[type eq "home"]', { primary: 'True' }],
      ['replace', 'emails[value eq "H@EXAMPLE.COM"].primary', true],
    ] as const)
      expect(one(op, path, value).attributes['emails']).toEqual([
        { value: 'w@example.com', type: 'work', primary: false },
        { value: 'h@example.com', type: 'home', primary: true },
      ]);
    expect(refusal(() => one('replace', 'emails.primary', true))).toBe('invalidValue');
  });

  it('demotes the former primary when a value path makes a new value', () => {
    const work = { value: 'w@example.com', type: 'work', primary: false };
    for (const [path, value] of [
      ['emails[type eq "other"]', { value: 'o@example.com', primary: true }],
      ['emails[type eq "other" and primary eq true].value', 'o@example.com'],
      ['emails[type eq "other"].primary', true],
    ] as const) {
      const emails = one('add', path, value).attributes['emails'] as JsonObject[];
      expect(emails[0]).toEqual(work);
      expect(emails.filter(({ primary }) => primary === true)).toMatchObject([{ type: 'other' }]);
    }
  });

  it('keeps what the filter says of a value that a replace from Entra makes', () => {
    expect(
      one('replace', 'emails[type eq "other"]', { value: 'o@example.com' }, 'entra').attributes['emails'],
    ).toContainEqual({ type: 'other', value: 'o@example.com' });
  });

  it('takes nothing away by adding nothing', () => {
    expect(one('add', 'title', null).attributes).toBe(before);
    expect(one('add', 'manager', {}).attributes).toBe(before);
    expect(one('add', 'manager', { displayName: 'Nobody' }).attributes).toBe(before);
    expect(one('add', undefined, { [ENTERPRISE]: { manager: { displayName: 'x' } } }).attributes).toBe(
      before,
    );
  });

  it('follows $ref of a reference, which is made of the id', () => {
    const manager = ({ attributes }: EditResult) => (attributes[ENTERPRISE] as JsonObject)['manager'];
    for (const op of ['add', 'replace'])
      expect(manager(one(op, 'manager.$ref', 'https://gw/scim/v2/Users/u8'))).toEqual({ value: 'u8' });
    expect(manager(one('remove', 'manager.$ref'))).toEqual({ value: 'u9' });
    expect(manager(one('replace', 'manager', { $ref: '../Users/u7' }))).toEqual({ value: 'u7' });
  });

  it('keeps what is immutable in a value that an add completes', () => {
    expect(kit(one('add', `${KIT}:keys`, [{ value: 'K1', room: '2' }]))['keys']).toEqual([
      { value: 'k1', room: '2' },
    ]);
  });

  it('leaves an attribute of an extension that happens to be named password to its schema', () => {
    expect(kit(one('replace', `${KIT}:password`, 'word'))['password']).toBe('word');
  });

  it('completes a value that is there instead of adding it again', () => {
    const { attributes } = one('add', 'emails', [{ value: 'H@example.com', type: 'HOME', display: 'Home' }]);
    expect(attributes['emails']).toHaveLength(2);
  });

  it('creates what an add selects by eq, and a replace for Entra only', () => {
    const created = { type: 'other', primary: false, value: 'o@example.com' };
    const path = 'emails[type eq "other" and primary eq "False"].value';
    expect(one('add', path, 'o@example.com').attributes['emails']).toContainEqual(created);
    expect(one('replace', path, 'o@example.com', 'entra').attributes['emails']).toContainEqual(created);
    expect(refusal(() => one('replace', path, 'o@example.com'))).toBe('noTarget');
    for (const filter of ['type ne "work" and value sw "x"', 'type eq "a" or type eq "b"', 'not (type pr)'])
      expect(refusal(() => one('add', `emails[${filter}].value`, 'x', 'entra'))).toBe('noTarget');
  });

  it('reads names in a value without path as paths', () => {
    const { attributes } = one('replace', undefined, {
      'name.givenName': 'Babs',
      [`${ENTERPRISE}:manager.value`]: 'u8',
      [`${KIT}.must`]: 'n',
      [ENTERPRISE]: { costCenter: '1' },
      'emails[type eq "home"].value': 'new@example.com',
      schemas: ['anything'],
    });
    expect(attributes['name']).toEqual({ familyName: 'Jensen', givenName: 'Babs' });
    expect(attributes[ENTERPRISE]).toEqual({
      department: 'Tours',
      manager: { value: 'u8' },
      costCenter: '1',
    });
    expect(attributes['emails']).toContainEqual({ value: 'new@example.com', type: 'home' });
    expect((attributes[KIT] as JsonObject)['must']).toBe('n');
  });

  it('clears manager in every spelling', () => {
    const spellings: [string, Json | undefined][] = [
      ['remove', undefined],
      ['replace', ''],
      ['replace', null],
      ['replace', { value: '' }],
      ['replace', [{ value: '' }]],
      ['replace', []],
    ];
    for (const [op, value] of spellings)
      for (const path of ['manager', `${ENTERPRISE}:manager`, `${ENTERPRISE}.manager`])
        expect(one(op, path, value, 'entra').attributes[ENTERPRISE]).toEqual({ department: 'Tours' });
  });

  it('takes the empty string for a value, but from Entra for none', () => {
    expect(one('replace', 'title', '').attributes['title']).toBe('');
    expect(one('replace', 'title', '', 'entra').attributes).not.toHaveProperty('title');
    expect(one('replace', 'name', { givenName: '' }, 'entra').attributes['name']).toEqual({
      familyName: 'Jensen',
    });
  });

  it('removes listed values for Entra only', () => {
    const listed = [{ value: 'W@example.com', primary: false }];
    expect(one('remove', 'emails', listed, 'entra').attributes['emails']).toEqual([
      { value: 'h@example.com', type: 'home' },
    ]);
    expect(refusal(() => one('remove', 'emails', listed))).toBe('invalidValue');
    expect(one('remove', 'title', 'Guide').attributes).not.toHaveProperty('title');
    expect(one('remove', 'emails[type eq "work"].value', 'other').attributes['emails']).toContainEqual({
      type: 'work',
      primary: true,
    });
  });

  it.each<[string, string | undefined, Json | undefined, string]>([
    ['replace', `${KIT}:serial`, 'S2', 'mutability'],
    ['remove', `${KIT}:serial`, undefined, 'mutability'],
    ['replace', `${KIT}:seen`, 'now', 'mutability'],
    ['replace', `${KIT}:keys[value eq "k1"].value`, 'k2', 'mutability'],
    ['remove', `${KIT}:keys[value eq "k1"].room`, undefined, 'mutability'],
    ['add', `${KIT}:keys`, [{ value: 'k2' }], 'invalidValue'],
    ['remove', KIT, undefined, 'mutability'],
    ['remove', `${KIT}:must`, undefined, 'mutability'],
    ['replace', `${KIT}:must`, null, 'invalidValue'],
    ['replace', 'groups', [], 'mutability'],
    ['remove', 'schemas', undefined, 'mutability'],
    ['remove', 'id', undefined, 'mutability'],
    ['replace', 'id', 'u2', 'mutability'],
    ['add', 'manager.displayName', 'x', 'mutability'],
    ['replace', 'userName', null, 'invalidValue'],
    ['replace', 'emails[type eq "fax"].value', 'x', 'noTarget'],
    ['add', 'name[familyName eq "Hansen"].givenName', 'x', 'noTarget'],
    ['add', 'name[familyName eq "Hansen"]', { givenName: 'x' }, 'noTarget'],
    ['add', `${KIT}:keys[room eq "1"]`, { value: 'k2' }, 'mutability'],
    ['replace', 'emails[nope eq "x"].value', 'x', 'invalidFilter'],
    ['replace', 'emails[primary gt true].value', 'x', 'invalidFilter'],
    ['replace', 'emails[type eq "work"', 'x', 'invalidPath'],
    ['replace', 'emails[type eq "work"].value.x', 'x', 'invalidPath'],
    ['replace', 'emails[type eq "work"] .value', 'x', 'invalidPath'],
    ['replace', '', 'x', 'invalidPath'],
    ['replace', '__proto__', 'x', 'invalidPath'],
    ['replace', 'name.nope', 'x', 'invalidPath'],
    ['replace', `${ENTERPRISE}[department eq "x"]`, 'x', 'invalidPath'],
    ['replace', ENTERPRISE, 'x', 'invalidValue'],
    ['add', undefined, ['x'], 'invalidValue'],
    ['replace', 'title', ['a'], 'invalidValue'],
    ['replace', 'title', 'nul\u0000', 'invalidValue'],
    ['replace', 'title', '\udc00', 'invalidValue'],
    ['replace', 'password', '', 'invalidValue'],
    ['replace', 'active', 1, 'invalidValue'],
  ])('%s %s %j is refused', (op, path, value, scimType) => {
    expect(refusal(() => one(op, path, value))).toBe(scimType);
  });

  it('does not blame a request for what was missing before', () => {
    const { [KIT]: _kit, ...rest } = before;
    const incomplete = { ...rest, [KIT]: { serial: 'S1' } };
    const result = patch([{ op: 'replace', path: 'title', value: 'Boss' }], 'generic', incomplete);
    expect(result.attributes['title']).toBe('Boss');
    expect(refusal(() => patch([{ op: 'add', path: `${KIT}:serial`, value: 'S1' }], 'generic', rest))).toBe(
      'invalidValue',
    );
  });

  it('answers any JSON with an edit or a SCIM error, and leaves prototypes alone', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const path = fc.constantFrom(
      'title',
      'name',
      'emails',
      'emails[type eq "work"]',
      'active',
      ENTERPRISE,
      KIT,
      'manager',
      '__proto__',
      'constructor',
      'roles',
    );
    const operation = fc.record(
      { op: fc.constantFrom('add', 'replace', 'remove', 'Add', 5), path, value },
      { requiredKeys: [] },
    );
    const operations = fc.oneof(fc.array(fc.oneof(operation, value), { maxLength: 4 }), value);
    fc.assert(
      fc.property(operations, fc.constantFrom<Client>('entra', 'okta', 'generic'), (list, client) => {
        try {
          patch(list as Json, client);
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes the id of the resource itself for no change', () => {
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { id: 'u1', title: 'Boss' } }] };
    const edit = compilePatch(user, body, dialectFor('generic'), 'u1');
    expect(edit.apply({ attributes: before }).attributes['title']).toBe('Boss');
    expect(refusal(() => compilePatch(user, body, dialectFor('generic'), 'u2'))).toBe('mutability');
  });

  it('bounds what one request can cost', () => {
    const emails = Array.from({ length: 5000 }, (_, at) => ({ value: `m${at}ö@x`, type: 'work' }));
    const select = (at: number) => ({
      op: 'replace',
      path: `emails[value eq "m${at}ö@x"].type`,
      value: 'home',
    });
    const many = Array.from({ length: 1000 }, (_, at) => select(at));
    const unnamed = [{ op: 'remove', path: 'emails', value: emails.map((_, at) => ({ display: `${at}` })) }];
    const current = { ...before, emails };
    expect(refusal(() => patch(many, 'generic', current))).toBe('tooMany');
    expect(refusal(() => patch(unnamed, 'entra', current))).toBe('tooMany');
    expect(patch(many.slice(0, 20), 'generic', current).attributes['emails']).toHaveLength(5000);
    expect(refusal(() => patch(Array(10_001).fill({ op: 'remove', path: 'title' })))).toBe('tooMany');
  });
});
