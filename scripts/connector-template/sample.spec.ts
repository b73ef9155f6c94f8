import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  contractCases,
  leftOutCases,
  type ContractHarness,
  type Fault,
  type ResourceKind,
  type Subject,
} from '../../src/connectors/connector-kit.js';
import { sample } from './index.js';
import { SampleHttp } from './sample-http.js';
import { startStandIn } from './sample-stand-in.mjs';

const standIn = await startStandIn({ token: 'kit-token' });

const silent = () => undefined;
const context = {
  target: 'kit',
  storeId: 'kit-store',
  log: { info: silent, warn: silent, error: silent },
  mapped: { User: ['name', 'title'], Group: ['name'] },
  now: Date.now,
};
const settings = Object.assign(new sample.Settings(), { url: standIn.url, token: 'kit-token' });
const connector = sample.create(settings, context);

/** Looks at the application without the connector: at yours, ask it by another client, or read its database. */
const accounts = (kind: ResourceKind) => standIn.accounts[kind === 'Group' ? 'groups' : 'users'];

/** A way in which the application can fail: a status, or no answer to a call that was carried out. */
const failing = (trouble: number | 'lostAnswer') => (): Fault => {
  standIn.trouble = trouble;
  return { mend: () => void (standIn.trouble = undefined) };
};

const harness: ContractHarness = {
  connector: () => connector,
  /** The kit's traits in the words of the application: which attribute is the name, which a plain one. */
  subject(kind, { id, name, title, createOnly, enabled, matchByName }): Subject {
    const plain = (attribute: string, value: string | null | undefined, apply: 'always' | 'create') =>
      value === undefined
        ? []
        : [
            {
              name: attribute,
              values: value === null ? [] : [value],
              apply,
              mapping: `mapping ${attribute}`,
            },
          ];
    return {
      kind,
      resourceId: id,
      stamp: `kit-store:${id}`,
      label: name,
      desired: {
        ...(enabled === undefined ? {} : { enabled }),
        attributes: [...plain('title', title, 'always'), ...plain('note', createOnly, 'create')],
        unique: { name: { value: name, givenByClient: true, apply: 'always', mapping: 'mapping name' } },
        references: [],
      },
      match: matchByName ? [{ attribute: 'name', value: name }] : [],
    };
  },
  async read(kind, anchor) {
    const account = accounts(kind).get(anchor);
    if (!account) return undefined;
    const { attributes, enabled, members } = account;
    return {
      name: attributes.name ?? '',
      title: attributes.title,
      createOnly: attributes.note,
      enabled,
      members,
    };
  },
  count: async (kind, name) =>
    [...accounts(kind).values()].filter(({ attributes }) => attributes.name === name).length,
  async seed(kind, { name, stamp }) {
    const id = `seeded-${name}`;
    accounts(kind).set(id, { id, stamp, enabled: true, attributes: { name }, members: [] });
    return id;
  },
  vanish: async (kind, anchor) => void accounts(kind).delete(anchor),
  readsTarget: true,
  unknownAnchor: 'nobody',
  uniqueNames: true,
  disables: ['User'],
  declaredDisables: (kind) => sample.disables!(settings, kind),
  nestedGroups: true,
  checksMembers: true,
  /** Every way in which the application can fail and a test can make it. */
  faults: {
    unavailable: failing(503),
    unknown: failing('lostAnswer'),
    rejected: failing(422),
    conflict: failing(409),
    misconfigured: failing(401),
  },
};

describe('the sample connector', () => {
  afterAll(() => standIn.close());
  for (const { title, run } of contractCases(harness)) it(title, run);
  for (const { title, needs, run } of leftOutCases(harness)) it.skip(`${title} (needs ${needs})`, run);
});

/** What each failure means to a reading and to a writing call. */
describe('a call to sample', () => {
  const server = createServer((request, response) => {
    const status = Number(request.url?.split('/')[1]);
    if (status > 0) response.writeHead(status).end('{}');
  });
  const http = new Promise<SampleHttp>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(new SampleHttp({ url: `http://127.0.0.1:${port}`, token: 't', timeoutMs: 100 }));
    });
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const fails = (kind: string) => (error: { kind?: string }) => {
    assert.equal(error.kind, kind);
    return true;
  };
  const rows = [
    ['/302', 'misconfigured', 'misconfigured'],
    ['/400', 'rejected', 'rejected'],
    ['/401', 'misconfigured', 'misconfigured'],
    ['/404', 'misconfigured', 'misconfigured'],
    ['/409', 'conflict', 'conflict'],
    ['/429', 'unavailable', 'unavailable'],
    ['/500', 'unavailable', 'unknown'],
    ['/503', 'unavailable', 'unavailable'],
    ['/504', 'unavailable', 'unknown'],
    ['/no-answer-in-time', 'unavailable', 'unknown'],
  ] as const;
  for (const [path, reading, writing] of rows)
    it(`of which ${path.slice(1)} comes is ${reading}, and ${writing} when it writes`, async () => {
      const never = new AbortController().signal;
      const calls = await http;
      await assert.rejects(calls.call({ method: 'GET', path }, never), fails(reading));
      await assert.rejects(calls.call({ method: 'POST', path, body: {} }, never), fails(writing));
    });

  it('that delivery gives up in the middle of a write is unknown', async () => {
    const calls = await http;
    const work = calls.call(
      { method: 'POST', path: '/no-answer-in-time', body: {} },
      AbortSignal.timeout(20),
    );
    await assert.rejects(work, fails('unknown'));
  });

  it('that nobody listens to is unavailable, because nothing was sent', async () => {
    const gone = await startStandIn({ token: 't' });
    await gone.close();
    const closed = new SampleHttp({ url: gone.url, token: 't', timeoutMs: 1000 });
    const never = new AbortController().signal;
    await assert.rejects(closed.call({ method: 'POST', path: '/', body: {} }, never), fails('unavailable'));
  });
});
