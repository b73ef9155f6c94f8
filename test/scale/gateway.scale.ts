/**
 * The whole gateway against a real domain controller with many accounts, outside the ordinary tests (`npm run test:scale`).
 * `SCALE_ACCOUNTS` (100,000) are seeded into the domain and the store and reconciled; `SCALE_MEMBERS` (50,000) of them
 * become members of one group and `SCALE_USERS` (10,000) are created, both over SCIM; another client reads them back.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { connect } from '../active-directory/domain.js';
import { EntraClient } from '../e2e/entra-client.js';
import { GatewayProcess } from '../e2e/gateway-process.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { equal, heldMemory, inParallel, measured, MemoryWatch, residentMemory } from './measure.js';
import { resourceIdOf, seededDomain } from './seeded-domain.js';
import { seedStore } from './seeded-store.js';

const users = Number(process.env['SCALE_USERS'] ?? 10_000);
const members = Number(process.env['SCALE_MEMBERS'] ?? 50_000);
const accounts = Number(process.env['SCALE_ACCOUNTS'] ?? 100_000);
const clients = 4;
/** As much as garbage collection moves by itself, far below what a hundred bytes for each account would add up to twice. */
const spare = 64;
const hours = 3_600_000;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('The gateway with a large domain', () => {
  let lab: Lab;
  let gateway: GatewayProcess;
  let entra: EntraClient;

  beforeAll(async () => {
    lab = await measured('seeded', accounts, () => seededDomain(accounts));
  }, hours);
  afterAll(async () => {
    await gateway?.stop();
    await lab?.kill();
    if (lab)
      process.stdout.write(`the controller's log ends:\n${readFileSync(lab.logFile, 'utf8').slice(-2000)}`);
    if (lab) rmSync(lab.dir, { recursive: true, force: true });
  }, 60_000);

  it(
    `lists ${accounts} accounts with flat memory, and starts with all of them`,
    async () => {
      const anchors = new Map<number, string>();
      const ad = connect(lab);
      const held: number[] = [];
      const resident = [residentMemory()];
      await measured('accounts listed', accounts, async () => {
        for await (const { anchor, description } of ad.list('User', AbortSignal.timeout(hours))) {
          anchors.set(Number(/^CN=Scale (\d+),/.exec(description)?.[1]), Buffer.from(anchor).toString());
          if (anchors.size % Math.ceil(accounts / 10) === 0) {
            resident.push(residentMemory());
            held.push(Math.round(heldMemory()));
          }
        }
      });
      process.stdout.write(`held after each tenth of the listing: ${held.join(', ')} MB\n`);
      process.stdout.write(`resident at the start and after each tenth: ${resident.join(', ')} MB\n`);
      // The anchors alone are what this test itself keeps.
      expect(held.at(-1)! - held[0]!).toBeLessThan(spare / 2);
      await ad.close();
      expect(anchors.size).toBe(accounts);
      gateway = await GatewayProcess.start(lab, { delivery: 'reconcile: { perSecond: 2000 }\n' });
      await gateway.kill();
      await measured('store seeded', accounts, () =>
        seedStore(join(gateway.folder, 'store.sqlite'), anchors),
      );
      await gateway.launch();
      entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    },
    hours,
  );

  it(
    `reconciles ${accounts} accounts with flat memory`,
    async () => {
      const watch = new MemoryWatch(gateway.pid);
      const job = await measured('accounts reconciled', accounts, () => reconciled(gateway));
      watch.end('reconcile', spare);
      expect(job.result).toMatchObject({
        counts: { inOrder: accounts, listed: accounts },
        differences: 0,
      });
    },
    hours,
  );

  it(
    `fills a group with ${members} members`,
    async () => {
      const watch = new MemoryWatch(gateway.pid);
      const group = await entra.send('POST', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: 'Scale crowd',
      });
      expect(group.status).toBe(201);
      const ids = range(members).map(resourceIdOf);
      await measured('members added', members, async () => {
        for (let at = 0; at < members; at += 500) {
          const value = ids.slice(at, at + 500).map((id) => ({ value: id }));
          const { status } = await entra.patch(`/Groups/${group.body.id}`, {
            op: 'Add',
            path: 'members',
            value,
          });
          if (status !== 204) throw new Error(`members from ${at}: ${status}`);
        }
        await gateway.settled(hours);
      });
      watch.end('members', 2 * spare);
      await measured('one member less and more in the full group', 20, async () => {
        for (const id of ids.slice(0, 10))
          for (const op of ['Remove', 'Add'])
            await entra.patch(`/Groups/${group.body.id}`, { op, path: 'members', value: [{ value: id }] });
        await gateway.settled(hours);
      });
      const [entry] = await ldapsearch(lab, lab.groupsOu, '(cn=Scale crowd)', ['member']);
      equal(
        'members read back by another client',
        entry!.member!.map((dn) => /^CN=([^,]+)/.exec(dn)![1]!),
        range(members).map((number) => `Scale ${number}`),
      );
    },
    hours,
  );

  it(
    `creates ${users} users`,
    async () => {
      const watch = new MemoryWatch(gateway.pid);
      await measured('users created', users, async () => {
        await inParallel(range(users), clients, async (number) => {
          const { status, body } = await entra.send('POST', '/Users', {
            schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
            userName: `fresh${number}@contoso.example`,
            displayName: `Fresh ${number}`,
            title: `Worker ${number % 7}`,
            active: true,
          });
          if (status !== 201) throw new Error(`user ${number}: ${status} ${JSON.stringify(body)}`);
        });
        await gateway.settled(hours);
      });
      watch.end('users', 2 * spare);
      const found = await ldapsearch(lab, lab.usersOu, '(sAMAccountName=fresh*)', [
        ...['userPrincipalName', 'displayName', 'title', 'userAccountControl'],
      ]);
      equal(
        'users read back by another client',
        found.map(({ userprincipalname, displayname, title, useraccountcontrol }) =>
          [userprincipalname, displayname, title, useraccountcontrol].join('|'),
        ),
        range(users).map((number) =>
          [`fresh${number}@contoso.example`, `Fresh ${number}`, `Worker ${number % 7}`, '512'].join('|'),
        ),
      );
    },
    hours,
  );
});

/** Runs the gateway's own job to its end. */
async function reconciled(gateway: GatewayProcess) {
  const { job } = await gateway.operations('POST', '/reconcile', { target: 'ad' });
  for (let looks = 0; ;) {
    const now = await gateway.operations('GET', `/jobs/${job.id}`);
    if (now.state === 'done') return now;
    if (now.state !== 'running') throw new Error(`${now.state}: ${JSON.stringify(now).slice(0, 2000)}`);
    if (++looks % 60 === 0) process.stdout.write(`${now.progress.step}: ${now.progress.done}\n`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
