import { newId } from '../../../identity/id.js';
import type { Directory } from '../domain/directory.js';
import { AdEntry } from '../session/entry.js';
import { AdSettings, UserSettings } from '../settings.js';
import { Fence } from './fence.js';
import { loopGuardWrites } from './loop-guard.js';

const people = 'OU=People,DC=corp,DC=example';
const settings = Object.assign(new AdSettings(), {
  users: Object.assign(new UserSettings(), { container: people }),
});
/** The fence asks the directory only about memberships, which no refusal of an entry by itself needs. */
const fence = new Fence(undefined as unknown as Directory, settings);
const account = (more: Record<string, unknown>) =>
  new AdEntry(`CN=Nora,${people}`, { objectClass: ['top', 'user'], userAccountControl: '512', ...more });

describe('What Entra and this domain copy to each other', () => {
  it.each(['Cloud', 'cloud'])('is not touched when its source of authority is %s', (authority) => {
    expect(fence.refusal(account({ 'msDS-ObjectSoa': [authority] }), 'User')).toMatch(
      /managed by Entra itself/,
    );
  });

  it('is touched when the domain is its source of authority, or nothing is said', () => {
    expect(fence.refusal(account({ 'msDS-ObjectSoa': ['OnPrem'] }), 'User')).toBeUndefined();
    expect(fence.refusal(account({}), 'User')).toBeUndefined();
  });

  it.each([
    ['off', 'User', undefined],
    ['adminDescription', 'User', 'User_'],
    ['adminDescription', 'Group', 'Group_'],
    ['msDS-ExternalDirectoryObjectId', 'User', 'User_'],
  ] as const)('bears the mark %s of a %s', (mark, kind, prefix) => {
    const resourceId = newId();
    expect(loopGuardWrites(mark, { kind, resourceId })).toEqual(
      prefix === undefined ? [] : [{ name: mark, values: [`${prefix}${resourceId}`] }],
    );
  });
});
