import { ENTERPRISE_USER_SCHEMA as ENTERPRISE } from './builtin/enterprise-user.schema.js';
import { resolvePath } from './attribute-path.js';
import { SchemaRegistry } from './schema-registry.js';
import { normaliseForSearch } from './search-document.js';
import { compareSortKeys, sortKey } from './sort-key.js';

const user = SchemaRegistry.from([
  {
    file: 'kit.json',
    content: {
      id: 'urn:example:kit',
      extends: 'User',
      attributes: [
        { name: 'since', type: 'dateTime' },
        { name: 'code', caseExact: true },
        { name: 'pin', mutability: 'writeOnly' },
        { name: 'tags', multiValued: true },
      ],
    },
  },
]).resourceType('User')!;

describe('the search document', () => {
  it('has one shape for one meaning', () => {
    expect(
      normaliseForSearch(
        {
          userName: 'Zoe\u0308',
          nickName: '',
          title: null,
          active: false,
          name: {},
          roles: [],
          emails: [{ value: 'A@Example.com', type: 'WORK', primary: true }, {}],
          password: 'secret',
          unknown: 'x',
          [ENTERPRISE.toUpperCase()]: { manager: { value: 'U9' }, department: null },
          'urn:example:kit': { since: '1970-01-01T00:00:01.5Z', code: 'AbC', pin: '1', tags: ['Vip'] },
          meta: { created: '1970-01-01T00:00:00Z', resourceType: 'User' },
          id: 'ID',
        },
        user,
      ),
    ).toEqual({
      userName: 'zoë',
      nickName: '',
      active: false,
      emails: [{ value: 'a@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { manager: { value: 'U9' } },
      'urn:example:kit': { since: 1500, code: 'AbC', tags: ['vip'] },
      meta: { created: 0, resourceType: 'User' },
      id: 'ID',
    });
  });

  it('is sorted by the primary value, else the first', () => {
    const key = (path: string, document: Parameters<typeof sortKey>[0]) =>
      sortKey(document, resolvePath(user, path)!);
    expect(key('emails', { emails: [{ value: 'b' }, { value: 'a', primary: true }] })).toBe('a');
    expect(key('emails.type', { emails: [{ value: 'b', type: 'x' }, { value: 'a' }] })).toBe('x');
    expect(key('name.familyName', { name: { familyName: 'j' } })).toBe('j');
    expect(key('urn:example:kit:tags', { 'urn:example:kit': { tags: ['t', 's'] } })).toBe('t');
    expect(key('title', {})).toBeUndefined();
  });

  it('sorts what has no value last, and first when descending', () => {
    expect(compareSortKeys('b', 'a', 'ascending')).toBeGreaterThan(0);
    expect(compareSortKeys('b', 'a', 'descending')).toBeLessThan(0);
    expect(compareSortKeys(undefined, 'a', 'ascending')).toBeGreaterThan(0);
    expect(compareSortKeys(undefined, 'a', 'descending')).toBeLessThan(0);
    expect(compareSortKeys(2, 10, 'ascending')).toBeLessThan(0);
    expect(compareSortKeys(undefined, undefined, 'ascending')).toBe(0);
  });
});
