import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { hashToken } from '../../src/auth/index.js';
import { runCli } from './run-cli.js';

describe('Verbs that work on files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('config check is content with the configuration of the repository', async () => {
    const { code, stdout } = await runCli(['--config', 'config', 'config', 'check']);
    expect(stdout).toBe('The configuration in config is fine: 0 targets, 0 tokens.\n');
    expect(code).toBe(0);
  });

  it('config check reports every fault with its place, in words and as JSON', async () => {
    writeFileSync(join(folder, 'server.yaml'), 'prot: 1\n');
    writeFileSync(join(folder, 'store.yaml'), 'engine: oracle\n');
    const words = await runCli(['--config', folder, 'config', 'check']);
    expect(words.code).toBe(2);
    expect(words.stdout.split('\n')).toEqual([
      `The configuration in ${folder} has 2 problems:`,
      `  ${folder}/server.yaml:1:1  prot: is not a setting; did you mean "port"?`,
      `  ${folder}/store.yaml:1:1  engine: must be one of sqlite, postgres`,
      '',
    ]);
    const json = await runCli(['--config', folder, '--json', 'config', 'check']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      problems: [{ file: 'server.yaml', line: 1, key: 'prot' }, { file: 'store.yaml' }],
    });
    const print = await runCli(['--config', folder, 'config', 'print']);
    expect([print.code, print.stdout]).toEqual([2, '']);
    rmSync(join(folder, 'server.yaml'));
    rmSync(join(folder, 'store.yaml'));
  });

  it('config print shows defaults, and where secrets live', async () => {
    writeFileSync(join(folder, 'delivery.yaml'), 'secrets: { keys: [{ name: a, value: "env:SEALING" }] }\n');
    const { code, stdout } = await runCli(['--config', folder, 'config', 'print', 'delivery.yaml'], {
      env: { SEALING: 'dont-show' },
    });
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      retry: { attempts: 12 },
      secrets: { keys: [{ value: 'env:SEALING' }] },
    });
    expect(stdout).not.toContain('dont-show');
    expect((await runCli(['--config', folder, 'config', 'print', 'nowhere.yaml'])).code).toBe(2);
  });

  it('config schema writes a schema for each file', async () => {
    const out = join(folder, 'schemas-for-editor');
    expect((await runCli(['config', 'schema', '--write', out])).code).toBe(0);
    expect(readdirSync(out)).toEqual(readdirSync('config/editor'));
    const { stdout } = await runCli(['config', 'schema', 'server']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync('config/editor/server.schema.json', 'utf8')));
  });

  it('token create prints a token whose hash is in the entry', async () => {
    const parameters = [
      'token',
      'create',
      'admin',
      '--client',
      'generic',
      '--scopes',
      'operations,metrics',
      '--expires',
      '2030-01-01',
    ];
    const { code, stdout } = await runCli(['--json', ...parameters]);
    const { token, entry } = JSON.parse(stdout) as { token: string; entry: { hash: string } };
    expect(code).toBe(0);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(entry).toEqual({
      name: 'admin',
      hash: hashToken(token),
      client: 'generic',
      source: 'admin',
      scopes: ['operations', 'metrics'],
      expires: '2030-01-01',
    });
  });

  it('token create prints an entry that auth.yaml takes as it is', async () => {
    const { stdout } = await runCli(['token', 'create', 'entra']);
    const entry = stdout.slice(stdout.indexOf('- name'));
    writeFileSync(join(folder, 'auth.yaml'), `tokens:\n${entry}`);
    expect((await runCli(['--config', folder, 'config', 'check', '--no-secrets'])).stdout).toContain(
      '1 token.',
    );
  });

  it('token hash hashes what is on standard input', async () => {
    expect((await runCli(['token', 'hash'], { input: 'my token\n' })).stdout).toBe(
      `${hashToken('my token')}\n`,
    );
  });

  it.each([
    [['token', 'create', 'x', '--client', 'workday']],
    [['token', 'create', 'x', '--scopes', 'everything']],
    [['targets']],
    [['import', 'csv', 'people.csv']],
    [['plan', '--user', 'a', '--file', 'b']],
    [['import', 'entra-schema', '/nowhere.json']],
  ])('wrong usage ends with 2: %j', async (parameters) => {
    const { code, stderr } = await runCli(parameters, { env: { LANDFALL_TOKEN: 't' } });
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('version names what runs', async () => {
    expect((await runCli(['version'])).stdout).toContain(`Node ${process.versions.node}`);
  });
});
