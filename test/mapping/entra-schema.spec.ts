import { compileObjectMapping, importEntraSchema } from '../../src/mapping/index.js';

const attribute = (target: string, source: object, more: object = {}) => ({
  targetAttributeName: target,
  defaultValue: '',
  exportMissingReferences: false,
  flowBehavior: 'FlowWhenChanged',
  flowType: 'Always',
  matchingPriority: 0,
  source: { parameters: [], ...source },
  ...more,
});
const from = (name: string) => ({ type: 'Attribute', name, expression: `[${name}]` });
const computed = (expression: string) => ({ type: 'Function', name: 'Function', expression });
const schema = (objectMappings: object[]) => ({
  id: 'x',
  version: 'y',
  synchronizationRules: [
    {
      name: 'rule',
      sourceDirectoryName: 'Microsoft Entra ID',
      targetDirectoryName: 'target',
      objectMappings,
    },
  ],
});

const TO_AD = schema([
  {
    name: 'API2Active Directory',
    enabled: true,
    sourceObjectName: 'User',
    targetObjectName: 'user',
    flowTypes: 'Add, Update',
    scope: {
      groups: [
        {
          name: 'Sales',
          clauses: [
            { operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Sales'] } },
            { operatorName: 'IS NOT NULL', sourceOperandName: 'mail', targetOperand: { values: [] } },
          ],
        },
        {
          name: 'Odd',
          clauses: [
            { operatorName: 'VALID CERT MATCH', sourceOperandName: 'mail', targetOperand: { values: ['x'] } },
          ],
        },
      ],
    },
    attributeMappings: [
      attribute('employeeID', from('employeeId'), { matchingPriority: 1 }),
      attribute('cn', computed('Join(" ", [givenName], [surname])'), { flowType: 'ObjectAddOnly' }),
      attribute(
        'sAMAccountName',
        computed('SelectUniqueValue(Left([mailNickname], 20), Left([userPrincipalName], 20))'),
        { flowType: 'ObjectAddOnly' },
      ),
      attribute(
        'parentDistinguishedName',
        computed('Switch([department], "OU=Other,DC=x", "Sales", "OU=Sales,DC=x")'),
      ),
      attribute('accountDisabled', computed('Not([accountEnabled])')),
      attribute('manager', from('manager')),
      attribute('company', { type: 'Constant', name: 'Contoso', expression: '"Contoso"' }),
      attribute('title', from('jobTitle'), { defaultValue: 'Staff', flowType: 'ValueAddOnly' }),
      attribute('personalTitle', from('WorkdayTitle')),
      attribute('info', computed('Frobnicate([mail])')),
      attribute('unicodePwd', computed('RandomString(16,2,2,2,2)')),
    ],
  },
]);

describe('an exported schema that writes to Active Directory', () => {
  const { documents, report } = importEntraSchema(TO_AD);

  it('is carried over line by line', () => {
    expect(documents.users?.mapping).toEqual([
      { target: 'employeeID', source: 'employeeId', match: 1 },
      { target: 'rdn', expression: 'Join(" ", [givenName], [surname])', apply: 'create' },
      {
        target: 'sAMAccountName',
        expression: 'SelectUniqueValue(Left([mailNickname], 20), Left([userPrincipalName], 20))',
        apply: 'create',
        unique: true,
      },
      { target: 'accountDisabled', expression: 'Not([accountEnabled])' },
      { target: 'manager', reference: 'manager' },
      { target: 'company', constant: 'Contoso' },
      { target: 'title', source: 'jobTitle', default: 'Staff' },
    ]);
    expect(documents.users?.container).toBe(
      'Switch([department], "OU=Other,DC=x", "Sales", "OU=Sales,DC=x")',
    );
    expect(documents.users?.actions).toEqual({ create: true, update: true, delete: false });
    expect(documents.groups).toBeUndefined();
  });

  it('compiles as it stands', () => {
    expect(documents.users && compileObjectMapping(documents.users, 'User').problems).toEqual([]);
  });

  it('keeps whole filters only', () => {
    expect(documents.users?.scope).toEqual([
      [
        { attribute: 'department', operator: 'EQUALS', value: 'Sales' },
        { attribute: 'mail', operator: 'IS NOT NULL' },
      ],
    ]);
  });

  it('reports what has no counterpart, with the reason', () => {
    expect(
      report.filter(({ result }) => result === 'dropped').map(({ subject, detail }) => [subject, detail]),
    ).toEqual([
      ['personalTitle', 'WorkdayTitle: WorkdayTitle is not a known attribute'],
      ['info', 'Frobnicate([mail]): there is no function Frobnicate'],
      ['unicodePwd', 'passwords are generated or sealed by the gateway, never mapped'],
      ['scope', 'the filter with mail VALID CERT MATCH x: VALID CERT MATCH is not an operator'],
    ]);
    expect(report.filter(({ result }) => result === 'changed').map(({ subject }) => subject)).toEqual([
      'cn',
      'sAMAccountName',
      'parentDistinguishedName',
      'title',
    ]);
  });
});

describe('an exported schema of a SCIM application', () => {
  const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const { documents, report } = importEntraSchema(
    schema([
      {
        sourceObjectName: 'User',
        targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:User',
        attributeMappings: [
          attribute('userName', from('userPrincipalName'), { matchingPriority: 1 }),
          attribute('active', computed('Switch([IsSoftDeleted], , "False", "True", "True", "False")')),
          attribute('emails[type eq "work"].value', from('mail')),
          attribute(`${ENTERPRISE}:department`, from('department')),
          attribute(`${ENTERPRISE}:manager`, from('manager')),
          attribute('externalId', from('objectId')),
          attribute('urn:example:x:2.0:User:tag', from('extensionAttribute1')),
        ],
      },
      {
        sourceObjectName: 'Group',
        targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:Group',
        attributeMappings: [
          attribute('displayName', from('displayName')),
          attribute('members', from('members')),
          attribute('externalId', from('objectId')),
        ],
      },
    ]),
  );

  it('gives each SCIM attribute its usual place in the directory', () => {
    expect(documents.users?.mapping).toEqual([
      { target: 'userPrincipalName', source: 'userName', unique: true, match: 1 },
      { target: 'accountEnabled', source: 'active' },
      { target: 'mail', source: 'emails[type eq "work"].value' },
      { target: 'department', source: `${ENTERPRISE}:department` },
      { target: 'manager', reference: 'manager' },
    ]);
    expect(documents.groups?.mapping).toEqual([{ target: 'displayName', source: 'displayName' }]);
  });

  it('reports expressions that Entra goes on computing and attributes without a place', () => {
    expect(report.map(({ where, subject, result }) => [where, subject, result])).toEqual([
      ['users', 'accountEnabled', 'changed'],
      ['users', 'externalId', 'changed'],
      ['users', 'urn:example:x:2.0:User:tag', 'dropped'],
      ['groups', 'members', 'changed'],
      ['groups', 'externalId', 'changed'],
    ]);
  });
});

describe('what an import leaves out', () => {
  it('takes nobody into scope when every filter was lost', () => {
    const scope = {
      groups: [
        { clauses: [{ operatorName: 'ODD', sourceOperandName: 'mail', targetOperand: { values: ['x'] } }] },
      ],
    };
    const { documents } = importEntraSchema(
      schema([{ sourceObjectName: 'User', scope, attributeMappings: [] }]),
    );
    expect(documents.users?.scope).toEqual([[{ attribute: 'id', operator: 'IS NULL' }]]);
  });

  it.each([[null], ['text'], [[]], [{}], [{ synchronizationRules: 'x' }]])(
    'says that %j is no exported schema',
    (json) => {
      expect(importEntraSchema(json)).toEqual({
        documents: {},
        report: [expect.objectContaining({ where: 'schema' })],
      });
    },
  );

  it('leaves out mappings that are switched off, of other objects or given twice', () => {
    const user = { sourceObjectName: 'User', attributeMappings: [] };
    const { documents, report } = importEntraSchema(
      schema([{ ...user, enabled: false }, { sourceObjectName: 'Device' }, user, user]),
    );
    expect(Object.keys(documents)).toEqual(['users']);
    expect(report.map(({ detail }) => detail)).toEqual([
      'it is switched off',
      'Device objects are neither users nor groups',
      'users are already mapped by an earlier object mapping',
    ]);
  });
});
