import { EMPLOYMENT_SCHEMA } from '../../src/schema/builtin/employment.schema.js';
import { useLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { canBind, ldapsearch } from './ldapsearch.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** From the contract to the way out, read in the domain by a client of its own. */
describe('Somebody who begins, leaves and comes back, in a real domain', () => {
  const lab = useLab('employment');
  let gateway: GatewayProcess;
  let client: EntraClient;
  let id: string;
  let password: string;

  beforeAll(async () => {
    gateway = await GatewayProcess.start(lab(), { delivery: 'employer: { timeZone: Europe/Berlin }\n' });
    client = new EntraClient(gateway.scimUrl, gateway.tokens.generic);
  }, 60_000);
  afterAll(() => gateway?.stop());

  const upn = 'mira.volt@contoso.example';
  const account = async () => (await ldapsearch(lab(), lab().usersOu, `(userPrincipalName=${upn})`))[0]!;
  const control = async () => (await account()).useraccountcontrol![0];
  const until = async (wanted: string) => {
    const end = performance.now() + 15_000;
    while ((await control()) !== wanted) {
      if (performance.now() > end) throw new Error(`not ${wanted} in time:\n${gateway.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const patch = (op: 'replace' | 'remove', name: string, value?: string) =>
    client.send('PATCH', `/Users/${id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op, path: `${EMPLOYMENT_SCHEMA}:${name}`, ...(value === undefined ? {} : { value }) }],
    });
  const active = async () => (await client.send('GET', `/Users/${id}`)).body.active;

  it('has an account before the first day, disabled, with a password that is known and does not work', async () => {
    const { status, body } = await client.send('POST', '/Users', {
      schemas: [USER, EMPLOYMENT_SCHEMA],
      userName: upn,
      active: true,
      displayName: 'Mira Volt',
      name: { givenName: 'Mira', familyName: 'Volt' },
      [EMPLOYMENT_SCHEMA]: { startDate: '2099-01-05' },
    });
    expect({ status, active: body.active }).toEqual({ status: 201, active: true });
    id = body.id;
    expect(await control()).toBe('514');
    const revealed = await gateway.cli('password', 'reveal', upn, '--json');
    password = JSON.parse(revealed.stdout).passwords[0].password;
    await gateway.clearMustChange(lab(), 'mira.volt');
    expect(await canBind(lab(), upn, password)).toBe(false);
  }, 30_000);

  it('tells an administrator why', async () => {
    const { stdout } = await gateway.cli('plan', '--user', upn);
    expect(stdout).toContain(
      'disabled: employment begins 2099-01-05 in Europe/Berlin, looked at again 2099-01-04T23:00:00.000Z',
    );
  }, 15_000);

  it('refuses a last day before the first', async () => {
    const { status, body } = await patch('replace', 'endDate', '2099-01-04');
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue', detail: '"endDate" is before startDate (2099-01-05).' },
    });
  });

  it('can sign in from the beginning, which nobody has to tell', async () => {
    expect((await patch('replace', 'startDate', inMs(3000))).status).toBe(200);
    expect(await control()).toBe('514');
    await until('512');
    expect(await canBind(lab(), upn, password)).toBe(true);
    const [last] = (await gateway.operations('GET', `/log?resource=${id}&limit=1`)).records;
    expect(last).toMatchObject({ source: 'calendar', action: 'enable', outcome: 'success' });
  }, 30_000);

  it('cannot sign in any more after the end, which passes while the gateway is dead', async () => {
    const { objectguid } = await account();
    expect((await patch('replace', 'endDate', inMs(3000))).status).toBe(200);
    await gateway.kill();
    expect(await control()).toBe('512');
    await new Promise((resolve) => setTimeout(resolve, 3100));
    await gateway.launch();
    await until('514');
    expect(await canBind(lab(), upn, password)).toBe(false);
    expect(await active()).toBe(true);
    expect((await patch('remove', 'endDate')).status).toBe(200);
    await until('512');
    expect(await canBind(lab(), upn, password)).toBe(true);
    expect((await account()).objectguid).toEqual(objectguid);
  }, 40_000);
});
