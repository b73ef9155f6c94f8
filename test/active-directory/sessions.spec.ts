import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change } from 'ldapts';
import { publicKeyPin } from '../../src/connectors/active-directory/session/secure-channel.js';
import { AdPool } from '../../src/connectors/active-directory/session/ad-pool.js';
import {
  inOrder,
  OwnChoice,
  serversOf,
  type LookUp,
} from '../../src/connectors/active-directory/session/servers.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab, useOwnLab } from '../lab.js';
import { connect, group, settingsOf, setMembers, soon, user, type ConnectorOptions } from './domain.js';
import { LdapProxy } from './proxy/ldap-proxy.js';

const none = undefined;

describe('Sessions with a real domain controller', () => {
  const lab = useLab('ad-sessions');
  const proxies: LdapProxy[] = [];
  const connectors: { close(): Promise<void> }[] = [];
  const started = async () => {
    const proxy = await LdapProxy.start(lab());
    proxies.push(proxy);
    return proxy;
  };
  const through = (
    servers: LdapProxy[],
    settings: Record<string, unknown> = {},
    more: ConnectorOptions = {},
  ) => {
    const ad = connect(lab(), { settings: { servers: servers.map(({ url }) => url), ...settings }, ...more });
    connectors.push(ad);
    return ad;
  };
  afterEach(async () => {
    await Promise.all(connectors.splice(0).map((ad) => ad.close()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  const count = async (name: string) =>
    (await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=${name})`, ['cn'])).length;
  const onWrite = (...operations: string[]) => ({
    when: (request: { operation: string }) => operations.includes(request.operation),
    times: 1,
  });

  it('opens no more connections than the pool allows, however much is asked at once', async () => {
    const proxy = await started();
    const ad = through([proxy], { pool: { size: 3 } });
    const person = user(ad, 'ads-pool');
    await Promise.all(Array.from({ length: 40 }, () => ad.match(person.subject(), soon())));
    expect(proxy.connections).toBeLessThanOrEqual(3);
  });

  it('gives the place of somebody who gave up while it was being connected to the next', async () => {
    const proxy = await started();
    const ad = through([proxy], { pool: { size: 1 } });
    const person = user(ad, 'ads-gave-up');
    await ad.match(person.subject(), soon());
    proxy.rules = [{ ...onWrite('search'), then: 'stall' }];
    proxy.delay = () => 400;
    const stalled = ad.match(person.subject(), AbortSignal.timeout(200));
    const connecting = ad.match(person.subject(), AbortSignal.timeout(400));
    await expect(stalled).rejects.toBeDefined();
    await expect(connecting).rejects.toBeDefined();
    proxy.delay = () => 0;
    expect(await ad.match(person.subject(), AbortSignal.timeout(5_000))).toEqual({ kind: 'none' });
  });

  it('connects whoever waits when the idle connections turn out to be dead', async () => {
    const proxy = await started();
    const ad = through([proxy], { pool: { size: 1, keepAliveSeconds: 1 }, timeouts: { operationMs: 2_000 } });
    const person = user(ad, 'ads-dead');
    await ad.match(person.subject(), soon());
    const before = proxy.requests.length;
    proxy.rules = [{ ...onWrite('search'), then: 'stall' }];
    while (proxy.requests.length === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ad.match(person.subject(), AbortSignal.timeout(8_000))).toEqual({ kind: 'none' });
  });

  it('gives a search the time of its own limit, and a listing all the time that the controller allows', async () => {
    const proxy = await started();
    const ad = through([proxy], { timeouts: { operationMs: 45_000 } });
    await ad.match(user(ad, 'ads-limits').subject(), soon());
    const searches = proxy.requests.filter(({ operation }) => operation === 'search');
    expect(new Set(searches.map(({ timeLimit }) => timeLimit))).toEqual(new Set([45]));
    for await (const _ of ad.list('User', soon())) break;
    expect(proxy.requests.findLast(({ operation }) => operation === 'search')).toMatchObject({
      timeLimit: 0,
    });
  });

  it('goes on after every connection broke, with none left over', async () => {
    const proxy = await started();
    const ad = through([proxy]);
    const person = user(ad, 'ads-broken');
    for (const broken of [() => proxy.dropAll(), () => proxy.disconnectAll()]) {
      await Promise.all(Array.from({ length: 8 }, () => ad.match(person.subject(), soon())));
      broken();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await Promise.all(Array.from({ length: 20 }, () => ad.match(person.subject(), soon())));
      expect(proxy.open).toBeLessThanOrEqual(4);
    }
  });

  it('tries refused credentials once, until an administrator checks', async () => {
    const proxy = await started();
    const ad = through([proxy], { bindPassword: 'not the password' });
    const person = user(ad, 'ads-refused');
    for (const _ of [1, 2, 3])
      await expect(ad.match(person.subject(), soon())).rejects.toMatchObject({
        kind: 'misconfigured',
        recommendedAction: expect.stringContaining('bindPassword'),
      });
    expect(proxy.requests.filter(({ operation }) => operation === 'bind')).toHaveLength(1);
    expect(await ad.check(soon())).toMatchObject([{ severity: 'error', subject: 'connection' }]);
    expect(proxy.requests.filter(({ operation }) => operation === 'bind')).toHaveLength(2);
  });

  describe('verifies the certificate', () => {
    const certificate = () => new X509Certificate(readFileSync(`${lab().dir}/tls/dc.pem`)).raw;
    const attempt = (settings: Record<string, unknown>) => {
      const ad = connect(lab(), { settings });
      connectors.push(ad);
      return ad.match(user(ad, 'ads-tls').subject(), soon());
    };

    it('and refuses one of an unknown authority', () =>
      expect(attempt({ caFile: none })).rejects.toMatchObject({ kind: 'misconfigured' }));
    it('and refuses a name that is not in it', () =>
      expect(attempt({ serverName: 'other.example' })).rejects.toMatchObject({ kind: 'misconfigured' }));
    it('and takes the name that the settings give', async () =>
      expect(await attempt({ serverName: `dc1.${lab().dnsDomain}` })).toEqual({ kind: 'none' }));
    it('and refuses one without a pinned key', () =>
      expect(attempt({ pins: [`${'A'.repeat(43)}=`] })).rejects.toMatchObject({
        kind: 'misconfigured',
        diagnostic: expect.stringContaining('pinned'),
      }));
    it('and takes one with a pinned key', async () =>
      expect(await attempt({ pins: [`${'A'.repeat(43)}=`, publicKeyPin(certificate())] })).toEqual({
        kind: 'none',
      }));
  });

  it('never signs in on an unprotected connection, and takes StartTLS', async () => {
    const plain = [`ldap://${lab().host}`];
    const refused = connect(lab(), { settings: { servers: plain } });
    const upgraded = connect(lab(), { settings: { servers: plain, startTls: true } });
    connectors.push(refused, upgraded);
    await expect(refused.match(user(refused, 'ads-plain').subject(), soon())).rejects.toMatchObject({
      kind: 'misconfigured',
    });
    const person = user(upgraded, 'ads-starttls');
    expect(await person.apply()).toMatchObject({ passwordSet: true });
    const untrusted = connect(lab(), { settings: { servers: plain, startTls: true, caFile: none } });
    connectors.push(untrusted);
    await expect(untrusted.match(person.subject(), soon())).rejects.toMatchObject({ kind: 'misconfigured' });
  });

  it('finds the account of a create whose answer was lost, and makes no second one', async () => {
    const proxy = await started();
    const ad = through([proxy]);
    const lost = user(ad, 'ads-lost');
    proxy.rules = [{ ...onWrite('add'), then: 'reset-after-send' }];
    expect(await lost.apply()).toMatchObject({ passwordSet: true, facts: { sAMAccountName: 'ads-lost' } });
    expect(await count('ads-lost')).toBe(1);
  });

  it('says unknown where a create never arrived, and makes it the next time', async () => {
    const proxy = await started();
    const ad = through([proxy]);
    const unheard = user(ad, 'ads-unheard');
    proxy.rules = [{ ...onWrite('add'), then: 'reset-before-send' }];
    await expect(unheard.apply()).rejects.toMatchObject({ kind: 'unknown', outcomeKnown: false });
    expect(await count('ads-unheard')).toBe(0);
    await unheard.apply();
    expect(await count('ads-unheard')).toBe(1);
  });

  it.each(['reset-after-send', 'reset-before-send'] as const)(
    'converges after an update with %s',
    async (action) => {
      const proxy = await started();
      const ad = through([proxy]);
      const name = `ads-${action.slice(6, 11)}`;
      const person = user(ad, name, { attributes: { title: 'Old' } });
      await person.apply();
      proxy.rules = [{ ...onWrite('modify'), then: action }];
      const changed = { password: none, attributes: { title: 'New' } };
      await expect(person.apply(changed)).rejects.toMatchObject({ kind: 'unknown', outcomeKnown: false });
      const plan = await person.plan(changed);
      expect(plan.action).toBe(action === 'reset-after-send' ? 'none' : 'update');
      await ad.execute(plan, soon());
      expect((await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=${name})`))[0]!.title).toEqual(['New']);
    },
  );

  it('reports members whose outcome is unknown, and finds done what was done', async () => {
    const proxy = await started();
    const ad = through([proxy]);
    const team = group(ad, 'ads-team');
    const one = user(ad, 'ads-member');
    await team.apply();
    await one.apply();
    proxy.rules = [{ ...onWrite('modify'), then: 'reset-after-send' }];
    await expect(setMembers(ad, team, [one])).rejects.toMatchObject({ kind: 'unknown' });
    expect(await setMembers(ad, team, [one])).toMatchObject({ action: 'none', edges: [{ kind: 'applied' }] });
  });

  it('gives up on a controller that is silent, and works on a fresh connection afterwards', async () => {
    const proxy = await started();
    const ad = through([proxy], { timeouts: { operationMs: 3_000 } });
    const person = user(ad, 'ads-silent', { attributes: { title: 'Old' } });
    await person.apply();
    proxy.rules = [{ ...onWrite('search'), then: 'stall' }];
    await expect(ad.match(person.subject(), soon())).rejects.toMatchObject({ kind: 'unavailable' });
    proxy.rules = [{ ...onWrite('modify'), then: 'stall' }];
    await expect(person.apply({ password: none, attributes: { title: 'New' } })).rejects.toMatchObject({
      kind: 'unknown',
    });
    await person.apply({ password: none, attributes: { title: 'New' } });
  });

  it('ends an operation when its time is up, and destroys the connection', async () => {
    const proxy = await started();
    const ad = through([proxy]);
    const person = user(ad, 'ads-aborted');
    await ad.match(person.subject(), soon());
    proxy.rules = [{ ...onWrite('search'), then: 'stall' }];
    await expect(ad.match(person.subject(), AbortSignal.timeout(150))).rejects.toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(proxy.open).toBe(0);
    expect(await ad.match(person.subject(), soon())).toEqual({ kind: 'none' });
  });

  it('moves to the next controller when one fails, stays there, and believes no absence for a while', async () => {
    const first = await started();
    const second = await started();
    let now = Date.now();
    const ad = through([first, second], { replicationSeconds: 15 }, { now: () => now });
    const person = user(ad, 'ads-failover');
    await person.apply();
    expect(second.connections).toBe(0);
    await first.stop();
    await person.apply({ password: none, attributes: { title: 'Elsewhere' } });
    await first.resume();
    const before = first.connections;
    await person.apply({ password: none, attributes: { title: 'Stays' } });
    expect(first.connections).toBe(before);

    const gone = user(ad, 'ads-gone');
    gone.anchor = '00000000-1111-4222-8333-444444444444';
    await expect(gone.plan({ password: none })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(ad.match(gone.subject(), soon())).rejects.toMatchObject({ kind: 'unavailable' });
    now += 16_000;
    await expect(gone.plan({ password: none })).rejects.toMatchObject({ kind: 'missing' });
    expect(await ad.match(gone.subject(), soon())).toEqual({ kind: 'none' });
  });

  it('loses nothing when the controller fails in the middle of a cycle', async () => {
    const first = await started();
    const second = await started();
    // One controller is behind both: it knows at once.
    const ad = through([first, second], { replicationSeconds: 0 });
    const people = Array.from({ length: 16 }, (_, index) =>
      user(ad, `ads-cycle${index}`, { password: none, enabled: false }),
    );
    const retried = async (person: (typeof people)[number]) => {
      for (let attempt = 0; attempt < 5 && person.anchor === undefined; attempt++) {
        const match = await ad.match(person.subject(), soon()).catch(() => undefined);
        if (match?.kind === 'found') person.anchor = match.anchor;
        else if (match) await person.apply().catch(() => undefined);
      }
    };
    const cycle = Promise.all(people.map(retried));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await first.stop();
    await cycle;
    expect(people.every(({ anchor }) => anchor !== undefined)).toBe(true);
    expect(await count('ads-cycle*')).toBe(16);
    expect(second.connections).toBeGreaterThan(0);
  }, 60_000);

  it('follows the other replicas to the controller that they chose', async () => {
    const first = await started();
    const second = await started();
    let current: string | undefined = second.url;
    const server = {
      current: async () => current,
      movedAt: async () => none,
      move: async (from: string | undefined, to: string) =>
        from === current ? ((current = to), true) : false,
    };
    const ad = through([first, second], {}, { server });
    const person = user(ad, 'ads-chosen');
    await ad.match(person.subject(), soon());
    expect([first.connections, second.connections]).toEqual([0, 1]);
    current = first.url;
    await ad.match(person.subject(), soon());
    expect(first.connections).toBe(1);
  });

  it('follows them also while others wait for a connection', async () => {
    const first = await started();
    const second = await started();
    let current: string | undefined = first.url;
    const server = { current: async () => current, movedAt: async () => none, move: async () => false };
    const ad = through([first, second], { pool: { size: 1 } }, { server });
    const person = user(ad, 'ads-waits');
    await ad.match(person.subject(), soon());
    first.delay = () => 100;
    const searches = () => first.requests.filter(({ operation }) => operation === 'search').length;
    const before = searches();
    const under = ad.match(person.subject(), soon());
    const waiting = ad.match(person.subject(), soon());
    while (searches() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    current = second.url;
    expect(await Promise.all([under, waiting])).toEqual([{ kind: 'none' }, { kind: 'none' }]);
    expect(second.connections).toBe(1);
  });

  it('leaves a controller that keeps saying busy, also while others wait for a connection', async () => {
    const first = await started();
    const second = await started();
    const ad = through([first, second], { replicationSeconds: 0, pool: { size: 1 } });
    first.rules = [
      {
        when: ({ operation, dn }) => operation === 'search' && dn !== '',
        then: { answer: { code: 51, text: '000020D9: SvcErr' } },
      },
    ];
    const person = user(ad, 'ads-busy-waits');
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => ad.match(person.subject(), soon())));
    expect(all.map(({ status }) => status)).toEqual([
      ...Array(3).fill('rejected'),
      ...Array(5).fill('fulfilled'),
    ]);
  });

  it('leaves a controller that keeps saying busy', async () => {
    const first = await started();
    const second = await started();
    const ad = through([first, second], { replicationSeconds: 0 });
    first.rules = [
      {
        when: ({ operation, dn }) => operation === 'search' && dn !== '',
        then: { answer: { code: 51, text: '000020D9: SvcErr' } },
      },
    ];
    const person = user(ad, 'ads-busy');
    for (const _ of [1, 2, 3])
      await expect(ad.match(person.subject(), soon())).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await ad.match(person.subject(), soon())).toEqual({ kind: 'none' });
  });

  it('does not move because of bad credentials', async () => {
    const first = await started();
    const second = await started();
    const ad = through([first, second], { bindPassword: 'wrong' });
    await expect(ad.match(user(ad, 'ads-49').subject(), soon())).rejects.toMatchObject({
      kind: 'misconfigured',
    });
    expect(second.connections).toBe(0);
  });

  it('moves on from a controller whose certificate is not to be trusted, and never to one', async () => {
    const tls = mkdtempSync(join(tmpdir(), 'landfall-tls-'));
    try {
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=stranger'];
      const files = ['-keyout', join(tls, 'dc-key.pem'), '-out', join(tls, 'dc.pem')];
      execFileSync('openssl', ['req', '-x509', ...key, ...files], { stdio: 'ignore' });
      const distrusted = await LdapProxy.start(lab(), tls);
      proxies.push(distrusted);
      const trusted = await started();
      const ad = through([distrusted, trusted], { replicationSeconds: 0 });
      expect(await ad.match(user(ad, 'ads-moves-on').subject(), soon())).toEqual({ kind: 'none' });
      expect(await ad.check(soon())).toContainEqual({
        severity: 'warning',
        subject: 'next controller',
        detail: expect.stringMatching(`${distrusted.url}.*certificate`),
        remedy: expect.stringContaining(distrusted.url),
      });
      expect(distrusted.requests).toEqual([]);
      const alone = through([distrusted]);
      await expect(alone.match(user(alone, 'ads-alone').subject(), soon())).rejects.toMatchObject({
        kind: 'misconfigured',
        mayPass: true,
      });
      await trusted.stop();
      const neither = through([distrusted, trusted]);
      await expect(neither.match(user(neither, 'ads-neither').subject(), soon())).rejects.toMatchObject({
        kind: 'unavailable',
        detail: expect.stringMatching(/refused.*certificate/i),
      });
    } finally {
      rmSync(tls, { recursive: true });
    }
  });

  it('closes connections that were idle or open for too long', async () => {
    const proxy = await started();
    const ad = through([proxy], { pool: { size: 2, idleSeconds: 1, keepAliveSeconds: 600 } });
    await ad.match(user(ad, 'ads-idle').subject(), soon());
    expect(proxy.open).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1_900));
    expect(proxy.open).toBe(0);
  });

  it('finds controllers by DNS in order of priority and weight, those of the site first', async () => {
    const record = (name: string, priority: number, weight: number) => ({
      name,
      port: 389,
      priority,
      weight,
    });
    expect(
      inOrder([record('c', 1, 0), record('a', 0, 10), record('b', 0, 90)]).map(({ name }) => name),
    ).toEqual(['b', 'a', 'c']);
    const asked: string[] = [];
    const lookUp = async (name: string) => {
      asked.push(name);
      return name.includes('_sites')
        ? [record('near.corp.example.', 0, 0)]
        : [record('far.corp.example', 0, 0), record('near.corp.example', 0, 0)];
    };
    const settings = settingsOf(lab(), { servers: none, domain: 'corp.example', site: 'Leeds' });
    expect(await serversOf(settings, lookUp)).toEqual([
      'ldaps://near.corp.example',
      'ldaps://far.corp.example',
    ]);
    expect(asked).toEqual([
      '_ldap._tcp.Leeds._sites.dc._msdcs.corp.example',
      '_ldap._tcp.dc._msdcs.corp.example',
    ]);
  });

  it('takes a DNS that does not answer for a fault that passes, and uses what it said last', async () => {
    const failing = (code: string) => async () => {
      throw Object.assign(new Error(`querySrv ${code}`), { code });
    };
    let lookUp: LookUp = failing('ESERVFAIL');
    const quiet = { info: () => none, warn: () => none, error: () => none };
    const pool = new AdPool(settingsOf(lab(), { servers: none, domain: 'corp.example' }), {
      choice: new OwnChoice(Date.now),
      log: quiet,
      now: Date.now,
      lookUp: (name) => lookUp(name),
    });
    connectors.push(pool);
    const used = () => pool.use(soon(), async () => none);
    await expect(used()).rejects.toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('ESERVFAIL'),
    });
    lookUp = failing('ENOTFOUND');
    await expect(used()).rejects.toMatchObject({ kind: 'misconfigured', mayPass: true });
    lookUp = async () => [{ name: '127.255.255.254', port: 389, priority: 0, weight: 0 }];
    await expect(used()).rejects.toMatchObject({ kind: 'unavailable' });
    for (const code of ['ETIMEOUT', 'ENOTFOUND']) {
      lookUp = failing(code);
      await expect(used()).rejects.toMatchObject({
        kind: 'unavailable',
        detail: expect.stringContaining('ldaps://127.255.255.254'),
      });
    }
  });

  it('refuses to start where the client library would print passwords', () => {
    const former = process.env['NODE_DEBUG'];
    process.env['NODE_DEBUG'] = 'http,ldapts';
    try {
      expect(() => connect(lab())).toThrow(/NODE_DEBUG/);
    } finally {
      if (former === undefined) delete process.env['NODE_DEBUG'];
      else process.env['NODE_DEBUG'] = former;
    }
  });
});

describe('The idle limit of the controller', () => {
  const lab = useOwnLab();

  it('is kept away from by keep-alive, and does no harm where it strikes', async () => {
    const admin = await adminClient(lab());
    const policy = `CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,${lab().baseDn}`;
    const limits = ['MaxConnIdleTime=2', 'InitRecvTimeout=120', 'MaxPageSize=1000'];
    await admin.modify(
      policy,
      new Change({
        operation: 'replace',
        modification: new Attribute({ type: 'lDAPAdminLimits', values: limits }),
      }),
    );
    await admin.unbind();
    const proxy = await LdapProxy.start(lab());
    const idle = connect(lab(), { settings: { servers: [proxy.url], pool: { keepAliveSeconds: 600 } } });
    const kept = connect(lab(), { settings: { servers: [proxy.url], pool: { keepAliveSeconds: 1 } } });
    try {
      const person = user(idle, 'ads-night');
      await person.apply();
      await kept.match(person.subject(), soon());
      expect(proxy.open).toBe(2);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(proxy.open).toBe(1);
      await person.apply({ password: none, attributes: { title: 'Morning' } });
      expect(await kept.match(person.subject(), soon())).toMatchObject({ kind: 'found' });
      expect(proxy.connections).toBe(3);
    } finally {
      await idle.close();
      await kept.close();
      await proxy.stop();
    }
  }, 30_000);
});
