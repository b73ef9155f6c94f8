import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { printProblems } from '../../src/config/problem.js';
import { readConfig } from '../../src/read-config.js';

describe('A configuration folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, ...lines: string[]) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  };
  const problems = async (env: NodeJS.ProcessEnv = {}) =>
    printProblems('x', (await readConfig(folder, { env })).problems)
      .split('\n')
      .slice(1)
      .map((line) => line.trim());

  it('that stands in the repository validates as it is', async () => {
    expect((await readConfig('config', { env: {} })).problems).toEqual([]);
  });

  it('says everything that is wrong at once, with file, line, key and the nearest setting', async () => {
    write('server.yaml', 'host: 127.0.0.1', 'prot: 8080', 'publicUrl: no url');
    write('auth.yaml', 'tokens:', '  - name: entra', '    hash: my-secret-token', '    clint: entra');
    write('store.yaml', 'engine: mysql');
    write(
      'delivery.yaml',
      'retry:',
      '  first: soon',
      'secrets:',
      '  keys:',
      '    - name: a',
      '      value: c2VjcmV0',
    );
    expect(await problems()).toEqual([
      expect.stringMatching(/^server\.yaml:2:1 {2}prot: is not a setting; did you mean "port"\?$/),
      expect.stringMatching(/^server\.yaml:3:1 {2}publicUrl: /),
      expect.stringMatching(
        /^auth\.yaml:4:5 {2}tokens\[0\]\.clint: is not a setting; did you mean "client"\?$/,
      ),
      expect.stringMatching(
        /^auth\.yaml:3:5 {2}tokens\[0\]\.hash: must be sha256: and 64 hexadecimal digits/,
      ),
      expect.stringMatching(/^store\.yaml:1:1 {2}engine: must be one of/),
      expect.stringMatching(/^delivery\.yaml:2:3 {2}retry\.first: must be a duration/),
      expect.stringMatching(
        /^delivery\.yaml:6:7 {2}secrets\.keys\[0\]\.value: must name where the secret lives/,
      ),
      expect.stringMatching(/^delivery\.yaml:1:1 {2}secrets\.keys: the key "a" is not base64 of 32 bytes/),
    ]);
  });

  it('never prints a secret', async () => {
    write('auth.yaml', 'tokens:', '  - name: entra', '    hash: my-secret-token');
    write('delivery.yaml', 'secrets:', '  keys:', '    - name: a', '      value: my-other-secret');
    const report = (await problems()).join('\n');
    expect(report).not.toContain('my-secret-token');
    expect(report).not.toContain('my-other-secret');
  });

  it('reports YAML faults and doubled keys with their line', async () => {
    write('server.yaml', 'port: 8080', 'port: 8081');
    expect(await problems()).toEqual([expect.stringMatching(/^server\.yaml:2:1 {2}Map keys must be unique/)]);
  });

  it('reports faults of a mapping expression at the line and the character', async () => {
    write('delivery.yaml', 'secrets:', '  keys:', '    - name: a', '      value: env:KEY');
    write(
      'targets/mem.yaml',
      'kind: memory',
      'users:',
      '  mapping:',
      '    - target: name',
      '      source: userName',
      '    - target: title',
      '      expression: Jion(" ", [title])',
    );
    const report = await problems({ KEY: Buffer.alloc(32).toString('base64') });
    expect(report).toEqual([
      expect.stringMatching(/^targets\/mem\.yaml:7:7 {2}users\.mapping\[1\]\.expression: .*Join.*column 1/),
    ]);
  });

  it('refuses a second target that decides and a circle of targets', async () => {
    write('targets/a.yaml', 'kind: memory', 'dependsOn: [b]');
    write('targets/b.yaml', 'kind: memory', 'dependsOn: [a, c]');
    expect(await problems()).toEqual([
      expect.stringContaining('only one target can be "delivered"'),
      expect.stringContaining('depend on each other in a circle'),
      expect.stringContaining('there is no target "c"'),
      expect.stringContaining('depend on each other in a circle'),
    ]);
  });

  it('reads secrets of a target only when it is on', async () => {
    write('delivery.yaml', 'secrets:', '  keys:', '    - name: a', '      value: file:key');
    write('key', Buffer.alloc(32, 1).toString('base64'));
    const target = [
      'kind: active-directory',
      'settings:',
      '  servers: [ldaps://dc]',
      '  bindDn: CN=svc',
      '  bindPassword: env:NOT_SET',
      '  users: { container: "OU=a,DC=b" }',
    ];
    write('targets/ad.yaml', ...target, 'enabled: false');
    expect(await problems()).toEqual([]);
    write('targets/ad.yaml', ...target);
    expect(await problems()).toEqual([
      expect.stringMatching(
        /^targets\/ad\.yaml:5:3 {2}settings\.bindPassword: the environment variable NOT_SET is not set$/,
      ),
    ]);
  });

  it('lets PORT beat the file', async () => {
    write('server.yaml', 'port: 8080');
    expect((await readConfig(folder, { env: { PORT: '9001' } })).config.server.port).toBe(9001);
  });
});
