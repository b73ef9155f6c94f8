import { SchemaRegistry } from '../../schema/schema-registry.js';
import { placeOf } from './resource-place.js';
import { ReverseMapping } from './reverse-mapping.js';

const type = SchemaRegistry.builtIn().resourceType('User')!;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const account = (attributes: Record<string, string[]>, enabled?: boolean) => ({
  anchor: 'a',
  description: 'CN=Nora',
  attributes,
  ...(enabled === undefined ? {} : { enabled }),
});

describe('ReverseMapping', () => {
  const mapping = new ReverseMapping(
    [
      { target: 'userPrincipalName', source: 'userName' },
      { target: 'sn', source: 'surname' },
      { target: 'mail', source: 'emails[type eq "work" and primary eq true].value' },
      { target: 'l', source: 'addresses[type eq "work"].locality' },
      { target: 'postalCode', source: 'addresses[type eq "work"].postalCode' },
      { target: 'department', source: `${ENTERPRISE}:department` },
      { target: 'otherMailbox', source: 'emails[type eq "other"].value', multiValued: true },
      { target: 'cn', expression: 'Join(" ", [givenName], [surname])' },
      { target: 'accountEnabled', source: 'active' },
      { target: 'manager', reference: 'manager' },
    ],
    type,
  );

  it('reads direct sources back, with the elements that value paths name', () => {
    const read = mapping.read(
      account(
        {
          USERPRINCIPALNAME: ['nora@contoso.example'],
          sn: ['Nordahl'],
          mail: ['nora@contoso.example'],
          l: ['Oslo'],
          postalCode: ['0150'],
          department: ['Sales'],
          otherMailbox: ['a@x.example', 'b@x.example'],
          cn: ['Nora Nordahl'],
        },
        false,
      ),
    );
    expect(read).toEqual({
      kind: 'resource',
      attributes: {
        userName: 'nora@contoso.example',
        name: { familyName: 'Nordahl' },
        emails: [
          { type: 'work', primary: true, value: 'nora@contoso.example' },
          { type: 'other', value: 'a@x.example' },
          { type: 'other', value: 'b@x.example' },
        ],
        addresses: [{ type: 'work', locality: 'Oslo', postalCode: '0150' }],
        [ENTERPRISE]: { department: 'Sales' },
        active: false,
      },
    });
  });

  it('rejects an account that lacks a required attribute, and names it', () => {
    const read = mapping.read(account({ sn: ['Nordahl'] }));
    expect(read).toMatchObject({ kind: 'rejected', detail: expect.stringContaining('userName') });
  });

  it.each([
    'id',
    'externalId',
    'meta.created',
    'groups',
    'targets.ad.mail',
    'emails[type ne "work"].value',
    '[[[',
  ])('has no place for %s', (source) => expect(placeOf(source, type)).toBeUndefined());
});
