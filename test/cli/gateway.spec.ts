import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnsweringServer, runCli } from './run-cli.js';

const target = {
  name: 'ad',
  kind: 'active-directory',
  answer: 'delivered',
  state: 'paused',
  pause: { reason: 'misconfigured', detail: 'the password of the service account is wrong' },
  available: false,
  links: { applied: 3, due: 1 },
  openEdges: { due: 2, parked: 4 },
};

describe('Verbs that ask the gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-cli-'));
  const config = join(folder, 'config');
  const server = new AnsweringServer();

  beforeAll(async () => {
    await server.start();
    mkdirSync(config);
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(config, 'server.yaml'), `port: ${server.port}\n`);
    writeFileSync(join(folder, 'secrets', 'operations-token'), 'from-file\n');
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    server.asked.length = 0;
    server.answer = () => ({ body: {} });
  });

  const landfall = (parameters: string[], env: NodeJS.ProcessEnv = {}) =>
    runCli(['--config', config, ...parameters], { env });

  it('find gateway and token from the configuration folder', async () => {
    server.answer = () => ({ body: { targets: [target] } });
    const { code, stdout } = await landfall(['target', 'list']);
    expect(code).toBe(0);
    expect(server.asked).toMatchObject([
      { method: 'GET', url: '/operations/v1/targets', authorization: 'Bearer from-file' },
    ]);
    expect(stdout).toMatch(/^TARGET +KIND +STATE/);
    expect(stdout).toMatch(/^ad +active-directory +paused \(misconfigured\) +3 +1 +0 +0 +0 +2 +4$/m);
  });

  it('take a token from the environment or from a named file, and another gateway by --url', async () => {
    const file = join(folder, 'other-token');
    writeFileSync(file, 'other\n');
    await landfall(['target', 'list', '--json'], { LANDFALL_TOKEN: 'from-env' });
    await landfall(['--token-file', file, 'target', 'list', '--json'], { LANDFALL_TOKEN: 'from-env' });
    await runCli(['--url', `${server.url}/`, '--token-file', file, 'target', 'list', '--json']);
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer from-env',
      'Bearer other',
      'Bearer other',
    ]);
  });

  it.each([
    [['target', 'status', 'ad'], 'GET', '/targets/ad', undefined],
    [['target', 'pause', 'a d'], 'POST', '/targets/a%20d/pause', {}],
    [['target', 'resume', 'ad'], 'POST', '/targets/ad/resume', {}],
    [['target', 'rights', 'ad'], 'GET', '/targets/ad/rights', undefined],
    [
      ['link', 'list', '--state', 'parked', '--target', 'ad'],
      'GET',
      '/links?limit=100&state=parked&target=ad',
      undefined,
    ],
    [['link', 'retry', '--resource', 'nora'], 'POST', '/links/retry', { resource: 'nora' }],
    [['password', 'reveal', 'nora'], 'POST', '/passwords/reveal', { user: 'nora' }],
    [
      ['source', 'assign', 'hcm', '4711', 'nora', '--type', 'User'],
      'POST',
      '/sources/hcm/assign',
      { externalId: '4711', resource: 'nora', type: 'User' },
    ],
    [['guard', 'allow', 'id-1', 'id-2'], 'POST', '/guard/allow', { links: ['id-1', 'id-2'] }],
    [['guard', 'discard', '--all', '--target', 'ad'], 'POST', '/guard/discard', { all: true, target: 'ad' }],
    [['plan', '--user', 'nora', '--target', 'ad'], 'POST', '/plan', { user: 'nora', target: 'ad' }],
  ])('say what they are told: %j', async (parameters, method, path, body) => {
    await landfall(['--json', ...parameters]);
    expect(server.asked).toMatchObject([{ method, url: `/operations/v1${path}` }]);
    expect(server.asked[0]!.body).toEqual(body);
  });

  it('end with 3 when records are parked, and show whom they could mean', async () => {
    const candidates = [{ id: 'id-1', name: 'nora' }, { id: 'id-2' }];
    server.answer = () => ({
      body: {
        parked: [
          {
            source: 'hcm',
            type: 'User',
            externalId: '4711',
            place: 'p.csv:3',
            reason: 'two',
            at: 0,
            candidates,
          },
        ],
      },
    });
    const { code, stdout } = await landfall(['source', 'parked', 'hcm']);
    expect(server.asked).toMatchObject([{ method: 'GET', url: '/operations/v1/sources/parked?source=hcm' }]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^hcm +User +4711 +p\.csv:3 +nora \(id-1\), id-2 +1970/m);
    expect(stdout).toContain('4711: two');
  });

  it('name the source of every attribute in the plan of one user', async () => {
    const attributes = [
      { path: 'title', value: 'Painter', author: 'hcm', offers: [{ source: 'entra', value: 'Artist' }] },
      { path: 'userName', value: 'nora', offers: [] },
    ];
    server.answer = () => ({ body: { changesPending: false, previews: [], attributes } });
    const { stdout } = await landfall(['plan', '--user', 'nora']);
    expect(stdout).toMatch(/^title +Painter +hcm +entra: Artist$/m);
    expect(stdout).toMatch(/^userName +nora +-$/m);
  });

  it('end with 3 when a plan has changes, and show why', async () => {
    server.answer = () => ({
      body: {
        changesPending: true,
        previews: [
          {
            target: 'ad',
            label: 'nora',
            action: 'update',
            account: 'CN=Nora\u001b[2J,DC=x',
            members: 1,
            scope: { inScope: true },
            changes: [
              { attribute: 'title', old: ['Clerk'], new: ['Boss'], mapping: 'users.mapping[3] title' },
            ],
          },
        ],
      },
    });
    const { code, stdout } = await landfall(['plan', '--user', 'nora']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/title +Clerk +→ +Boss +users\.mapping\[3\] title/);
    expect(stdout).not.toContain('\u001b');
  });

  it('plan everybody page by page', async () => {
    const preview = (label: string, action: string) => ({
      target: 'ad',
      label,
      action,
      members: 0,
      scope: { inScope: true },
      changes: [],
    });
    server.answer = ({ body }) =>
      (body as { after?: string }).after === 'next'
        ? { body: { changesPending: true, previews: [preview('two', 'create')] } }
        : { body: { changesPending: false, previews: [preview('one', 'none')], after: 'next', total: 2 } };
    const { code, stdout } = await landfall(['plan']);
    expect([code, stdout]).toEqual([3, 'ad: two: create\n']);
  });

  it('end with 1 when a check finds an error, with the remedy', async () => {
    server.answer = () => ({
      body: {
        ok: false,
        findings: [
          { severity: 'error', subject: 'bind', detail: 'wrong password', remedy: 'mend bindPassword' },
        ],
      },
    });
    const { code, stdout, stderr } = await landfall(['target', 'check', 'ad']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/error +bind +wrong password +mend bindPassword/);
    expect(stderr).toBe('landfall: the target "ad" is not ready\n');
  });

  it('end with 3 when the guard holds something', async () => {
    server.answer = () => ({
      body: { held: [{ id: 'l1', target: 'ad', label: 'nora', summary: 'delete', at: 0 }] },
    });
    expect((await landfall(['guard', 'list'])).code).toBe(3);
    server.answer = () => ({ body: { held: [] } });
    expect((await landfall(['guard', 'list'])).code).toBe(0);
  });

  it('follow a job to its end', async () => {
    const states = [
      { id: 'j', state: 'running', progress: { done: 1, total: 2 } },
      {
        id: 'j',
        state: 'done',
        progress: { done: 2, total: 2 },
        result: { counts: { listed: 2 }, differences: 0 },
      },
    ];
    server.answer = ({ method }) => ({
      body: method === 'POST' ? { job: { id: 'j', state: 'running' } } : states.shift(),
    });
    const { code, stdout } = await landfall(['reconcile', 'ad', '--apply']);
    expect([code, stdout]).toEqual([0, '2 listed\nThe target is as the store wants it.\n']);
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /operations/v1/reconcile',
      'GET /operations/v1/jobs/j',
      'GET /operations/v1/jobs/j',
    ]);
    expect(server.asked[0]!.body).toEqual({ target: 'ad', apply: true });
  });

  it('end with 3 when reconcile finds differences, and when a preview of import has accounts', async () => {
    const row = { kind: 'orphans', label: 'CN=Old', detail: 'stamped for a resource that is gone' };
    server.answer = () => ({
      body: {
        job: { id: 'j', state: 'done', result: { counts: { orphans: 1 }, differences: 1, findings: [row] } },
      },
    });
    const reconciled = await landfall(['reconcile', 'ad']);
    expect(reconciled.code).toBe(3);
    expect(reconciled.stdout).toMatch(/orphans +CN=Old +stamped for a resource that is gone/);
    const counts = { imported: 2, rejected: 1 };
    server.answer = () => ({ body: { job: { id: 'j', state: 'done', result: { counts, differences: 3 } } } });
    const preview = await landfall(['import', 'target', 'ad']);
    expect([preview.code, preview.stdout]).toEqual([
      3,
      '2 would be imported, 0 linked before, 1 rejected.\n',
    ]);
    expect((await landfall(['import', 'target', 'ad', '--apply'])).code).toBe(0);
  });

  it('say that a job failed', async () => {
    server.answer = () => ({ body: { job: { id: 'j', state: 'failed', detail: 'disk full' } } });
    const { code, stderr } = await landfall(['backup', '/tmp/x']);
    expect([code, stderr]).toEqual([1, 'landfall: backup failed: disk full\n']);
  });

  const logged = (n: number, more: object = {}) => ({
    id: `01930000-000${n}-7000-8000-00000000000${n}`,
    at: n,
    target: 'ad',
    resourceType: 'User',
    label: `user${n}`,
    action: 'update',
    outcome: 'success',
    caller: 'entra',
    correlationId: 'c',
    durationMs: 1,
    changes: [],
    ...more,
  });
  const labels = (jsonLines: string) =>
    jsonLines
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { label: string }).label);

  it('print the log for spreadsheets, formulas disarmed', async () => {
    const record = logged(0, {
      label: '=cmd()',
      account: ' +1"x',
      anchor: 'guid',
      attempt: 2,
      steps: [
        { name: 'plan', status: 'success', detail: 'create' },
        { name: 'apply', status: 'failure', detail: 'no' },
      ],
      changes: [{ attribute: 'cn', old: [], new: ['a', 'b'] }],
    });
    server.answer = () => ({ body: { records: [record], more: false } });
    const { stdout } = await landfall(['log', '--csv', '--since', '2h']);
    expect(server.asked[0]!.url).toBe('/operations/v1/log?since=2h&limit=1000&after=0');
    expect(stdout.split('\r\n')).toEqual([
      '"time","target","type","who","action","outcome","by","detail","correlationId","durationMs","recommendedAction","id","source","resourceId","anchor","account","attempt","errorKind","steps","changes"',
      `"1970-01-01T00:00:00.000Z","ad","User","'=cmd()","update","success","entra","cn","c","1","","${record.id}","","","guid","' +1""x","2","","plan success: create\napply failure: no","cn:  -> a | b"`,
      '',
    ]);
  });

  it('export a whole range page by page, oldest first', async () => {
    server.answer = ({ url }) =>
      url.includes('after=0&') || url.endsWith('after=0')
        ? { body: { records: [logged(1), logged(2)], more: true, next: logged(2).id } }
        : { body: { records: [logged(3)], more: false, next: logged(3).id } };
    const { stdout } = await landfall(['--json', 'log', '--caller', 'entra']);
    expect(labels(stdout)).toEqual(['user1', 'user2', 'user3']);
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/operations/v1/log?caller=entra&limit=1000&after=0',
      `/operations/v1/log?caller=entra&limit=1000&after=${logged(2).id}`,
    ]);
  });

  it('say that there is more of the log than is shown', async () => {
    server.answer = () => ({ body: { records: [logged(2), logged(1)], more: true } });
    const { stdout, stderr } = await landfall(['log', '--limit', '2']);
    expect(stdout).toMatch(/user1[^]*user2/);
    expect(stderr).toBe('2 newest; --limit shows more\n');
  });

  it('follow the log without repeating what was shown', async () => {
    // The second look has more than a page.
    const pages = [[[1, 2], false] as const, [[2], true] as const, [[3], false] as const];
    server.answer = ({ url }) => {
      if (!url.includes('after=')) return { body: { records: [logged(1)], next: logged(1).id } };
      const [numbers, more] = pages.shift() ?? [[3], false];
      return { body: { records: numbers.map((n) => logged(n)), more } };
    };
    const { code, stdout } = await runCli(['--config', config, '--json', 'log', '--follow'], {
      until: /user3/,
    });
    expect(labels(stdout)).toEqual(['user1', 'user2', 'user3']);
    expect(code).toBe(130);
  }, 10_000);

  it('say that no gateway runs', async () => {
    const { code, stderr } = await landfall(['--url', 'http://127.0.0.1:9', 'target', 'list']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^landfall: no gateway answers at http:\/\/127\.0\.0\.1:9 \(.+\)\. Is it running\?/,
    );
  });

  it('say what the gateway says, and end with 2 when the token is at fault', async () => {
    server.answer = () => ({ status: 404, body: { message: 'There is no target "x".' } });
    expect(await landfall(['target', 'status', 'x'])).toMatchObject({
      code: 1,
      stderr: 'landfall: There is no target "x".\n',
    });
    server.answer = () => ({ status: 401, body: { message: 'The bearer token is not known here.' } });
    const refused = await landfall(['target', 'status', 'x']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('operations-token');
  });

  it('tell another web server from a gateway', async () => {
    server.answer = () => ({ body: '<html>' });
    expect(await landfall(['target', 'list'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not a Landfall gateway') as string,
    });
    server.answer = () => ({ status: 404, body: { message: 'Cannot POST /operations/v1/backup' } });
    expect((await landfall(['backup', 'x'])).stderr).toContain('does not offer /backup');
  });

  it('ask for a token where none is to be found', async () => {
    const { code, stderr } = await runCli(['--config', 'config', 'target', 'list'], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining('LANDFALL_TOKEN')]);
  });
});
