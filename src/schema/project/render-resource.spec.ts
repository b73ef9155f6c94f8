import { ENTERPRISE_USER_SCHEMA as ENTERPRISE } from '../builtin/enterprise-user.schema.js';
import { SchemaRegistry } from '../schema-registry.js';
import type { JsonObject } from '../types.js';
import { returnsAttribute } from './projection.js';
import { renderResource, type RenderSource } from './render-resource.js';
import { parseProjection, type ProjectionQuery } from '../../scim/filter/parse-projection.js';

const KIT = 'urn:example:kit';
const user = SchemaRegistry.from([
  {
    file: 'kit.json',
    content: {
      id: KIT,
      extends: 'User',
      attributes: [
        { name: 'onRequest', returned: 'request' },
        { name: 'never', returned: 'never' },
        { name: 'always', returned: 'always' },
        { name: 'tags', multiValued: true },
      ],
    },
  },
]).resourceType('User')!;
const source: RenderSource = {
  id: 'u1',
  created: Date.UTC(2026, 0, 1),
  lastModified: Date.UTC(2026, 0, 2),
  etag: '1-7',
  externalId: 'x',
  attributes: {
    userName: 'bjensen',
    name: { givenName: 'Barbara', familyName: 'Jensen' },
    emails: [
      { value: 'w@example.com', type: 'work', primary: true },
      { value: 'h@example.com', type: 'HOME' },
    ],
    [ENTERPRISE]: { department: 'Tours', manager: { value: 'u9' } },
    [KIT]: { onRequest: 'r', never: 'n', always: 'a', tags: ['x', 'y'] },
  },
  groups: [{ value: 'g1', display: 'Guides', type: 'direct' }],
  displayNames: new Map([['u9', 'John Smith']]),
};
const dialect = { unquotedLiterals: false, ignoreUnknown: false };
const shown = (query: ProjectionQuery = {}): JsonObject =>
  renderResource(user, source, {
    baseUrl: 'https://gw/scim/v2',
    projection: parseProjection(user, query, dialect),
  });
const always = { [KIT]: { always: 'a' }, id: 'u1', schemas: [user.schema.id, ENTERPRISE, KIT] };

describe('renderResource', () => {
  it('shows everything that is returned by default', () => {
    expect(shown()).toEqual({
      schemas: [user.schema.id, ENTERPRISE, KIT],
      id: 'u1',
      externalId: 'x',
      userName: 'bjensen',
      name: { givenName: 'Barbara', familyName: 'Jensen' },
      emails: source.attributes['emails'],
      groups: [{ value: 'g1', $ref: 'https://gw/scim/v2/Groups/g1', display: 'Guides', type: 'direct' }],
      [ENTERPRISE]: {
        department: 'Tours',
        manager: { value: 'u9', $ref: 'https://gw/scim/v2/Users/u9', displayName: 'John Smith' },
      },
      [KIT]: { always: 'a', tags: ['x', 'y'] },
      meta: {
        resourceType: 'User',
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-01-02T00:00:00.000Z',
        location: 'https://gw/scim/v2/Users/u1',
        version: 'W/"1-7"',
      },
    });
  });

  it('shows and lists the accounts extension on request', () => {
    const urn = 'urn:landfall:params:scim:schemas:extension:accounts:2.0:User';
    const facts = { accounts: [{ target: 'ad', state: 'applied', anchor: '5f' }] };
    const projection = parseProjection(user, { attributes: `${urn}:accounts` }, dialect);
    const asked = renderResource(user, { ...source, facts }, { baseUrl: '', projection });
    expect(asked[urn]).toEqual(facts);
    expect(asked['schemas']).toContain(urn);
    const unasked = renderResource(user, { ...source, facts }, { baseUrl: '' });
    expect(unasked[urn]).toBeUndefined();
    expect(unasked['schemas']).not.toContain(urn);
  });

  it.each<[string, JsonObject]>([
    ['userName', { userName: 'bjensen' }],
    ['USERNAME, nope', { userName: 'bjensen' }],
    ['name.givenName', { name: { givenName: 'Barbara' } }],
    ['emails.value', { emails: [{ value: 'w@example.com' }, { value: 'h@example.com' }] }],
    ['emails[type eq "home"]', { emails: [{ value: 'h@example.com', type: 'HOME' }] }],
    ['emails[type eq "work" or value co ","].value', { emails: [{ value: 'w@example.com' }] }],
    ['emails[type eq "fax"]', {}],
    ['meta.resourceType', { meta: { resourceType: 'User' } }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'Tours' } }],
    ['manager.value', { [ENTERPRISE]: { manager: { value: 'u9' } } }],
    ['groups.value', { groups: [{ value: 'g1' }] }],
    [`${KIT}:onRequest`, { [KIT]: { onRequest: 'r', always: 'a' } }],
    [KIT, { [KIT]: { always: 'a', tags: ['x', 'y'] } }],
    [`${KIT}:never`, {}],
    [`${KIT}:tags[value eq "X"]`, { [KIT]: { always: 'a', tags: ['x'] } }],
    ['id', {}],
    ['nope', {}],
  ])('attributes=%s shows that and what is always returned', (attributes, expected) => {
    expect(shown({ attributes })).toEqual({ ...always, ...expected });
  });

  it('takes away what is excluded, but for what is always returned', () => {
    const rendered = shown({
      excludedAttributes: [
        'id,schemas,meta,externalId,groups',
        `name.givenName,emails[type eq "home"],${KIT}`,
        'manager.$ref',
      ],
    });
    expect(rendered).toEqual({
      ...always,
      userName: 'bjensen',
      name: { familyName: 'Jensen' },
      emails: [{ value: 'w@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'Tours', manager: { value: 'u9', displayName: 'John Smith' } },
    });
  });

  it('tells whether a relation has to be read', () => {
    const returns = (query: ProjectionQuery) =>
      returnsAttribute(parseProjection(user, query, dialect), 'groups');
    expect(returns({})).toBe(true);
    expect(returns({ attributes: 'userName' })).toBe(false);
    expect(returns({ attributes: ['userName', 'Groups.display'] })).toBe(true);
    expect(returns({ excludedAttributes: 'groups' })).toBe(false);
    expect(returns({ excludedAttributes: 'groups.display' })).toBe(true);
  });

  it('refuses both lists at once and names that are none', () => {
    expect(() => shown({ attributes: 'a', excludedAttributes: 'b' })).toThrow(
      expect.objectContaining({ status: 400 }),
    );
    expect(() => shown({ attributes: 'emails[type' })).toThrow(expect.objectContaining({ status: 400 }));
  });
});
