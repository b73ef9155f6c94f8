import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { ConnectorError } from '../../src/connectors/connector.js';
import { EventFeed, type EventFeedSettings, type PollAnswer } from '../../src/events/event-feed.js';
import { EventRecorder } from '../../src/events/event-recorder.js';
import { readPollRequest } from '../../src/events/poll-request.js';
import { TokenSigner } from '../../src/events/token-signer.js';
import { newId } from '../../src/identity/id.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { openStore } from '../../src/store/store.js';
import { createStores } from '../../src/store/stores.js';
import { caller, noView, TestGateway } from '../delivery/gateway.js';
import { usePostgres } from '../postgres.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';

const prov = 'urn:ietf:params:scim:event:prov';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const forever = new AbortController().signal;

interface Claims {
  jti: string;
  iss: string;
  aud: string[];
  txn: string;
  sub?: string;
  sub_id: { format: string; uri: string };
  events: Record<string, { attributes?: string[]; version?: string }>;
}

async function feedOf(opened: OpenStores, more: Partial<EventFeedSettings> = {}) {
  const settings = {
    issuer: 'https://gateway.example',
    signingKeys: [pem],
    longPollMs: 2000,
    mostEvents: 100,
    retentionMs: 1,
    ...more,
  };
  const warnings: Record<string, unknown>[] = [];
  const feed = new EventFeed({
    store: opened.events,
    registry: SchemaRegistry.builtIn(),
    signer: await TokenSigner.of(settings.signingKeys),
    settings,
    warn: (detail) => warnings.push(detail),
  });
  const poll = (receiver: string, body: object = {}, gone = forever) =>
    feed.poll(receiver, readPollRequest({ returnImmediately: true, ...body }, settings.mostEvents), gone);
  return { feed, poll, warnings };
}

const claims = ({ sets }: PollAnswer) => Object.values(sets).map((token) => decodeJwt<Claims>(token));
const told = (answer: PollAnswer) =>
  claims(answer).map(({ sub_id, events }) => [sub_id.uri, ...Object.keys(events)].join(' '));

describe('The event feed', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async () => {
      const opened = await open();
      const recorder = new EventRecorder(opened.events, () => opened.resources.epoch());
      gateway = await new TestGateway(opened, {}, {}, undefined, { recorder }).start();
      return feedOf(opened);
    };
    afterEach(() => gateway.close());

    it('tells of every change with the names of what changed, in their order, and never a value', async () => {
      const { poll } = await start();
      const id = await gateway.user(
        'nora',
        { title: 'Clerk', [enterprise]: { department: 'Sales', costCenter: '7' } },
        { password: 'Sommer-Regen-42', externalId: 'e-1' },
      );
      await gateway.change('User', id, { [enterprise]: { department: 'Finance', costCenter: '7' } });
      await gateway.change('User', id, { active: false, title: 'Gone' });
      await gateway.change('User', id, { active: true });
      await gateway.remove('User', id);
      const answer = await poll('audit');
      const found = claims(answer);
      expect(found.map(({ events }) => events)).toEqual([
        {
          [`${prov}:create:notice`]: {
            attributes: [
              'id',
              'userName',
              'title',
              `${enterprise}:department`,
              `${enterprise}:costCenter`,
              'externalId',
              'password',
            ],
            version: 'W/"1-1"',
          },
        },
        { [`${prov}:patch:notice`]: { attributes: [`${enterprise}:department`], version: 'W/"1-2"' } },
        {
          [`${prov}:patch:notice`]: { attributes: ['title', 'active'], version: 'W/"1-3"' },
          [`${prov}:deactivate`]: {},
        },
        {
          [`${prov}:patch:notice`]: { attributes: ['active'], version: 'W/"1-4"' },
          [`${prov}:activate`]: {},
        },
        { [`${prov}:delete`]: {} },
      ]);
      for (const one of found) {
        expect(one).toMatchObject({ iss: 'https://gateway.example', aud: ['audit'] });
        expect(one.sub_id).toEqual({ format: 'scim', uri: `/Users/${id}` });
        expect(one.sub).toBeUndefined();
        expect(JSON.stringify(one)).not.toMatch(/Sommer|nora|Clerk|Finance/);
      }
      expect(new Set(found.map(({ txn }) => txn)).size).toBe(5);
      expect(answer.moreAvailable).toBe(false);
    });

    it('calls a whole new statement of a resource a put', async () => {
      const { poll } = await start();
      const id = await gateway.user('nora');
      await gateway.identity.edit(
        'User',
        id,
        {
          replaces: true,
          members: [],
          apply: ({ attributes }) => ({ attributes: { ...attributes, title: 'Chief' } }),
        },
        {},
        caller,
        noView,
      );
      expect(told(await poll('audit'))[1]).toBe(`/Users/${id} ${prov}:put:notice`);
    });

    it('tells of memberships, also of those that end with a member', async () => {
      const { poll } = await start();
      const nora = await gateway.user('nora');
      const group = await gateway.group('Sales', [nora]);
      await gateway.members(group, 'remove', [nora]);
      await gateway.members(group, 'add', [nora]);
      await gateway.remove('User', nora);
      const found = claims(await poll('audit'));
      const ofGroup = found.filter(({ sub_id }) => sub_id.uri === `/Groups/${group}`);
      expect(ofGroup.map(({ events }) => Object.values(events)[0]!.attributes)).toEqual([
        ['id', 'displayName', 'members'],
        ['members'],
        ['members'],
        ['members'],
      ]);
      expect(ofGroup.at(-1)!.txn).toBe(found.find(({ events }) => `${prov}:delete` in events)!.txn);
    });

    it('tells that a change was taken back because the target refused it', async () => {
      const { poll } = await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      gateway.target.before = () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'no' });
      };
      await expect(gateway.change('User', id, { title: 'Chief', active: false })).rejects.toThrow();
      await expect(gateway.user('vera')).rejects.toThrow();
      gateway.target.before = () => undefined;
      const found = claims(await poll('audit'));
      expect(found[2]!.events).toEqual({
        [`${prov}:patch:notice`]: { attributes: ['title', 'active'], version: 'W/"1-3"' },
        [`${prov}:activate`]: {},
      });
      expect(found.slice(3).map(({ events }) => Object.keys(events))).toEqual([
        [`${prov}:create:notice`],
        [`${prov}:delete`],
      ]);
      expect(found[4]!.sub_id).toEqual(found[3]!.sub_id);
    });

    it('gives each receiver what it has not acknowledged, in whatever order it does', async () => {
      const { poll, warnings } = await start();
      for (const name of ['a', 'b', 'c', 'd']) await gateway.user(name);
      const first = await poll('audit', { maxEvents: 3 });
      expect(first.moreAvailable).toBe(true);
      const [one, two, three] = Object.keys(first.sets) as [string, string, string];
      const second = await poll('audit', { ack: [two] });
      expect(Object.keys(second.sets).slice(0, 2)).toEqual([one, three]);
      expect(Object.keys(second.sets)).toHaveLength(3);
      const third = await poll('audit', { ack: [one], setErrs: { [three]: { err: 'invalid_key' } } });
      expect(Object.keys(third.sets)).toEqual([Object.keys(second.sets)[2]]);
      expect(warnings).toMatchObject([{ receiver: 'audit', jti: three, err: 'invalid_key' }]);
      const last = Object.keys(third.sets);
      expect(await poll('audit', { ack: [...last, 'unknown'], maxEvents: 0 })).toEqual({
        sets: {},
        moreAvailable: false,
      });
      expect(Object.keys((await poll('mirror')).sets)).toEqual([one, two, three, ...last]);
      expect(await gateway.opened.store.reader.all('SELECT * FROM event_acknowledged')).toEqual([]);
    });

    it('holds a poll open until something happens, or the receiver has gone', async () => {
      const { poll, feed } = await start();
      const started = performance.now();
      const waiting = poll('audit', { returnImmediately: false });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const id = await gateway.user('nora');
      expect(told(await waiting)).toEqual([`/Users/${id} ${prov}:create:notice`]);
      expect(performance.now() - started).toBeGreaterThan(100);
      const gone = new AbortController();
      const left = poll('mirror', { returnImmediately: false, ack: [] }, gone.signal);
      await expect(left).resolves.toMatchObject({ moreAvailable: false });
      const ack = Object.keys((await poll('late')).sets);
      const ended = poll('late', { returnImmediately: false, ack }, gone.signal);
      gone.abort();
      expect(await ended).toEqual({ sets: {}, moreAvailable: false });
      const stopped = poll('late', { returnImmediately: false });
      feed.stop();
      expect(await stopped).toEqual({ sets: {}, moreAvailable: false });
    });

    it('keeps the places of events when older ones are gone', async () => {
      const { poll } = await start();
      await gateway.user('a');
      await poll('audit', { ack: Object.keys((await poll('audit')).sets) });
      expect(await gateway.opened.events.deleteBefore(Date.now() + 60_000, 10)).toBe(1);
      const id = await gateway.user('b');
      expect(told(await poll('audit'))).toEqual([`/Users/${id} ${prov}:create:notice`]);
    });

    it('records nothing when it is off', async () => {
      gateway = await new TestGateway(await open()).start();
      await gateway.user('nora');
      expect(await gateway.opened.store.reader.all('SELECT * FROM event')).toEqual([]);
    });
  });
});

describe('Transactions that commit in another order than they began', () => {
  const url = usePostgres();

  it('lose no event to a receiver that polls in between', async () => {
    const store = await openStore({ engine: 'postgres', url: url() });
    const opened = { store, ...(await createStores(store, SchemaRegistry.builtIn())) };
    try {
      const { poll } = await feedOf(opened);
      const insert = (resourceId: string, hold?: Promise<void>) =>
        store.unitOfWork.run(async (tx) => {
          await opened.events.insert(tx, {
            id: newId(),
            txn: resourceId,
            resourceType: 'User',
            resourceId,
            resourceVersion: 1,
            events: { [`${prov}:delete`]: {} },
          });
          await hold;
        });
      let commit = () => undefined as void;
      const slow = insert('slow', new Promise<void>((resolve) => (commit = resolve)));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await insert('quick');
      const first = await poll('audit');
      expect(claims(first).map(({ txn }) => txn)).toEqual(['quick']);
      expect(await poll('audit', { ack: Object.keys(first.sets) })).toMatchObject({ sets: {} });
      commit();
      await slow;
      expect(claims(await poll('audit')).map(({ txn }) => txn)).toEqual(['slow']);
    } finally {
      await store.close();
    }
  });

  it('reach a receiver once each while many write and two replicas answer polls', async () => {
    const store = await openStore({ engine: 'postgres', url: url(), poolSize: 12 });
    const opened = { store, ...(await createStores(store, SchemaRegistry.builtIn())) };
    try {
      const feeds = [await feedOf(opened), await feedOf(opened)];
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let number = 0; number < 25; number++) {
          await store.unitOfWork.run(async (tx) => {
            await opened.events.insert(tx, {
              id: newId(),
              txn: `${writer}-${number}`,
              resourceType: 'User',
              resourceId: `${writer}`,
              resourceVersion: number,
              events: { [`${prov}:delete`]: {} },
            });
            await new Promise((resolve) => setTimeout(resolve, (writer * 7 + number * 3) % 10));
          });
        }
      });
      let writing = true;
      const done = Promise.all(writers).then(() => (writing = false));
      const received: string[] = [];
      let ack: string[] = [];
      for (let turn = 0; writing || ack.length > 0; turn++) {
        const answer = await feeds[turn % 2]!.poll('load', { ack, maxEvents: 20 });
        received.push(...claims(answer).map(({ txn }) => txn));
        ack = Object.keys(answer.sets);
      }
      await done;
      received.push(...claims(await feeds[0]!.poll('load')).map(({ txn }) => txn));
      received.splice(0, received.length, ...received.filter((txn) => txn.includes('-')));
      expect(received).toHaveLength(200);
      expect(new Set(received).size).toBe(200);
      for (let writer = 0; writer < 8; writer++) {
        const own = received.filter((txn) => txn.startsWith(`${writer}-`));
        expect(own).toEqual(Array.from({ length: 25 }, (_, number) => `${writer}-${number}`));
      }
    } finally {
      await store.close();
    }
  });
});

describe('Security event tokens', () => {
  const claimed = { jti: 'one', events: {} };
  const key = (...options: Parameters<typeof generateKeyPairSync>) =>
    (
      generateKeyPairSync as (...given: unknown[]) => {
        privateKey: { export(form: object): Buffer | string };
      }
    )(...options)
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();

  it.each([
    ['Ed25519', () => pem, 'EdDSA'],
    ['EC P-256', () => key('ec' as never, { namedCurve: 'P-256' } as never), 'ES256'],
    ['EC P-384', () => key('ec' as never, { namedCurve: 'P-384' } as never), 'ES384'],
    ['RSA', () => key('rsa' as never, { modulusLength: 2048 } as never), 'RS256'],
  ])('signed with %s are verified with what is published', async (_name, make, alg) => {
    const signer = await TokenSigner.of([make(), other]);
    const token = await signer.token(claimed);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg, typ: 'secevent+jwt' });
    const jwks = signer.jwks();
    expect(jwks.keys).toHaveLength(2);
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { typ: 'secevent+jwt' });
    expect(payload).toMatchObject(claimed);
  });

  it('are unsecured and say so without a key', async () => {
    const signer = await TokenSigner.of([]);
    const token = await signer.token(claimed);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'none', typ: 'secevent+jwt' });
    expect(token.endsWith('.')).toBe(true);
    expect(signer.jwks()).toEqual({ keys: [] });
  });
});

describe('A poll request', () => {
  it.each([
    [[], 'object'],
    [{ maxEvents: -1 }, 'maxEvents'],
    [{ maxEvents: '5' }, 'maxEvents'],
    [{ returnImmediately: 1 }, 'returnImmediately'],
    [{ ack: 'one' }, 'ack'],
    [{ setErrs: { one: 'broken' } }, 'setErrs'],
  ])('%j is refused', (body, named) => {
    expect(() => readPollRequest(body, 100)).toThrow(named);
  });
});
