import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { sidOf } from '../../src/connectors/active-directory/values/sid.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { useLab } from '../lab.js';
import { connect, soon, user } from './domain.js';
import { LdapProxy } from './proxy/ldap-proxy.js';

/** Set-up may use the administrator, the gateway under test never. */
describe('The account that the gateway is tested with', () => {
  const lab = useLab('ad-account');
  let service: Client;
  beforeAll(async () => {
    service = new Client({ url: lab().ldapUrl, tlsOptions: { ca: readFileSync(lab().caFile) } });
    await service.bind(lab().bindDn, lab().bindPassword);
  });
  afterAll(() => service?.unbind());

  const titled = (dn: string) =>
    service.modify(
      dn,
      new Change({ operation: 'replace', modification: new Attribute({ type: 'title', values: ['x'] }) }),
    );

  it('is in no group but those that everybody is in', async () => {
    const { searchEntries } = await service.search(lab().bindDn, {
      scope: 'base',
      attributes: ['tokenGroups', 'adminCount', 'primaryGroupID'],
      explicitBufferAttributes: ['tokenGroups'],
    });
    const { tokenGroups, adminCount, primaryGroupID } = searchEntries[0]!;
    const relative = (tokenGroups as Buffer[]).map((sid) =>
      sidOf(sid).replace(/^S-1-5-21-\d+-\d+-\d+-/, 'domain-'),
    );
    expect({ relative: relative.sort(), adminCount, primaryGroupID }).toEqual({
      relative: ['S-1-5-32-545', 'domain-513'],
      adminCount: [],
      primaryGroupID: '513',
    });
  });

  it('can make and change nothing outside the managed scope', async () => {
    const outside = { objectClass: 'user', sAMAccountName: 'ada-outside', userAccountControl: '514' };
    for (const place of [lab().unmanagedOu, `CN=Users,${lab().baseDn}`])
      await expect(service.add(`CN=ada-outside,${place}`, outside)).rejects.toMatchObject({ code: 50 });
    for (const dn of [lab().adminDn, `CN=Guest,CN=Users,${lab().baseDn}`])
      await expect(titled(dn)).rejects.toMatchObject({ code: 50 });
    const [admins] = await ldapsearch(lab(), lab().baseDn, '(sAMAccountName=Domain Admins)', ['dn']);
    const itself = new Attribute({ type: 'member', values: [lab().bindDn] });
    await expect(
      service.modify(admins!.dn[0]!, new Change({ operation: 'add', modification: itself })),
    ).rejects.toMatchObject({ code: 50 });
  });

  it('is the only one that the connector signs in as', async () => {
    const proxy = await LdapProxy.start(lab());
    const ad = connect(lab(), { settings: { servers: [proxy.url], pool: { size: 3 } } });
    try {
      const people = ['ada-one', 'ada-two', 'ada-three'].map((name) => user(ad, name));
      await Promise.all(people.map((person) => person.apply()));
      for await (const _ of ad.list('User', soon())) break;
      await ad.check(soon());
      const binds = proxy.requests.filter(({ operation }) => operation === 'bind');
      expect(binds.length).toBeGreaterThan(2);
      expect(new Set(binds.map(({ dn }) => dn))).toEqual(new Set([lab().bindDn]));
    } finally {
      await ad.close();
      await proxy.stop();
    }
  });

  it('is the one of every test: the administrator signs in where domains are prepared and read, and nowhere else', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('service-account.spec.ts'))
      .filter((name) => /adminPassword/.test(readFileSync(join('test', name), 'utf8')));
    expect(files.sort()).toEqual([
      'active-directory/proxy/ldap-proxy.spec.ts',
      'e2e/ldapsearch.ts',
      'lab.ts',
      'scale/active-directory.scale.ts',
    ]);
  });
});
