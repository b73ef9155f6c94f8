import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { adminClient, useOwnLab } from '../lab.js';
import { usePostgres } from '../postgres.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const people = 40;
/** Attribute ids of the prefix table, [MS-DRSR] 5.12.2. */
const title = 0x0000000c;
const userPrincipalName = 0x00090290;
const database = 'LANDFALL_TEST_REPLICAS';
const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** Several machines behind one address: whichever serves, the domain hears of each change once. */
describe('Three gateways on one database', () => {
  const gateways: GatewayProcess[] = [];
  const clients: EntraClient[] = [];
  // Hooks run in this order: the gateways end before the database and the domain do.
  afterAll(async () => {
    delete process.env[database];
    for (const gateway of gateways) await gateway.stop();
  });
  const lab = useOwnLab();
  const url = usePostgres();

  beforeAll(async () => {
    process.env[database] = url();
    // What one has sealed another delivers.
    const sealingKey = randomBytes(32).toString('base64');
    for (let n = 0; n < 3; n++) {
      gateways.push(
        await GatewayProcess.start(lab(), {
          store: `engine: postgres\nurl: env:${database}\n`,
          delivery: 'reconcile: { every: 1h }\n',
          files: { '../secrets/sealing-key': sealingKey },
        }),
      );
      clients.push(new EntraClient(gateways[n]!.scimUrl, gateways[n]!.tokens.entra));
    }
  }, 120_000);

  /** How often the domain controller has written each attribute of each user: replPropertyMetaData, [MS-DRSR] 5.164. */
  const metadata = async () => {
    const admin = await adminClient(lab());
    const { searchEntries } = await admin.search(lab().usersOu, {
      filter: '(objectClass=user)',
      attributes: ['replPropertyMetaData'],
      explicitBufferAttributes: ['replPropertyMetaData'],
    });
    await admin.unbind();
    return searchEntries.map(({ replPropertyMetaData }) => {
      const bytes = replPropertyMetaData as Buffer;
      const rows = Array.from({ length: bytes.readUInt32LE(8) }, (_, n) => 16 + n * 48);
      return new Map(rows.map((at) => [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]));
    });
  };

  it('deliver each of a few hundred changes once, as the domain has counted', async () => {
    let turn = 0;
    const next = () => clients[turn++ % 3]!;
    const group = (
      await next().send('POST', '/Groups', { schemas: [`${core}:Group`], displayName: 'Replica team' })
    ).body.id;
    const refused: unknown[] = [];
    const told = async (answer: ReturnType<EntraClient['send']>) => {
      const { status, body } = await answer;
      if (status >= 300) refused.push([status, body]);
      return body;
    };
    await Promise.all(
      Array.from({ length: people }, async (_, n) => {
        const { id } = await told(
          next().send('POST', '/Users', {
            schemas: [`${core}:User`],
            userName: `replica${n}@contoso.example`,
            displayName: `Replica ${n}`,
            active: true,
          }),
        );
        for (const value of ['One', 'Two', 'Three'])
          await told(next().patch(`/Users/${id}`, { op: 'Replace', path: 'title', value }));
        await told(next().patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ value: id }] }));
      }),
    );
    expect(refused).toEqual([]);
    await gateways[0]!.settled(60_000);
    const found = await ldapsearch(lab(), lab().usersOu, '(objectClass=user)', [
      'userPrincipalName',
      'title',
      'uSNChanged',
    ]);
    expect(found).toHaveLength(people);
    expect(new Set(found.map((entry) => entry.title![0]))).toEqual(new Set(['Three']));
    // Each PATCH waited for its delivery: no title was written a fourth time, no name a second time.
    for (const versions of await metadata()) {
      expect(versions.get(title)).toBeGreaterThan(0);
      expect(versions.get(title)).toBeLessThanOrEqual(3);
      expect(versions.get(userPrincipalName)).toBe(1);
    }
    const [team] = await ldapsearch(lab(), lab().groupsOu, '(cn=Replica team)', ['member']);
    expect(team!.member).toHaveLength(people);
    // Looking again writes nothing: the domain already is as the store wants it.
    const before = found.map((entry) => entry.usnchanged![0]).sort();
    await gateways[1]!.operations('POST', '/links/retry', { target: 'ad', state: 'applied' });
    await gateways[2]!.settled(60_000);
    const after = await ldapsearch(lab(), lab().usersOu, '(objectClass=user)', ['uSNChanged']);
    expect(after.map((entry) => entry.usnchanged![0]).sort()).toEqual(before);
  }, 120_000);

  it('start scheduled work once', async () => {
    const client = new Client(url());
    await client.connect();
    const { rows } = await client.query("SELECT count(*)::int AS jobs FROM job WHERE kind = 'reconcile'");
    await client.end();
    expect(rows).toEqual([{ jobs: 1 }]);
  });
});
