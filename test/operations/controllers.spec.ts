import { GatewayInProcess } from './gateway-in-process.js';

const base = '/operations/v1';
const requests: [method: string, path: string][] = [
  ['GET', '/targets'],
  ['GET', '/targets/people'],
  ['POST', '/targets/people/pause'],
  ['POST', '/targets/people/resume'],
  ['POST', '/targets/people/check'],
  ['GET', '/links'],
  ['POST', '/links/retry'],
  ['GET', '/guard'],
  ['POST', '/guard/allow'],
  ['POST', '/guard/discard'],
  ['GET', '/jobs'],
  ['GET', '/jobs/none'],
  ['POST', '/jobs/none/cancel'],
  ['POST', '/reconcile'],
  ['POST', '/import/target'],
  ['POST', '/passwords/reveal'],
];

describe('The operations API', () => {
  let gateway: GatewayInProcess;
  let id: string;

  beforeAll(async () => {
    const key = Buffer.alloc(32, 3).toString('base64');
    gateway = await new GatewayInProcess({
      'config/targets/people.yaml': 'kind: memory\nanswer: delivered\n',
      'config/delivery.yaml': "secrets: { keys: [{ name: test, value: 'file:../key' }] }\n",
      key,
    }).start();
    const made = await gateway.ask('scim', 'POST', '/scim/v2/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'nora',
    });
    id = made.json.id;
  });
  afterAll(() => gateway?.remove());

  const ask = (method: string, path: string, body?: object) =>
    gateway.ask('operations', method, base + path, body);

  it.each(requests)('asks for a token with its scope: %s %s', async (method, path) => {
    expect((await gateway.ask(undefined, method, base + path)).status).toBe(401);
    expect((await gateway.ask('scim', method, base + path)).status).toBe(403);
    expect((await gateway.ask('metrics', method, base + path)).status).toBe(403);
  });

  it('says without a token no more than that it is up', async () => {
    expect((await gateway.ask(undefined, 'GET', '/health/live')).json).toEqual({ status: 'live' });
    expect((await gateway.ask(undefined, 'GET', '/health/ready')).json).toEqual({ status: 'ready' });
  });

  it.each([
    ['GET', '/links?limit=0', undefined],
    ['GET', '/links?state=lost', undefined],
    ['GET', '/links?colour=red', undefined],
    ['GET', '/jobs?kind=holiday', undefined],
    ['GET', '/jobs?limit=101', undefined],
    ['POST', '/links/retry', { state: 'held' }],
    ['POST', '/guard/allow', {}],
    ['POST', '/guard/allow', { links: [7, {}] }],
    ['POST', '/guard/discard', { links: [] }],
    ['POST', '/reconcile', {}],
    ['POST', '/reconcile', { target: 'people', colour: 'red' }],
    ['POST', '/import/target', { apply: true }],
    ['POST', '/passwords/reveal', {}],
    // Text is true to JavaScript, also "false": what means "only look" would be carried out.
    ['POST', '/reconcile', { target: 'people', apply: 'false' }],
    ['POST', '/import/target', { target: 'people', apply: {} }],
    ['POST', '/guard/allow', { all: 'false' }],
    ['POST', '/targets/people/resume', { accept: 'no' }],
    ['POST', '/plan', { limit: '5' }],
    ['POST', '/passwords/reveal', { user: 4711 }],
  ] as const)('answers bad input with 400: %s %s %j', async (method, path, body) => {
    expect(await ask(method, path, body)).toMatchObject({ status: 400 });
  });

  it.each([
    ['GET', '/targets/none', undefined],
    ['POST', '/targets/none/pause', {}],
    ['GET', '/jobs/none', undefined],
    ['POST', '/jobs/none/cancel', {}],
    ['POST', '/reconcile', { target: 'none' }],
    ['POST', '/import/target', { target: 'none' }],
    ['POST', '/passwords/reveal', { user: 'nobody' }],
  ] as const)('answers 404 for what is not there: %s %s', async (method, path, body) => {
    expect(await ask(method, path, body)).toMatchObject({ status: 404 });
  });

  it('shows targets, pauses and resumes them, and checks them', async () => {
    const { json } = await ask('GET', '/targets');
    expect(json.targets).toMatchObject([
      { name: 'people', state: 'active', links: { applied: 1 }, openEdges: { due: 0, parked: 0 } },
    ]);
    expect((await ask('POST', '/targets/people/pause', {})).json).toMatchObject({
      state: 'paused',
      pause: { reason: 'administrator', detail: 'paused by operations' },
    });
    expect((await ask('POST', '/targets/people/resume', {})).json).toMatchObject({ state: 'active' });
    expect((await ask('POST', '/targets/people/check', {})).json).toMatchObject({
      target: 'people',
      ok: true,
    });
  });

  it('shows links of a user, without leases, and delivers them again', async () => {
    const { json } = await ask('GET', '/links?resource=nora');
    expect(json.links).toMatchObject([{ resourceId: id, state: 'applied', names: { userName: 'nora' } }]);
    expect(json.links[0]).not.toHaveProperty('leaseOwner');
    expect((await ask('POST', '/links/retry', { resource: 'nora' })).json).toEqual({ retried: 1 });
  });

  it('shows what the guard holds and takes decisions on all of it', async () => {
    expect((await ask('GET', '/guard?target=people')).json).toEqual({ held: [] });
    expect((await ask('POST', '/guard/allow', { all: true })).json).toEqual({ allowed: 0 });
    expect((await ask('POST', '/guard/discard', { all: true })).json).toEqual({ discarded: 0 });
  });

  it.each(['/reconcile', '/import/target'])('begins a job, shows it and ends it: %s', async (path) => {
    const begun = await ask('POST', path, { target: 'people' });
    expect(begun).toMatchObject({ status: 202, json: { job: { target: 'people', state: 'running' } } });
    const job = begun.json.job.id;
    for (let round = 0; round < 100; round++) {
      if ((await ask('GET', `/jobs/${job}`)).json.state !== 'running') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await ask('GET', `/jobs/${job}`)).json).toMatchObject({ state: 'done', result: { counts: {} } });
    expect(
      (await ask('GET', '/jobs?target=people')).json.jobs.map((each: { id: string }) => each.id),
    ).toContain(job);
    expect((await ask('POST', `/jobs/${job}/cancel`, {})).status).toBe(200);
  });

  it('says so where no initial password waits to be revealed', async () => {
    expect(await ask('POST', '/passwords/reveal', { user: 'nora' })).toMatchObject({
      status: 404,
      json: { message: expect.stringContaining('No initial password of "nora" waits') },
    });
  });
});
