import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { printProblem } from '../../src/config/problem.js';
import { readConfig } from '../../src/read-config.js';

const key = Buffer.alloc(32, 1).toString('base64');

describe('A configuration folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, ...lines: string[]) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o600 });
  };
  const read = (env: NodeJS.ProcessEnv = {}, withoutSecrets = false) =>
    readConfig(folder, { env, withoutSecrets });
  const problems = async (env: NodeJS.ProcessEnv = {}) =>
    (await read(env)).problems.map((problem) => printProblem(problem));

  const sealingKey = () => {
    write('delivery.yaml', 'secrets:', '  keys:', '    - name: a', '      value: file:key');
    write('key', key);
  };
  const directory = (...more: string[]) =>
    write(
      'targets/ad.yaml',
      'kind: active-directory',
      'settings:',
      '  servers: [ldaps://dc]',
      '  bindDn: CN=svc',
      '  bindPassword: env:AD_PASSWORD',
      '  users: { container: "OU=a,DC=b" }',
      '  groups: { container: "OU=g,DC=b" }',
      ...more,
    );
  const revision = async () => (await read({ AD_PASSWORD: 'p' })).config.targets[0]!.revision;

  it('that stands in the repository validates as it is', async () => {
    const { problems: found, warnings } = await readConfig('config', { env: {} });
    expect([...found, ...warnings]).toEqual([]);
  });

  it('that names a connector which cannot be loaded has one problem, at the line that names it', async () => {
    write('targets/badges.yaml', 'answer: stored', 'kind: npm:./nowhere/index.js');
    expect(await problems()).toEqual([
      expect.stringMatching(/^targets\/badges\.yaml:2:\d+\s+kind: .*cannot be loaded: .*Check the path/s),
    ]);
  });

  it('that asks for disabled groups where there are none gets a warning, unless they are deleted later', async () => {
    const scim = ['kind: scim', 'settings: { baseUrl: "https://a.example", bearer: env:T }', 'groups:'];
    write('targets/app.yaml', ...scim, '  onDelete: disable');
    const { warnings, problems: found } = await read({ T: 't' });
    expect(found).toEqual([]);
    expect(warnings.map((warning) => printProblem(warning))).toEqual([
      expect.stringMatching(/app\.yaml:4:\d+\s+groups\.onDelete: a Group cannot be disabled/),
    ]);
    write('targets/app.yaml', ...scim, '  onDelete: disable', '  deleteAfter: 30d');
    expect((await read({ T: 't' })).warnings).toEqual([]);
  });

  it('that is empty has the defaults of every file', async () => {
    const { config, problems: found } = await read();
    expect(found).toEqual([]);
    expect(config).toMatchObject({
      server: { host: '127.0.0.1', port: 8080 },
      store: { engine: 'sqlite' },
      targets: [],
    });
  });

  it('that does not exist is one problem', async () => {
    rmSync(folder, { recursive: true });
    expect(await problems()).toEqual([expect.stringContaining('the folder does not exist')]);
  });

  it('reads secrets of a target only when it is on', async () => {
    sealingKey();
    directory('enabled: false');
    expect(await problems()).toEqual([]);
    directory();
    expect(await problems()).toEqual([
      'targets/ad.yaml:5:3  settings.bindPassword: the environment variable AD_PASSWORD is not set',
    ]);
  });

  it('is checked without secrets where they are not at hand', async () => {
    directory();
    write('delivery.yaml', 'secrets:', '  keys:', '    - name: a', '      value: file:nowhere');
    expect((await read({}, true)).problems).toEqual([]);
  });

  it('hands out what secrets name, without the end of the line', async () => {
    sealingKey();
    directory();
    const { config } = await read({ AD_PASSWORD: 'p4ss word ' });
    expect(config.delivery.secrets.keys[0]!.value).toBe(key);
    expect(config.targets[0]!.settings).toMatchObject({ bindPassword: 'p4ss word ' });
  });

  it('is shown with defaults and with references instead of secrets', async () => {
    sealingKey();
    directory();
    const { shown } = await read({ AD_PASSWORD: 'p4ss' });
    expect(shown['delivery.yaml']).toMatchObject({
      retry: { first: '2s' },
      secrets: { keys: [{ name: 'a', value: 'file:key' }] },
    });
    expect(shown['targets/ad.yaml']).toMatchObject({
      answerWithin: '8s',
      settings: { bindPassword: 'env:AD_PASSWORD' },
    });
  });

  it('warns of secret files that others can read', async () => {
    sealingKey();
    chmodSync(join(folder, 'key'), 0o644);
    expect((await read()).warnings.map((warning) => printProblem(warning))).toEqual([
      'delivery.yaml:4:7  secrets.keys[0].value: the file key can be read by other accounts of this machine; chmod 600 it',
    ]);
  });

  it('warns of tokens that travel in the clear', async () => {
    write('server.yaml', 'host: 0.0.0.0');
    expect((await read()).warnings).toEqual([
      expect.objectContaining({ file: 'server.yaml', line: 1, key: 'host' }),
    ]);
  });

  it('lets PORT beat the file', async () => {
    write('server.yaml', 'port: 8080');
    expect((await read({ PORT: '9001' })).config.server.port).toBe(9001);
    expect(await problems({ PORT: 'http' })).toEqual([
      'server.yaml:1:1  port: the environment variable PORT is "http", which is no port',
    ]);
  });

  it('gives the guard of delivery.yaml to targets that have none', async () => {
    write('delivery.yaml', 'guard: { deletes: 5 }');
    write('targets/a.yaml', 'kind: memory');
    write('targets/b.yaml', 'kind: memory', 'answer: stored', 'guard: { deletes: 9 }');
    expect((await read()).config.targets.map(({ file }) => file.guard?.deletes)).toEqual([5, 9]);
  });

  it('reports a type of resource that nothing defines', async () => {
    write('targets/a.yaml', 'kind: memory', 'resources:', '  Devise:', '    mapping: []');
    expect(await problems()).toEqual([
      'targets/a.yaml:3:3  resources.Devise: there is no resource type "Devise"',
    ]);
  });

  it('reports groups for a database that has no table of them, and delivers none unasked', async () => {
    const settings = 'settings: { engine: sqlite, file: a.sqlite, users: { table: users } }';
    write('a.sqlite');
    write('targets/a.yaml', 'kind: sql', settings, 'users: {}', 'groups: {}');
    expect(await problems()).toEqual([
      'targets/a.yaml:4:1  groups: settings name no place for resources of the type Group',
    ]);
    write('targets/a.yaml', 'kind: sql', settings);
    expect(Object.keys((await read()).config.targets[0]!.objects)).toEqual(['User']);
  });

  it.each([
    ['a comment', '# nothing'],
    ['another speed', 'parallel: 2'],
    ['another guard', 'guard: { deletes: 1 }'],
  ])('keeps the revision of a target with %s', async (_what, line) => {
    sealingKey();
    directory();
    const before = await revision();
    directory(line);
    expect(await revision()).toBe(before);
  });

  it.each([
    ['another mapping', 'users: { mapping: [{ target: mail, source: userName }] }'],
    ['another policy', 'users: { onDelete: delete }'],
  ])('changes the revision of a target with %s', async (_what, line) => {
    sealingKey();
    directory();
    const before = await revision();
    directory(line);
    expect(await revision()).not.toBe(before);
  });
});
