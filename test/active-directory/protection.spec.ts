import { Attribute, Change, type Client } from 'ldapts';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, user, type Person } from './domain.js';

describe('Members of protected groups', () => {
  const lab = useLab('ad-protection');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    ad = connect(lab(), {
      settings: { protected: { groups: ['adp-mail', `CN=adp-named,${lab().unmanagedOu}`] } },
    });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });

  const dnOf = async (name: string) =>
    (await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`, ['dn']))[0]!.dn[0]!;
  const change = async (dn: string, operation: 'add' | 'replace' | 'delete', type: string, value: string) =>
    admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values: [value] }) }));
  const makeGroup = (name: string, groupType: string, member: string) =>
    admin.add(`CN=${name},${lab().unmanagedOu}`, {
      objectClass: 'group',
      sAMAccountName: name,
      groupType,
      member,
    });
  const refused = (person: Person) =>
    Promise.all(
      [person.plan({ password: undefined, attributes: { title: 'x' } }), person.planRemoval('delete')].map(
        (plan) =>
          expect(plan).rejects.toMatchObject({
            kind: 'rejected',
            detail: expect.stringMatching(/member of/),
          }),
      ),
    );

  it('are refused where the group is only their primary group, which no memberOf names', async () => {
    const person = user(ad, 'adp-primary');
    await person.apply();
    const dn = await dnOf('adp-primary');
    const admins = await dnOf('Domain Admins');
    await change(admins, 'add', 'member', dn);
    await change(dn, 'replace', 'primaryGroupID', '512');
    await change(await dnOf('Domain Users'), 'delete', 'member', dn);
    const [entry] = await ldapsearch(lab(), lab().baseDn, '(sAMAccountName=adp-primary)', [
      'memberOf',
      'adminCount',
    ]);
    expect(entry).not.toHaveProperty('memberof');
    expect(entry).not.toHaveProperty('admincount');
    await refused(person);
  });

  it.each([
    ['a security group of the settings', 'adp-named', '-2147483646'],
    ['a distribution group of the settings, which is in no token', 'adp-mail', '2'],
  ])('are refused in %s, through another group, and free again outside it', async (_, name, type) => {
    const person = user(ad, `${name}-user`);
    await person.apply();
    const nested = `${name}-in`;
    await makeGroup(nested, type, await dnOf(`${name}-user`));
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
    await makeGroup(name, type, `CN=${nested},${lab().unmanagedOu}`);
    await refused(person);
    await change(`CN=${name},${lab().unmanagedOu}`, 'delete', 'member', `CN=${nested},${lab().unmanagedOu}`);
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
  });
});
