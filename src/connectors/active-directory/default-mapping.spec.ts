import { compileObjectMapping, mapResource } from '../../mapping/index.js';
import { activeDirectory } from './index.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const registry = SchemaRegistry.builtIn();

function mapped(resourceType: 'User' | 'Group', attributes: Record<string, unknown>) {
  const type = registry.resourceType(resourceType)!;
  const { mapping, problems } = compileObjectMapping(
    activeDirectory.defaultMapping[resourceType]!,
    resourceType,
    {
      defaultDomain: 'corp.example.test',
      domainFqdn: 'corp.example.test',
      schemas: [type.schema, ...type.extensions.map(({ schema }) => schema)],
    },
  );
  expect(problems).toEqual([]);
  return mapResource(mapping, { id: 'x', resourceType, attributes: attributes as never, now: new Date(0) });
}

describe('The default mapping', () => {
  it("places each of Entra's default attributes", () => {
    const account = mapped('User', {
      userName: 'nora.quill@contoso.example',
      displayName: 'Nora Quill',
      active: true,
      title: 'Analyst',
      preferredLanguage: 'en-GB',
      name: { givenName: 'Nora', familyName: 'Quill' },
      emails: [{ type: 'work', value: 'nora@contoso.example' }],
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '2' },
        { type: 'fax', value: '3' },
      ],
      addresses: [
        {
          type: 'work',
          streetAddress: 'Mill 1',
          locality: 'Leeds',
          region: 'York',
          postalCode: 'LS1',
          country: 'GB',
          formatted: 'Room 4',
        },
      ],
      [ENTERPRISE]: {
        employeeNumber: '7',
        department: 'Pay',
        organization: 'Contoso',
        division: 'North',
        manager: { value: 'boss' },
      },
    });
    expect(account.problems).toEqual([]);
    expect(
      Object.fromEntries(
        account.attributes
          .filter(({ values }) => values.length > 0)
          .map(({ name, values }) => [name, values[0]]),
      ),
    ).toEqual({
      displayName: 'Nora Quill',
      givenName: 'Nora',
      sn: 'Quill',
      title: 'Analyst',
      mail: 'nora@contoso.example',
      preferredLanguage: 'en-GB',
      telephoneNumber: '1',
      mobile: '2',
      facsimileTelephoneNumber: '3',
      streetAddress: 'Mill 1',
      l: 'Leeds',
      st: 'York',
      postalCode: 'LS1',
      country: 'GB',
      physicalDeliveryOfficeName: 'Room 4',
      employeeID: '7',
      department: 'Pay',
      division: 'North',
      company: 'Contoso',
    });
    expect(
      account.unique.map(({ attribute, candidates, givenByClient, apply }) => [
        attribute,
        candidates,
        givenByClient,
        apply,
      ]),
    ).toEqual([
      ['rdn', ['Nora Quill', 'Nora Quill (nora.quill)'], false, 'always'],
      ['sAMAccountName', ['nora.quill'], false, 'create'],
      ['userPrincipalName', ['nora.quill@contoso.example'], true, 'always'],
    ]);
    expect(account.references).toMatchObject([{ attribute: 'manager', resourceIds: ['boss'] }]);
    expect(account.enabled).toBe(true);
  });

  it.each([
    [
      { userName: 'jane', displayName: 'Jane Doe', name: { formatted: 'J. Doe' } },
      'Jane Doe',
      'jane@corp.example.test',
    ],
    [{ userName: 'jane@contoso.example', name: { formatted: 'J. Doe' } }, 'J. Doe', 'jane@contoso.example'],
    [{ userName: 'jane' }, 'jane', 'jane@corp.example.test'],
  ])('names %j', (attributes, rdn, principal) => {
    const { unique } = mapped('User', attributes);
    expect(unique.find(({ attribute }) => attribute === 'rdn')!.candidates[0]).toBe(rdn);
    expect(unique.find(({ attribute }) => attribute === 'userPrincipalName')).toMatchObject({
      candidates: [principal],
      givenByClient: true,
    });
  });

  it('names a group by its display name', () => {
    const { unique, attributes } = mapped('Group', { displayName: 'Sales / EMEA' });
    expect(unique.map(({ attribute, candidates, apply }) => [attribute, candidates, apply])).toEqual([
      ['rdn', ['Sales / EMEA'], 'always'],
      ['sAMAccountName', ['Sales / EMEA'], 'always'],
    ]);
    expect(attributes).toMatchObject([{ name: 'displayName', values: ['Sales / EMEA'] }]);
    const settings = new activeDirectory.Settings();
    expect(activeDirectory.expandCandidates!(settings, 'Group', 'sAMAccountName', ['Sales / EMEA'])[0]).toBe(
      'Sales EMEA',
    );
  });
});
