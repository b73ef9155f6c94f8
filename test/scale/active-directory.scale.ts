/**
 * Scale runs against a real domain controller, outside the ordinary tests: jest with `--testMatch` on `*.scale.ts`.
 * `SCALE_USERS` (10,000) are written through the connector; `SCALE_MEMBERS` (50,000) accounts are prepared by the
 * administrator and put into one group through the connector; both are read back by another client and compared.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { startLab, templateIn, type Lab } from '../../scripts/lab/lab.mjs';
import { connect, group, user, type Person } from '../active-directory/domain.js';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';

const users = Number(process.env['SCALE_USERS'] ?? 10_000);
const members = Number(process.env['SCALE_MEMBERS'] ?? 50_000);
const parallel = 4;
const batch = 5_000;
const patience = () => AbortSignal.timeout(30 * 60_000);

async function measured<T>(what: string, count: number, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  const seconds = (performance.now() - from) / 1000;
  const memory = Math.round(process.memoryUsage().rss / 1_048_576);
  process.stdout.write(
    `${what}: ${count} in ${seconds.toFixed(1)} s = ${Math.round(count / seconds)}/s, resident ${memory} MB, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  return result;
}

function equal(what: string, found: Iterable<string>, wanted: Iterable<string>): void {
  const there = new Set(found);
  const expected = new Set(wanted);
  const missing = [...expected].filter((each) => !there.has(each));
  const extra = [...there].filter((each) => !expected.has(each));
  if (missing.length > 0 || extra.length > 0) {
    throw new Error(
      `${what}: ${missing.length} missing (${missing.slice(0, 3).join(', ')}), ${extra.length} too many`,
    );
  }
  process.stdout.write(`${what}: ${expected.size} equal\n`);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) await work(items[at]!);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

async function writeUsers(lab: Lab, ad: Connector & Lists): Promise<void> {
  const people = Array.from({ length: users }, (_, index) =>
    user(ad, `scale${index}`, {
      enabled: false,
      password: undefined,
      attributes: {
        displayName: `Scale ${index}`,
        title: 'Worker',
        department: `Department ${index % 40}`,
        mail: `scale${index}@contoso.example`,
      },
    }),
  );
  await measured('users created', users, () => inParallel(people, (person) => person.apply()));
  await measured('users planned again, all unchanged', users, () =>
    inParallel(people, async (person) => {
      const plan = await person.plan();
      if (plan.action !== 'none') throw new Error(`${person.name}: ${JSON.stringify(plan.changes)}`);
    }),
  );
  const found = await ldapsearch(lab, lab.usersOu, '(sAMAccountName=scale*)', [
    'sAMAccountName',
    'displayName',
    'department',
  ]);
  const line = (name: string, display: string, department: string) => `${name}|${display}|${department}`;
  equal(
    'users read back',
    found.map((entry) => line(entry.samaccountname![0]!, entry.displayname![0]!, entry.department![0]!)),
    people.map((_, index) => line(`scale${index}`, `Scale ${index}`, `Department ${index % 40}`)),
  );
}

/** By the administrator: it is the membership that is measured. */
async function prepareMembers(lab: Lab): Promise<void> {
  const names = Array.from({ length: members }, (_, index) => `member${index}`);
  const clients = await Promise.all(
    Array.from({ length: parallel }, async () => {
      const client = new Client({
        url: lab.ldapUrl,
        tlsOptions: { ca: readFileSync(lab.caFile) },
        timeout: 60_000,
      });
      await client.bind(lab.adminDn, lab.adminPassword);
      return client;
    }),
  );
  let next = 0;
  await inParallel(names, async (name) => {
    const client = clients[next++ % parallel]!;
    await client.add(`CN=${name},${lab.usersOu}`, {
      objectClass: 'user',
      sAMAccountName: name,
      userAccountControl: '514',
    });
  });
  await Promise.all(clients.map((client) => client.unbind()));
}

async function writeMembers(lab: Lab, ad: Connector & Lists): Promise<void> {
  await measured('members prepared', members, () => prepareMembers(lab));
  const anchors: string[] = [];
  await measured('inventory of users', users + members, async () => {
    for await (const account of ad.list('User', patience()))
      if (/^CN=member\d/.test(account.description)) anchors.push(account.anchor);
  });
  const crowd: Person = group(ad, 'scale-crowd');
  await crowd.apply();
  const edges = anchors.map((memberAnchor) => ({
    memberId: memberAnchor,
    memberKind: 'User' as const,
    memberAnchor,
    present: true,
  }));
  await measured('members added', members, async () => {
    for (let at = 0; at < edges.length; at += batch) {
      const plan = await ad.planMembers(crowd.group(), edges.slice(at, at + batch), patience());
      const { edges: outcomes = [] } = await ad.execute(plan, patience());
      const failed = outcomes.filter(({ kind }) => kind === 'failed');
      if (failed.length > 0) throw new Error(`${failed.length} members failed: ${JSON.stringify(failed[0])}`);
    }
  });
  const listed: string[] = [];
  await measured('members listed', members, async () => {
    for await (const account of ad.list('Group', patience())) {
      if (account.anchor === crowd.anchor) for await (const member of account.members!) listed.push(member);
    }
  });
  equal('members listed', listed, anchors);
  const [entry] = await ldapsearch(lab, lab.groupsOu, '(sAMAccountName=scale-crowd)', ['member']);
  equal(
    'members read back by another client',
    entry!.member!.map((dn) => /^CN=([^,]+)/.exec(dn)![1]!),
    Array.from({ length: members }, (_, index) => `member${index}`),
  );
  await measured('one member more or less in the full group', 20, async () => {
    for (let times = 0; times < 10; times++) {
      for (const present of [false, true])
        await ad.execute(
          await ad.planMembers(crowd.group(), [{ ...edges[times]!, present }], patience()),
          patience(),
        );
    }
  });
}

describe('A large domain', () => {
  let lab: Lab;
  let ad: Connector & Lists;
  beforeAll(async () => {
    lab = await startLab({
      dir: mkdtempSync(join(tmpdir(), 'landfall-scale-')),
      template: templateIn('.landfall/cache'),
    });
    ad = connect(lab);
  }, 180_000);
  afterAll(async () => {
    await ad?.close();
    await lab?.kill();
    if (lab) rmSync(lab.dir, { recursive: true, force: true });
  }, 60_000);

  const limit = 2 * 3_600_000;
  it(`holds ${users} users, written and read back equal`, () => writeUsers(lab, ad), limit);
  it(`holds a group of ${members} members, written and read back equal`, () => writeMembers(lab, ad), limit);
});
