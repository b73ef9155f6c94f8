import {
  compileObjectMapping,
  mapResource,
  mappedAttributes,
  needsGroups,
  requiredAttributes,
  requiredFacts,
} from './index.js';
import type { MappedAccount, MappingInput, MappingLine, ObjectMapping } from './types.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const NOW = new Date('2026-11-23T10:00:00Z');

function jane(attributes: MappingInput['attributes'] = {}): MappingInput {
  return {
    id: '0190-jane',
    resourceType: 'User',
    now: NOW,
    attributes: {
      userName: 'jane.doe@contoso.example',
      externalId: 'E-1',
      displayName: 'Jane Doe',
      name: { givenName: 'Jane', familyName: 'Doe' },
      title: 'Engineer',
      active: true,
      emails: [
        { type: 'home', value: 'jane@home.example' },
        { type: 'work', value: 'jane.doe@contoso.example', primary: true },
      ],
      phoneNumbers: [{ type: 'work', value: '+49 30 1' }],
      [ENTERPRISE]: { department: 'Sales', manager: { value: 'boss-id', displayName: 'The Boss' } },
      ...attributes,
    },
  };
}

function compiled(document: Partial<ObjectMapping>, resourceType = 'User') {
  const { mapping, problems } = compileObjectMapping({ mapping: [], ...document }, resourceType, {
    defaultDomain: 'corp.example',
  });
  expect(problems).toEqual([]);
  return mapping;
}

function mapped(lines: MappingLine[], input = jane(), document: Partial<ObjectMapping> = {}): MappedAccount {
  return mapResource(compiled({ ...document, mapping: lines }), input);
}

describe('an attribute mapping', () => {
  it('copies a source, sets a constant, computes an expression and names the line that did it', () => {
    const account = mapped([
      { target: 'displayName', source: 'displayName' },
      { target: 'company', constant: 'Contoso' },
      { target: 'mail', expression: 'ToUpper([mail])' },
    ]);
    expect(account.attributes).toEqual([
      { name: 'displayName', values: ['Jane Doe'], apply: 'always', mapping: 'users.mapping[0] displayName' },
      { name: 'company', values: ['Contoso'], apply: 'always', mapping: 'users.mapping[1] company' },
      {
        name: 'mail',
        values: ['JANE.DOE@CONTOSO.EXAMPLE'],
        apply: 'always',
        mapping: 'users.mapping[2] mail',
      },
    ]);
    expect(account.problems).toEqual([]);
  });

  it('clears the target when the source is empty, and leaves it alone with clearWhenEmpty: false', () => {
    const account = mapped([
      { target: 'division', source: 'division' },
      { target: 'l', source: 'city', clearWhenEmpty: false },
    ]);
    expect(account.attributes).toEqual([
      { name: 'division', values: [], apply: 'always', mapping: 'users.mapping[0] division' },
    ]);
  });

  it('takes the default in the create only, and only when the source is empty', () => {
    const account = mapped([
      { target: 'division', source: 'division', default: 'none' },
      { target: 'title', source: 'title', default: 'none' },
    ]);
    expect(account.attributes.map(({ name, values, apply }) => [name, values, apply])).toEqual([
      ['division', ['none'], 'create'],
      ['title', ['Engineer'], 'always'],
    ]);
  });

  it('writes nothing empty for a line that applies to the create only', () => {
    expect(mapped([{ target: 'division', source: 'division', apply: 'create' }]).attributes).toEqual([]);
  });

  it('takes the primary value first, all of them when multi-valued, none twice', () => {
    const input = jane({ emails: [{ value: 'a@x' }, { value: 'b@x', primary: true }, { value: 'a@x' }] });
    const account = mapped(
      [
        { target: 'mail', source: 'emails.value' },
        { target: 'proxyAddresses', source: 'emails.value', multiValued: true },
      ],
      input,
    );
    expect(account.attributes.map(({ values }) => values)).toEqual([['b@x'], ['b@x', 'a@x']]);
  });

  it('leaves an attribute alone that IgnoreFlowIfNullOrEmpty drops', () => {
    expect(
      mapped([{ target: 'division', expression: 'IgnoreFlowIfNullOrEmpty([division])' }]).attributes,
    ).toEqual([]);
  });

  it('orders match rules by precedence and gives each its value', () => {
    const account = mapped([
      { target: 'mail', source: 'mail', match: true },
      { target: 'employeeID', source: 'externalId', match: 2 },
      { target: 'userPrincipalName', source: 'userName', unique: true, match: 1 },
    ]);
    expect(account.match).toEqual([
      { attribute: 'userPrincipalName', value: 'jane.doe@contoso.example' },
      { attribute: 'employeeID', value: 'E-1' },
      { attribute: 'mail', value: 'jane.doe@contoso.example' },
    ]);
  });

  it('marks a secret value, by the line or by Redact', () => {
    const account = mapped([
      { target: 'a', constant: 'x', secret: true },
      { target: 'b', expression: 'Redact("x")' },
      { target: 'c', constant: 'x' },
    ]);
    expect(account.attributes.map(({ secret }) => secret)).toEqual([true, true, undefined]);
  });

  it('reports what cannot be computed and leaves that attribute alone', () => {
    const account = mapped([
      { target: 'accountExpires', expression: 'NumFromDate([title])' },
      { target: 'info', expression: 'Redact(CDate([title]))' },
    ]);
    expect(account.attributes).toEqual([]);
    expect(account.problems).toEqual([
      { mapping: 'users.mapping[0] accountExpires', detail: 'NumFromDate cannot read "Engineer" as a date' },
      { mapping: 'users.mapping[1] info', detail: 'the value could not be computed' },
    ]);
  });

  it('gives the ids of a reference, also when a client sent a bare id', () => {
    const lines: MappingLine[] = [{ target: 'manager', reference: 'manager' }];
    const bare = jane({ [ENTERPRISE]: { manager: 'boss-id' } });
    for (const input of [jane(), bare]) {
      expect(mapped(lines, input).references).toEqual([
        { attribute: 'manager', resourceIds: ['boss-id'], mapping: 'users.mapping[0] manager' },
      ]);
    }
    expect(mapped(lines, jane({ [ENTERPRISE]: {} })).references[0]?.resourceIds).toEqual([]);
  });
});

describe('a unique attribute', () => {
  const rules =
    'SelectUniqueValue([name.givenName], Join(".", [givenName], [surname]), [division], [givenName])';

  it('has the rules of SelectUniqueValue as candidates, best first, without empty and repeated ones', () => {
    expect(mapped([{ target: 'sAMAccountName', expression: rules, apply: 'create' }]).unique).toEqual([
      {
        attribute: 'sAMAccountName',
        candidates: ['Jane', 'Jane.Doe'],
        givenByClient: false,
        apply: 'create',
        mapping: 'users.mapping[0] sAMAccountName',
      },
    ]);
  });

  it('is the client’s own when it is mapped directly or is the userName with a suffix', () => {
    const upn = 'IIF(InStr([userName], "@") > 0, [userName], [userName] & "@" & DefaultDomain())';
    const account = mapped(
      [
        { target: 'userPrincipalName', expression: upn, unique: true },
        { target: 'mail', source: 'userName', unique: true },
        { target: 'sAMAccountName', expression: 'Left([userName], 20)', unique: true },
      ],
      jane({ userName: 'jane' }),
    );
    expect(account.unique.map(({ candidates, givenByClient }) => [candidates[0], givenByClient])).toEqual([
      ['jane@corp.example', true],
      ['jane', true],
      ['jane', false],
    ]);
  });

  it('uses what other rules give when one of them cannot be computed', () => {
    const expression = 'SelectUniqueValue(Error("no"), [givenName])';
    const account = mapped([{ target: 'rdn', expression }]);
    expect(account.unique[0]?.candidates).toEqual(['Jane']);
    expect(account.problems).toEqual([]);
  });

  it('is a problem when the relative name is empty', () => {
    const account = mapped([{ target: 'rdn', source: 'nickName' }]);
    expect(account.unique).toEqual([]);
    expect(account.problems).toHaveLength(1);
  });
});

describe('whether the account is enabled', () => {
  it.each([
    [undefined, true],
    [true, true],
    [false, false],
    ['False', false],
  ])('follows active %s', (active, enabled) => {
    const input = jane();
    const attributes = { ...input.attributes };
    delete attributes.active;
    if (active !== undefined) attributes.active = active;
    expect(mapped([], { ...input, attributes }).enabled).toBe(enabled);
  });

  it('follows a line for accountEnabled or accountDisabled', () => {
    expect(
      mapped([{ target: 'accountEnabled', expression: 'IIF([title]="Engineer","False","True")' }]).enabled,
    ).toBe(false);
    expect(
      mapped([{ target: 'accountDisabled', source: 'IsSoftDeleted' }], jane({ active: false })).enabled,
    ).toBe(false);
  });

  it('is left open when the line says nothing, and is a problem when it says neither', () => {
    expect(mapped([{ target: 'accountEnabled', source: 'division' }])).not.toHaveProperty('enabled');
    expect(mapped([{ target: 'accountEnabled', source: 'title' }]).problems).toEqual([
      { mapping: 'users.mapping[0] accountEnabled', detail: '"Engineer" is neither True nor False' },
    ]);
  });

  it('does not apply to groups', () => {
    const group = { id: 'g', resourceType: 'Group', now: NOW, attributes: { displayName: 'Sales' } };
    expect(mapResource(compiled({}, 'Group'), group)).not.toHaveProperty('enabled');
  });
});

describe('the container', () => {
  it('is plain text or an expression, with the macro for the domain', () => {
    expect(mapped([], jane(), { container: 'OU=Staff,DC=corp,DC=example' }).container).toBe(
      'OU=Staff,DC=corp,DC=example',
    );
    const container = 'Switch([department], "OU=Other", "Sales", "OU=Sales") & ",OU=%DomainFQDN%"';
    expect(mapped([], jane(), { container }).container).toBe('OU=Sales,OU=corp.example');
  });

  it('is a problem when the expression gives none', () => {
    expect(mapped([], jane(), { container: '[division]' }).problems).toEqual([
      { mapping: 'container', detail: 'the expression gives no place' },
    ]);
  });
});

describe('what a mapping needs', () => {
  it('lists the paths, groups and facts that it reads and the attributes that it writes', () => {
    const mapping = compiled({
      scope: [[{ attribute: 'groups', operator: 'IS_MEMBER_OF', value: 'VPN' }]],
      container: 'Join(",", [department], "DC=x")',
      mapping: [
        { target: 'rdn', source: 'displayName' },
        { target: 'mail', expression: 'Coalesce([targets.ad.mail], [mail])' },
        { target: 'accountEnabled', source: 'active' },
      ],
    });
    expect(requiredAttributes(mapping)).toEqual([
      'groups',
      `${ENTERPRISE}:department`,
      'displayName',
      'targets.ad.mail',
      'emails[type eq "work"].value',
      'active',
    ]);
    expect(needsGroups(mapping)).toBe(true);
    expect(requiredFacts(mapping)).toEqual(['ad']);
    expect(mappedAttributes(mapping)).toEqual(['mail']);
  });

  it('reads the facts of other targets in any case', () => {
    const input = { ...jane(), facts: { ad: { sAMAccountName: 'jdoe' } } };
    expect(
      mapped([{ target: 'login', source: 'targets.AD.samaccountname' }], input).attributes[0]?.values,
    ).toEqual(['jdoe']);
  });

  it('knows when a result changes with time alone', () => {
    const timed = (line: MappingLine): boolean => compiled({ mapping: [line] }).timeDependent;
    expect(timed({ target: 'a', expression: 'Now()' })).toBe(true);
    expect(timed({ target: 'a', source: 'title' })).toBe(false);
  });
});

describe('faults of a mapping', () => {
  const problems = (line: Partial<MappingLine>) =>
    compileObjectMapping({ mapping: [{ target: 'x', ...line }] }, 'User', { schemas: [] }).problems;

  it.each<[string, Partial<MappingLine>, string, string]>([
    ['no origin', {}, 'mapping[0]', 'needs exactly one of source, constant, expression, reference'],
    ['two origins', { source: 'title', constant: 1 }, 'mapping[0]', 'not source and constant'],
    ['no target', { target: '', source: 'title' }, 'mapping[0].target', 'names no target'],
    [
      'a secret unique value',
      { source: 'title', unique: true, secret: true },
      'mapping[0].secret',
      'cannot be secret',
    ],
    ['a reference once', { reference: 'manager', apply: 'create' }, 'mapping[0].apply', 'always applies'],
    [
      'a reference with a default',
      { reference: 'manager', default: 'x' },
      'mapping[0].default',
      'no default',
    ],
    ['a match of precedence 0', { source: 'title', match: 0 }, 'mapping[0].match', 'counts from 1'],
    [
      'a unique list',
      { source: 'title', unique: true, multiValued: true },
      'mapping[0].multiValued',
      'one value',
    ],
    ['a misspelt attribute', { source: 'usrName' }, 'mapping[0].source', 'did you mean userName?'],
    ['an unclosed text', { expression: 'Append([title], "x)' }, 'mapping[0].expression', 'no closing "'],
    [
      'a volatile value that always applies',
      { expression: 'Guid()' },
      'mapping[0].expression',
      'apply: create',
    ],
    [
      'a match by candidates',
      { expression: 'SelectUniqueValue("a","b")', match: 1 },
      'mapping[0].match',
      'after matching',
    ],
  ])('%s is reported where it is', (_name, line, path, detail) => {
    expect(problems(line)).toEqual([
      expect.objectContaining({ path, detail: expect.stringContaining(detail) as string }),
    ]);
  });

  it('include a line that is not one', () => {
    const mapping = [null, 7] as unknown as MappingLine[];
    const { problems } = compileObjectMapping({ mapping }, 'User');
    expect(problems.map(({ path }) => path)).toEqual(['mapping[0].target', 'mapping[1].target']);
  });

  it('include a line for members, which are delivered as edges', () => {
    const { problems } = compileObjectMapping(
      { mapping: [{ target: 'member', reference: 'members' }] },
      'Group',
    );
    expect(problems).toEqual([expect.objectContaining({ path: 'mapping[0].reference' })]);
  });

  it('come all at once, with the position in the expression', () => {
    const { problems: all } = compileObjectMapping(
      {
        scope: [[{ attribute: 'department', operator: 'EQUAL', value: 'x' }]],
        container: '[x',
        mapping: [
          { target: 'a', expression: 'Join(" ",\n  Jon([title]))' },
          { target: 'A', source: 'title' },
        ],
      },
      'User',
    );
    expect(all).toEqual([
      { path: 'scope[0][0].operator', detail: 'EQUAL is not an operator; did you mean EQUALS?' },
      { path: 'container', detail: 'this attribute has no closing ]', position: { line: 1, column: 1 } },
      {
        path: 'mapping[0].expression',
        detail: 'there is no function Jon; did you mean Join?',
        position: { line: 2, column: 3 },
      },
      { path: 'mapping[1].target', detail: 'A is already mapped by mapping[0]' },
    ]);
  });
});
