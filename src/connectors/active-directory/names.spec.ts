import {
  accountName,
  accountNameFault,
  candidates,
  commonName,
  foldName,
  principalNameFault,
} from './names.js';

describe('Names', () => {
  it.each([
    ['Jörg Müller', 'jorg muller'],
    ['STRASSE', 'strasse'],
    ['Straße', 'strasse'],
    ['Łukasz Ångström', 'lukasz angstrom'],
    ['Ærø', 'aero'],
    ['ﬁn', 'fin'],
    ['漢字', '漢字'],
  ])('%s compares as %s', (name, folded) => expect(foldName(name)).toBe(folded));

  it.each([
    ['jane.doe', 'User', 'jane.doe'],
    ['Jörg', 'User', 'Jorg'],
    ['Straße', 'User', 'Strasse'],
    ['a"b/c\\d[e]f:g;h|i=j,k+l*m?n<o>p@q', 'User', 'abcdefghijklmnopq'],
    ['anne marie', 'User', 'annemarie'],
    ['ends.with.points...', 'User', 'ends.with.points'],
    ['machine$', 'User', 'machine'],
    ['a'.repeat(30), 'User', 'a'.repeat(20)],
    ['a'.repeat(19) + '.b', 'User', 'a'.repeat(19)],
    ['Sales  & Ops', 'Group', 'Sales & Ops'],
    ['g'.repeat(300), 'Group', 'g'.repeat(256)],
    ['漢字', 'User', '漢字'],
    ['\u202e\u0000x', 'User', 'x'],
    ['@@@', 'User', ''],
  ])('%s becomes the account name of a %s: %s', (text, kind, name) => {
    expect(accountName(text, kind)).toBe(name);
    if (name !== '') expect(accountNameFault(name, kind)).toBeUndefined();
  });

  it.each([
    ['a'.repeat(21), 'User'],
    ['', 'User'],
    ['a,b', 'User'],
    ['a@b', 'User'],
    ['a.', 'User'],
    [' a', 'User'],
    ['a$', 'User'],
    ['SYSTEM', 'User'],
    ['Everyone', 'Group'],
    ['g'.repeat(257), 'Group'],
  ])('%j is refused for a %s', (name, kind) => expect(accountNameFault(name, kind)).toBeDefined());

  it.each([
    ['  Jane\t Doe \r\n', 'Jane Doe'],
    ['A\u200bB\u202eC\u0000D', 'ABCD'],
    ['e\u0301', 'é'],
    ['😀'.repeat(40), '😀'.repeat(32)],
    ['x' + '😀'.repeat(40), 'x' + '😀'.repeat(31)],
    ['y'.repeat(70), 'y'.repeat(64)],
    ['\u202e\u200b', ''],
    ['Doe, Jane ,', 'Doe, Jane,'],
    ['Doe , , ,', 'Doe,,,'],
    ['Doe , Jane', 'Doe , Jane'],
    ['y'.repeat(62) + ' ,, Jr', 'y'.repeat(62) + ','],
  ])('%j is written as the common name %j', (text, name) => expect(commonName(text)).toBe(name));

  it('numbers account names within their length, and leaves reserved ones out', () => {
    const names = candidates('sAMAccountName', 'User', ['alexander.hamilton.jr']);
    expect(names.slice(0, 4)).toEqual([
      'alexander.hamilton.j',
      'alexander.hamilton1',
      'alexander.hamilton2',
      'alexander.hamilton3',
    ]);
    expect(names).toHaveLength(50);
    expect(names.every((name) => name.length <= 20)).toBe(true);
    expect(candidates('samaccountname', 'Group', ['Everyone'])[0]).toBe('Everyone1');
    expect(candidates('sAMAccountName', 'User', ['@'])).toEqual([]);
  });

  it('numbers common names after the last that was given, and leaves other attributes alone', () => {
    expect(candidates('rdn', 'User', ['Jane Doe', 'Jane Doe (jdoe)']).slice(0, 4)).toEqual([
      'Jane Doe',
      'Jane Doe (jdoe)',
      'Jane Doe (jdoe) 2',
      'Jane Doe (jdoe) 3',
    ]);
    expect(candidates('rdn', 'User', ['z'.repeat(80)])[1]).toBe(`${'z'.repeat(62)} 2`);
    expect(candidates('userPrincipalName', 'User', ['a@b'])).toEqual(['a@b']);
  });

  it.each([
    ['jane@corp.example', undefined],
    ["o'neil@corp.example", undefined],
    ['jane', /name@suffix/],
    ['@corp.example', /name@suffix/],
    ['jane@', /name@suffix/],
    ['jane doe@corp.example', /blank/],
    ['a@b@corp.example', /more than one @/],
    ['jane@elsewhere.example', /suffix "elsewhere.example"/],
  ])('sign-in name %s', (name, fault) => {
    const found = principalNameFault(name, ['corp.example']);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});
