import type { JsonObject } from '../../schema/types.js';
import { compilePath, MappedResource, ResourcePathError } from './resource-path.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:example:hr:2.0:User';
const ATTRIBUTES: JsonObject = {
  userName: 'jane',
  externalId: 'E-1',
  active: false,
  name: { givenName: 'Jane' },
  emails: [
    { type: 'home', value: 'h@x' },
    { type: 'Work', value: 'w@x', primary: true },
    { type: 'other', value: 'o@x', primary: 'False' },
  ],
  meta: { created: '2026-01-01T00:00:00Z' },
  [ENTERPRISE]: { department: 'Sales', manager: { value: 'boss' } },
  [CUSTOM]: { badge: '7', shirts: ['S', 'M'] },
};

function read(path: string) {
  const input = { id: 'id-1', resourceType: 'User', attributes: ATTRIBUTES, now: new Date(0) };
  return compilePath(path, { resourceType: 'User' }).read(new MappedResource(input));
}

describe('a path', () => {
  it.each([
    ['userName', 'jane'],
    ['USERNAME', 'jane'],
    ['id', 'id-1'],
    ['name.givenname', 'Jane'],
    ['emails.value', ['w@x', 'h@x', 'o@x']],
    ['emails[type eq "work"].value', 'w@x'],
    ['emails[type eq "work" and primary eq true].value', 'w@x'],
    ['emails[type eq "home" or (type eq "other" and not (value sw "z"))].value', ['h@x', 'o@x']],
    ['emails[value co "@" and type ne "home" and type ew "er"].value', 'o@x'],
    ['emails[display pr].value', null],
    ['emails[primary eq false].value', 'o@x'],
    [`${ENTERPRISE}:department`, 'Sales'],
    [`${ENTERPRISE.toUpperCase()}:Department`, 'Sales'],
    ['department', 'Sales'],
    ['manager.value', 'boss'],
    [`${ENTERPRISE}:manager.value`, 'boss'],
    ['badge', '7'],
    ['shirts', ['S', 'M']],
    ['meta.created', '2026-01-01T00:00:00Z'],
    ['surname', null],
    ['givenName', 'Jane'],
    ['mail', 'w@x'],
    ['userPrincipalName', 'jane'],
    ['objectId', 'E-1'],
    ['accountEnabled', false],
    ['IsSoftDeleted', 'True'],
    ['nothing.at.all'.slice(0, 10), null],
    ['constructor', null],
    ['name.constructor', null],
  ])('%s reads %j', (path, expected) => {
    expect(read(path)).toEqual(expected);
  });

  it.each([
    '',
    'emails[',
    'emails[type].value',
    'a.b.c',
    'emails[type eq work].value',
    'emails[type eq "x"',
    '1a',
    'emails[(type eq "a"].value',
  ])('%j is refused', (path) => {
    expect(() => read(path)).toThrow(ResourcePathError);
  });
});
