import { useOwnLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const user = (n: number, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: `outage${n}@contoso.example`,
  displayName: `Outage ${n}`,
  active: true,
  ...more,
});

/** What an administrator is promised: every acknowledged change arrives, none twice, nothing is lost. */
describe('Outages in the middle of a cycle', () => {
  const lab = useOwnLab();
  let gateway: GatewayProcess;
  let entra: EntraClient;

  beforeAll(async () => {
    gateway = await GatewayProcess.start(lab());
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
  }, 60_000);
  afterAll(() => gateway?.stop());

  const accounts = () =>
    ldapsearch(lab(), lab().usersOu, '(objectClass=user)', [
      'userPrincipalName',
      'title',
      'uSNChanged',
      'uSNCreated',
    ]);
  const members = async (name: string) =>
    (await ldapsearch(lab(), lab().groupsOu, `(cn=${name})`, ['member']))[0]?.member ?? [];

  it('delivers what came while the domain controller was stopped, each change once', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push((await entra.send('POST', '/Users', user(n))).body.id);
    const group = (
      await entra.send('POST', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: 'Outage team',
      })
    ).body.id;
    await lab().stop();
    const began = performance.now();
    for (let n = 10; n < 20; n++) {
      const { status, body } = await entra.send('POST', '/Users', user(n));
      expect(status).toBe(201);
      ids.push(body.id);
    }
    for (const id of ids) {
      expect(
        (await entra.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Draft' })).status,
      ).toBe(200);
      expect(
        (await entra.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Final' })).status,
      ).toBe(200);
      expect(
        (await entra.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] }))
          .status,
      ).toBe(204);
    }
    expect((await entra.send('DELETE', `/Users/${ids[0]}`)).status).toBe(204);
    const read = await entra.send('GET', `/Users/${ids[1]}`);
    expect(read).toMatchObject({ status: 200, body: { title: 'Final' } });
    // Nobody waits for a controller that is known to be down.
    expect(performance.now() - began).toBeLessThan(60_000);
    await lab().start();
    await gateway.settled(60_000);
    const found = await accounts();
    expect(found.map((entry) => entry.userprincipalname![0]).sort()).toEqual(
      Array.from({ length: 19 }, (_, n) => `outage${n + 1}@contoso.example`).sort(),
    );
    expect(found.map((entry) => entry.title)).toEqual(Array.from({ length: 19 }, () => ['Final']));
    expect(await members('Outage team')).toHaveLength(19);
  }, 120_000);

  it('loses nothing that was acknowledged when the gateway is killed', async () => {
    const acknowledged: string[] = [];
    const sending = Promise.allSettled(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let n = 0; n < 25; n++) {
          const userName = `kill-${lane}-${n}@contoso.example`;
          const { status } = await entra.send(
            'POST',
            '/Users',
            user(0, { userName, displayName: `Kill ${lane} ${n}` }),
          );
          if (status === 201) acknowledged.push(userName);
        }
      }),
    );
    while (acknowledged.length < 10) await new Promise((resolve) => setTimeout(resolve, 20));
    await gateway.kill();
    await sending;
    await gateway.launch();
    await gateway.settled(60_000);
    const names = (await accounts())
      .map((entry) => entry.userprincipalname![0]!)
      .filter((name) => name.startsWith('kill-'));
    expect(names).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(names).size).toBe(names.length);
    // Whoever has an account has a resource too: what was begun was rolled forward.
    for (const name of names) {
      const { body } = await entra.send(
        'GET',
        `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`,
      );
      expect({ name, total: body.totalResults }).toEqual({ name, total: 1 });
    }
  }, 120_000);

  it('answers in time while the controller hangs, and delivers when it is back', async () => {
    lab().pause();
    const began = performance.now();
    const { status } = await entra.send(
      'POST',
      '/Users',
      user(0, { userName: 'patient@contoso.example', displayName: 'Patient' }),
    );
    const took = performance.now() - began;
    lab().resume();
    expect(status).toBe(201);
    expect(took).toBeLessThan(10_000);
    await gateway.settled(90_000);
    expect(
      (await accounts()).filter((entry) => entry.userprincipalname![0] === 'patient@contoso.example'),
    ).toHaveLength(1);
  }, 120_000);
});
