import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteEngine } from '../../src/store/sqlite-engine.js';
import { useLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const ACCOUNTS = 'urn:landfall:params:scim:schemas:extension:accounts:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const applicationTarget = (file: string) => `kind: sql
answer: stored
users:
  mapping:
    - { target: user_name, source: userName, unique: true }
    - { target: login, expression: '[targets.ad.sAMAccountName]' }
    - { target: place, expression: '[targets.ad.distinguishedName]' }
settings:
  engine: sqlite
  file: ${file}
  users: { table: users, key: id, stamp: landfall_stamp }
`;

/** What the domain decided about an account goes back to whoever asks, and on to other targets. */
describe('Write-back of what Active Directory decided', () => {
  const lab = useLab('write-back');
  const folder = mkdtempSync(join(tmpdir(), 'landfall-application-'));
  const file = join(folder, 'application.sqlite');
  const application = sqliteEngine().open(file);
  let gateway: GatewayProcess;
  let generic: EntraClient;
  let id: string;

  beforeAll(async () => {
    application.exec(
      'CREATE TABLE users (id text PRIMARY KEY, landfall_stamp text, user_name text UNIQUE, login text, place text)',
    );
    gateway = await GatewayProcess.start(lab(), {
      files: { 'targets/application.yaml': applicationTarget(file) },
    });
    generic = new EntraClient(gateway.scimUrl, gateway.tokens.generic);
    const { body } = await generic.send('POST', '/Users', person());
    id = body.id;
  }, 60_000);
  afterAll(async () => {
    await gateway?.stop();
    application.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const person = (more: object = {}) => ({
    schemas: [USER],
    userName: 'wilma.back@contoso.example',
    displayName: 'Wilma Back',
    name: { givenName: 'Wilma', familyName: 'Back' },
    ...more,
  });
  const entry = async () =>
    (await ldapsearch(lab(), lab().usersOu, '(userPrincipalName=wilma.back@contoso.example)'))[0]!;
  const accounts = async (query = '') => {
    const { body } = await generic.send('GET', `/Users/${id}?attributes=${ACCOUNTS}:accounts${query}`);
    return body[ACCOUNTS].accounts as Record<string, string>[];
  };
  const ofDomain = async () => (await accounts()).find(({ target }) => target === 'ad')!;

  it('tells who asks for it what the account is called and where it is', async () => {
    const { samaccountname, dn, userprincipalname, objectsid } = await entry();
    expect(objectsid).toHaveLength(1);
    expect(await ofDomain()).toMatchObject({
      state: 'applied',
      sAMAccountName: samaccountname![0],
      userPrincipalName: userprincipalname![0],
      distinguishedName: dn[0],
      anchor: expect.stringMatching(/^[0-9a-f-]{36}$/),
      objectSid: expect.stringMatching(/^S-1-5-21-/),
    });
  });

  it('shows nothing of it to those who do not ask', async () => {
    const { body } = await generic.send('GET', `/Users/${id}`);
    expect(body[ACCOUNTS]).toBeUndefined();
    expect(body.schemas).not.toContain(ACCOUNTS);
  });

  it('finds the resource of an account', async () => {
    const { samaccountname } = await entry();
    const filter = (value: string) =>
      `/Users?filter=${encodeURIComponent(`${ACCOUNTS}:accounts[target eq "ad" and sAMAccountName eq "${value}"]`)}`;
    const { body } = await generic.send('GET', filter(samaccountname![0]!));
    expect(body.Resources.map((resource: { id: string }) => resource.id)).toEqual([id]);
    expect((await generic.send('GET', filter('nobody-has-this'))).body.totalResults).toBe(0);
  });

  it('outlives a PUT, and cannot be written', async () => {
    const before = await ofDomain();
    const forged = { [ACCOUNTS]: { accounts: [{ target: 'ad', sAMAccountName: 'forged' }] } };
    const replaced = await generic.send('PUT', `/Users/${id}`, person({ title: 'Engineer', ...forged }));
    expect(replaced.status).toBe(200);
    expect(await ofDomain()).toEqual(before);
    const patched = await generic.patch(`/Users/${id}`, {
      op: 'replace',
      path: `${ACCOUNTS}:accounts[target eq "ad"].sAMAccountName`,
      value: 'forged',
    });
    expect(patched.status).toBe(400);
    expect(patched.body.scimType).toBe('mutability');
  });

  it('is a source of the mapping of other targets', async () => {
    const row = () => application.prepare('SELECT login, place FROM users').get() as Record<string, string>;
    const end = performance.now() + 10_000;
    while (!row()?.login && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
    const { samaccountname, dn } = await entry();
    expect({ ...row() }).toEqual({ login: samaccountname![0], place: dn[0] });
  });
});
