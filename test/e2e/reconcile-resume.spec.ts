import { setTimeout as pause } from 'node:timers/promises';
import { Attribute, Change } from 'ldapts';
import { LdapProxy } from '../active-directory/proxy/ldap-proxy.js';
import { adminClient, useLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const people = 260;
/** Links are worked off, and what was found is written down, so many at a time. */
const page = 200;
const perSecond = 80;
const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** The process ends in the middle of a reconcile as by a power cut; the next one goes on with it. */
describe('A reconcile whose gateway is killed', () => {
  const lab = useLab('reconcile-resume');
  let proxy: LdapProxy;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    proxy = await LdapProxy.start(lab());
    gateway = await GatewayProcess.start(lab(), {
      servers: [proxy.url],
      delivery: `reconcile: { perSecond: ${perSecond} }\n`,
    });
  }, 60_000);
  afterAll(async () => {
    await gateway?.stop();
    await proxy?.stop();
  });

  /** Accounts that were read one by one since the request of this number. */
  const readSince = (from: number) =>
    new Set(
      proxy.requests
        .slice(from)
        .flatMap(({ operation, dn }) =>
          operation === 'search' ? (/^<GUID=(.+)>$/.exec(dn)?.[1] ?? []) : [],
        ),
    );

  it('goes on at once behind the last page that was written down, and counts nothing twice', async () => {
    const entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    await Promise.all(
      Array.from({ length: people }, async (_, n) => {
        const { status } = await entra.send('POST', '/Users', {
          schemas: [`${core}:User`],
          userName: `rr-${n}@contoso.example`,
          displayName: `rr ${n}`,
          title: 'Clerk',
          active: false,
        });
        expect(status).toBe(201);
      }),
    );
    await gateway.settled();
    const admin = await adminClient(lab());
    const accounts = await ldapsearch(lab(), lab().usersOu, '(title=Clerk)', ['title']);
    expect(accounts).toHaveLength(people);
    const queens = new Attribute({ type: 'title', values: ['Queen'] });
    for (const { dn } of accounts.filter((_, n) => n % 10 === 0))
      await admin.modify(dn![0]!, new Change({ operation: 'replace', modification: queens }));
    await admin.unbind();

    const { id } = (await gateway.operations('POST', '/reconcile', { target: 'ad' })).job;
    const job = () => gateway.operations('GET', `/jobs/${id}`);
    while ((await job()).progress.done === 0) await pause(20);
    const { state, progress } = await job();
    expect([state, progress.step, progress.done]).toEqual(['running', 'links', page]);
    await gateway.kill();
    const killed = proxy.requests.length;
    await gateway.launch();
    const launched = performance.now();
    while ((await job()).state === 'running') await pause(50);
    expect(performance.now() - launched).toBeLessThan(20_000);
    expect(readSince(killed).size).toBe(people - page);
    const after = await job();
    expect([after.state, after.progress.done]).toEqual(['done', people]);
    const drifted = people / 10;
    expect(after.result.counts).toMatchObject({ listed: people, drifted, inOrder: people - drifted });
    expect(after.result.differences).toBe(drifted);
  }, 180_000);
});
