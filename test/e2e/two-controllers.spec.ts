import type { Lab } from '../../scripts/lab/lab.mjs';
import { connect, soon, user } from '../active-directory/domain.js';
import { LdapProxy } from '../active-directory/proxy/ldap-proxy.js';
import { describeWithPair } from '../pair.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch, type Entry } from './ldapsearch.js';
import { UNICODE_PWD, versionsIn } from './replication-metadata.js';

const people = 12;
const lanes = 3;
const attributes = ['cn', 'title', 'sAMAccountName', 'objectGUID', 'replPropertyMetaData'];

describeWithPair('Two domain controllers that replicate with each other', (pair) => {
  const accounts = (lab: Lab, name: string) => ldapsearch(lab, lab.usersOu, `(cn=${name}*)`, attributes);
  const conflicts = (lab: Lab) =>
    ldapsearch(lab, lab.landfallOu, '(|(cn=*CNF:*)(sAMAccountName=$DUPLICATE-*))', ['cn', 'objectGUID']);
  const facts = (entries: Entry[]) =>
    entries.map((each) => [each.objectguid![0], each.cn![0], each.title?.[0]].join('|')).sort();

  it('tell each other what they were told', async () => {
    const { first, second, replicate } = pair();
    await user(connect(first), 'two-first').apply();
    await user(connect(second), 'two-second').apply();
    expect(await accounts(second, 'two-first')).toEqual([]);
    await replicate();
    expect(facts(await accounts(first, 'two-'))).toHaveLength(2);
    expect(facts(await accounts(second, 'two-'))).toEqual(facts(await accounts(first, 'two-')));
  }, 60_000);

  describe('when the first fails in the middle of a cycle', () => {
    const name = 'Twin';
    let gateway: GatewayProcess;
    let entra: EntraClient;
    let first: LdapProxy;
    let second: LdapProxy;

    beforeAll(async () => {
      first = await LdapProxy.start(pair().first);
      second = await LdapProxy.start(pair().second);
      gateway = await GatewayProcess.start(pair().first, {
        servers: [first.url, second.url],
        target: '  timeouts: { connectMs: 1000, operationMs: 1500 }\n  replicationSeconds: 10\n',
      });
      entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    }, 60_000);
    afterAll(async () => {
      await gateway?.stop();
      await first?.stop();
      await second?.stop();
    }, 30_000);

    /** As Entra does it: create, change, and put into a group; several people at a time. */
    async function cycle(group: string): Promise<void> {
      const lane = async (from: number) => {
        for (let n = from; n < people; n += lanes) {
          const made = await entra.send('POST', '/Users', {
            schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
            userName: `twin${n}@contoso.example`,
            displayName: `${name} ${n}`,
            title: 'Draft',
            active: true,
          });
          expect(made.status).toBe(201);
          const { id } = made.body;
          await entra.patch(`/Users/${id}`, { op: 'Replace', path: 'title', value: 'Final' });
          await entra.patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ value: id }] });
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    }

    /** The first carries out one more create, whose answer is lost; from then on it answers nobody. */
    async function failAtCreate(count: number): Promise<string> {
      let adds = 0;
      let lost: string | undefined;
      first.rules = [
        {
          when: ({ operation, dn }) => operation === 'add' && ++adds === count && (lost = dn) !== undefined,
          then: 'reset-after-send',
        },
        { when: () => lost !== undefined, then: 'reset-before-send' },
      ];
      const carriedOut = async () =>
        lost !== undefined &&
        (await ldapsearch(pair().first, pair().first.usersOu, `(distinguishedName=${lost})`, ['cn']))
          .length === 1;
      while (!(await carriedOut())) await pause(20);
      await first.stop();
      return lost!;
    }

    const membersOf = async (lab: Lab) =>
      (await ldapsearch(lab, lab.groupsOu, `(cn=${name} team)`, ['member']))[0]?.member?.toSorted();

    it('the second gets everyone once, though it lags behind', async () => {
      const { first: one, second: two, replicate } = pair();
      const group = await entra.send('POST', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: `${name} team`,
      });
      const [lost] = await Promise.all([failAtCreate(people / 2), cycle(group.body.id)]);
      await pause(2000);
      expect(await accounts(two, name)).toEqual([]);
      const before = await accounts(one, name);
      expect(before.length).toBeGreaterThanOrEqual(people / 2);

      await replicate();
      await one.kill();
      await gateway.settled(60_000);

      const found = await accounts(two, name);
      expect(found.map(({ cn, title }) => `${cn![0]}|${title![0]}`).sort()).toEqual(
        Array.from({ length: people }, (_, n) => `${name} ${n}|Final`).sort(),
      );
      expect(found.map(({ objectguid }) => objectguid![0])).toEqual(
        expect.arrayContaining(before.map(({ objectguid }) => objectguid![0])),
      );
      expect(await membersOf(two)).toEqual(found.map(({ dn }) => dn[0]!).sort());
      expect(found.map(passwordWrites)).toEqual(found.map(() => 1));
      const added = second.requests.filter(({ operation }) => operation === 'add').map(({ dn }) => dn);
      expect(added).toHaveLength(people - before.length);
      expect(added).not.toContain(lost);
    }, 120_000);

    it('both hold the same once it is back', async () => {
      const { first: one, second: two, replicate } = pair();
      await one.start();
      await replicate();
      expect(facts(await accounts(one, name))).toEqual(facts(await accounts(two, name)));
      expect((await accounts(one, name)).map(passwordWrites)).toEqual(
        Array.from({ length: people }, () => 1),
      );
      expect(await membersOf(one)).toEqual(await membersOf(two));
      expect(await membersOf(one)).toHaveLength(people);
      expect(await conflicts(one)).toEqual([]);
      expect(await conflicts(two)).toEqual([]);
    }, 60_000);
  });

  it('leave one account of two made on both at once to an administrator', async () => {
    const { first, second, replicate } = pair();
    const twins = [first, second].map((lab) => user(connect(lab), 'two-conflict', { id: 'two-conflict' }));
    for (const twin of twins) await twin.apply();
    await replicate();

    const lost = await conflicts(first);
    expect(lost).toHaveLength(1);
    expect((await conflicts(second)).map(({ objectguid }) => objectguid)).toEqual([lost[0]!.objectguid]);
    for (const twin of twins)
      expect(await twin.connector.match(twin.subject(), soon())).toMatchObject({
        kind: 'refused',
        detail: expect.stringContaining('replication conflict'),
      });
  }, 60_000);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const passwordWrites = (entry: Entry) =>
  versionsIn(Buffer.from(entry.replpropertymetadata![0]!, 'hex')).get(UNICODE_PWD);
