import { LdapProxy } from '../active-directory/proxy/ldap-proxy.js';
import { adminClient, useOwnLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';
import { TITLE, UNICODE_PWD, versionsIn } from './replication-metadata.js';

const people = 16;
const lanes = 4;
const range = Array.from({ length: people }, (_, n) => n);

/** Two addresses of one domain; the first is the one in use until it fails. */
describe('A domain controller that fails in the middle of a cycle', () => {
  const lab = useOwnLab();
  let gateway: GatewayProcess;
  let entra: EntraClient;
  let first: LdapProxy;
  let second: LdapProxy;

  beforeEach(async () => {
    first = await LdapProxy.start(lab());
    second = await LdapProxy.start(lab());
    gateway = await GatewayProcess.start(lab(), {
      servers: [first.url, second.url],
      target: '  timeouts: { connectMs: 1000, operationMs: 1500 }\n  replicationSeconds: 2\n',
    });
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
  }, 60_000);
  afterEach(async () => {
    await gateway?.stop();
    await first?.stop();
    await second?.stop();
  }, 30_000);

  /** As Entra does it: look, create, change, and put into a group; several people at a time. */
  async function cycle(name: string, group: string): Promise<void> {
    const lane = async (from: number) => {
      for (let n = from; n < people; n += lanes) {
        const userName = `${name}${n}@contoso.example`;
        await entra.send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
        const made = await entra.send('POST', '/Users', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName,
          displayName: `${name} ${n}`,
          title: 'Draft',
          active: true,
        });
        expect(made.status).toBe(201);
        const { id } = made.body;
        const changed = await entra.patch(`/Users/${id}`, { op: 'Replace', path: 'title', value: 'Final' });
        expect(changed.status).toBe(200);
        const joined = await entra.patch(`/Groups/${group}`, {
          op: 'Add',
          path: 'members',
          value: [{ value: id }],
        });
        expect(joined.status).toBe(204);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  }

  async function writesOf(cn: string): Promise<Map<number, number>> {
    const admin = await adminClient(lab());
    const { searchEntries } = await admin.search(lab().usersOu, {
      filter: `(cn=${cn})`,
      attributes: ['replPropertyMetaData'],
      explicitBufferAttributes: ['replPropertyMetaData'],
    });
    await admin.unbind();
    return versionsIn(searchEntries[0]!['replPropertyMetaData'] as Buffer);
  }

  it.each([
    ['is switched off', () => first.stop()],
    // Nothing is answered any more and nothing is closed: what a half-open connection looks like.
    ['falls silent', async () => void (first.rules = [{ when: () => true, then: 'stall' }])],
  ])(
    'loses nothing and does nothing twice when it %s',
    async (how, fail) => {
      const name = how.replace(/\W/g, '');
      const group = await entra.send('POST', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: `${name} team`,
      });
      const added = () => first.requests.filter(({ operation }) => operation === 'add').length;
      const running = cycle(name, group.body.id);
      while (added() < people / 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await fail();
      await running;
      await gateway.settled(20_000);

      const found = await ldapsearch(lab(), lab().usersOu, `(cn=${name}*)`, [
        'cn',
        'title',
        'userPrincipalName',
      ]);
      const line = (cn: string, title: string, upn: string) => `${cn}|${title}|${upn}`;
      expect(
        found.map((each) => line(each.cn![0]!, each.title![0]!, each.userprincipalname![0]!)).sort(),
      ).toEqual(range.map((n) => line(`${name} ${n}`, 'Final', `${name}${n}@contoso.example`)).sort());
      const [team] = await ldapsearch(lab(), lab().groupsOu, `(cn=${name} team)`, ['member']);
      expect(team!.member!.toSorted()).toEqual(found.map(({ dn }) => dn[0]!).sort());
      for (const n of range) {
        const written = await writesOf(`${name} ${n}`);
        // Two titles may be written as one; a password is set once, whoever asks again.
        expect(written.get(TITLE)).toBeLessThanOrEqual(2);
        expect(written.get(UNICODE_PWD)).toBe(1);
      }
      expect(second.requests.some(({ operation }) => operation === 'add')).toBe(true);
    },
    90_000,
  );
});
