import fc from 'fast-check';
import { ENTERPRISE_USER_SCHEMA as ENTERPRISE } from '../builtin/enterprise-user.schema.js';
import { GROUP_SCHEMA } from '../builtin/group.schema.js';
import { USER_SCHEMA } from '../builtin/user.schema.js';
import { ScimError } from '../scim-error.js';
import { SchemaRegistry } from '../schema-registry.js';
import type { JsonObject } from '../types.js';
import { validateResource, type ValidatedResource } from './validate-resource.js';

const KIT = 'urn:example:kit';
const registry = SchemaRegistry.from([
  {
    file: 'kit.json',
    content: {
      id: KIT,
      extends: 'User',
      attributes: [
        { name: 'count', type: 'integer' },
        { name: 'share', type: 'decimal' },
        { name: 'since', type: 'dateTime' },
        { name: 'blob', type: 'binary' },
        { name: 'link', type: 'reference', referenceTypes: ['external'] },
        { name: 'serial', mutability: 'immutable' },
        { name: 'pin', mutability: 'writeOnly' },
        { name: 'seen', mutability: 'readOnly' },
        { name: 'colour', canonicalValues: ['red', 'blue'], enforceCanonicalValues: true },
        { name: 'tags', multiValued: true },
        {
          name: 'box',
          type: 'complex',
          subAttributes: [{ name: 'size', required: true }, { name: 'note' }],
        },
      ],
    },
  },
]);
const user = registry.resourceType('User')!;
const strict = { ignoreUnknown: false, jsonTextInRoles: false };
const lenient = { ignoreUnknown: true, jsonTextInRoles: true };

const check = (body: JsonObject, dialect = strict, former?: JsonObject): ValidatedResource =>
  validateResource(
    user,
    { schemas: [USER_SCHEMA], userName: 'u', ...body },
    { dialect, ...(former ? { former } : {}) },
  );
const kit = (part: JsonObject): unknown => check({ [KIT]: part }).attributes[KIT];

function refusal(work: () => unknown): [number, string | undefined] {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError) return [error.status, error.scimType];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('validateResource', () => {
  it('takes a body apart into attributes, relations and secrets', () => {
    expect(
      validateResource(
        user,
        {
          Schemas: [USER_SCHEMA, ENTERPRISE.toUpperCase()],
          USERNAME: 'bjensen',
          id: 'mine',
          meta: { resourceType: 'User' },
          groups: [{ value: 'g' }],
          externalId: 'x-1',
          password: 'S3cret!',
          name: { GIVENNAME: 'Barbara', familyName: null },
          roles: [],
          emails: [{ value: 'b@example.com', primary: 'True' }],
          [ENTERPRISE.toLowerCase()]: { manager: 'u9', Department: 'Tours' },
        },
        { dialect: strict },
      ),
    ).toEqual({
      attributes: {
        userName: 'bjensen',
        name: { givenName: 'Barbara' },
        emails: [{ value: 'b@example.com', primary: true }],
        [ENTERPRISE]: { manager: { value: 'u9' }, department: 'Tours' },
      },
      externalId: 'x-1',
      secrets: { password: 'S3cret!' },
    });
  });

  it('gives active no default', () => {
    expect(check({}).attributes).toEqual({ userName: 'u' });
  });

  it('reads members as ids, however they are written', () => {
    const members = [{ value: 'a', $ref: null }, 'b', { Value: 'c', type: 'User' }, null, { value: 'a' }];
    const group = registry.resourceType('Group')!;
    const body = { schemas: [GROUP_SCHEMA], displayName: 'G' };
    expect(validateResource(group, { ...body, members }, { dialect: strict })).toEqual({
      attributes: { displayName: 'G' },
      members: ['a', 'b', 'c'],
    });
    expect(validateResource(group, { ...body, members: [] }, { dialect: strict }).members).toEqual([]);
    expect(validateResource(group, body, { dialect: strict })).not.toHaveProperty('members');
    expect(
      refusal(() => validateResource(group, { ...body, members: [{ display: 'x' }] }, { dialect: strict })),
    ).toEqual([400, 'invalidValue']);
  });

  it.each<[JsonObject[string]]>([
    ['u9'],
    [{ value: 'u9', $ref: 'https://x/Users/u9', displayName: 'Boss' }],
    [[{ value: 'u9' }]],
    [{ $ref: '../Users/u9' }],
  ])('normalises manager %j to its id', (manager) => {
    expect(check({ [ENTERPRISE]: { manager } }).attributes[ENTERPRISE]).toEqual({ manager: { value: 'u9' } });
  });

  it.each<[JsonObject[string]]>([[''], [{ value: '' }], [null], [[]], [{}]])(
    'takes manager %j for none',
    (manager) => {
      expect(check({ [ENTERPRISE]: { manager } }).attributes).not.toHaveProperty([ENTERPRISE]);
    },
  );

  it.each<[string, JsonObject[string]]>([
    ['count', 3],
    ['share', 0.5],
    ['since', '2024-02-29T10:00:00+01:00'],
    ['blob', 'AAEC/w=='],
    ['link', 'https://example.com/a'],
    ['colour', 'RED'],
  ])('keeps %s %j unchanged', (name, value) => {
    expect(kit({ [name]: value })).toEqual({ [name]: value });
  });

  it.each<[string, JsonObject[string]]>([
    ['count', 1.5],
    ['count', '3'],
    ['count', 1e300],
    ['share', '0.5'],
    ['since', '2024-02-30T10:00:00Z'],
    ['since', 5],
    ['blob', 'not base64!'],
    ['link', 'has blanks in it'],
    ['colour', 'green'],
    ['tags', 'single'],
    ['tags', [['deep']]],
    ['box', 'text'],
    ['box', { note: 'size is missing' }],
    ['box', { size: 'l', lid: 'unknown' }],
    ['serial', 'nul\u0000'],
    ['serial', 'half \ud800'],
    ['serial', ['list']],
  ])('refuses %s %j', (name, value) => {
    expect(refusal(() => kit({ [name]: value }))).toEqual([400, 'invalidValue']);
  });

  it('refuses what the envelope gets wrong', () => {
    const bad: [unknown, string][] = [
      [[], 'invalidSyntax'],
      ['text', 'invalidSyntax'],
      [null, 'invalidSyntax'],
      [{ userName: 'u' }, 'invalidSyntax'],
      [{ schemas: [], userName: 'u' }, 'invalidSyntax'],
      [{ schemas: [USER_SCHEMA], userName: 'u', USERNAME: 'v' }, 'invalidSyntax'],
      [{ schemas: [USER_SCHEMA, 'urn:example:stranger'], userName: 'u' }, 'invalidValue'],
      [{ schemas: [USER_SCHEMA], userName: 'u', shoeSize: 43 }, 'invalidValue'],
      [{ schemas: [USER_SCHEMA], userName: '' }, 'invalidValue'],
      [{ schemas: [USER_SCHEMA] }, 'invalidValue'],
    ];
    for (const [body, scimType] of bad)
      expect(refusal(() => validateResource(user, body, { dialect: strict }))).toEqual([400, scimType]);
  });

  it('drops what it does not know for a lenient client', () => {
    const body: JsonObject = {
      schemas: [USER_SCHEMA, 'urn:example:stranger'],
      shoeSize: 43,
      'urn:example:stranger': { a: 1 },
      emails: [{ value: 'a@example.com', colour: 'red' }],
    };
    expect(check(body, lenient).attributes).toEqual({ userName: 'u', emails: [{ value: 'a@example.com' }] });
  });

  it('reads the JSON text that Entra writes into roles', () => {
    const roles = [
      { value: '{"id":"3f0c","value":"Admin","displayName":"Administrator"}' },
      { value: '{no' },
    ];
    expect(check({ roles }, lenient).attributes['roles']).toEqual([
      { value: 'Admin', display: 'Administrator' },
      { value: '{no' },
    ]);
    expect(check({ roles }).attributes['roles']).toEqual(roles);
  });

  it('keeps equal values once and refuses a second primary', () => {
    const emails = [
      { value: 'a@example.com', type: 'work' },
      { type: 'work', value: 'a@example.com' },
    ];
    expect(check({ emails }).attributes['emails']).toEqual([emails[0]]);
    expect(kit({ tags: ['x', 'y', 'x'] })).toEqual({ tags: ['x', 'y'] });
    const twice = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(refusal(() => check({ emails: twice }))).toEqual([400, 'invalidValue']);
  });

  it('holds immutable attributes and keeps what a client cannot read back, on replace', () => {
    const former = { userName: 'u', [KIT]: { serial: 'A', pin: '1234', count: 1 } };
    expect(check({ [KIT]: { count: 2 } }, strict, former).attributes[KIT]).toEqual({
      serial: 'A',
      pin: '1234',
      count: 2,
    });
    expect(check({}, strict, former).attributes[KIT]).toEqual({ serial: 'A', pin: '1234' });
    expect(refusal(() => check({ [KIT]: { serial: 'B' } }, strict, former))).toEqual([400, 'mutability']);
    expect(check({ [KIT]: { serial: 'B' } }, strict, { userName: 'u' }).attributes[KIT]).toEqual({
      serial: 'B',
    });
  });

  it('demands a required extension', () => {
    const type = SchemaRegistry.from([
      {
        file: 'r.json',
        content: { id: 'urn:r', extends: 'User', required: true, attributes: [{ name: 'a' }] },
      },
    ]).resourceType('User')!;
    const body = { schemas: [USER_SCHEMA], userName: 'u' };
    expect(refusal(() => validateResource(type, body, { dialect: strict }))).toEqual([400, 'invalidValue']);
    expect(validateResource(type, { ...body, 'urn:r': { a: 'x' } }, { dialect: strict }).attributes).toEqual({
      userName: 'u',
      'urn:r': { a: 'x' },
    });
  });

  it('never pollutes prototypes', () => {
    const evil = JSON.parse(
      `{"schemas":["${USER_SCHEMA}"],"userName":"u","__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"name":{"__proto__":{"x":1}},"${ENTERPRISE}":{"__proto__":{"x":1}}}`,
    ) as JsonObject;
    expect(validateResource(user, evil, { dialect: lenient }).attributes).toEqual({ userName: 'u' });
    expect(({} as JsonObject)['x']).toBeUndefined();
  });

  it('answers any JSON with attributes or a SCIM error', () => {
    const names = [
      'schemas',
      'userName',
      'name',
      'emails',
      'active',
      'roles',
      'password',
      ENTERPRISE,
      KIT,
      '__proto__',
    ];
    const body = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(body, fc.boolean(), (content, isLenient) => {
        try {
          const whole = { schemas: [USER_SCHEMA], userName: 'u', ...content };
          validateResource(user, whole, { dialect: isLenient ? lenient : strict });
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
