import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { freePort } from '../../../scripts/free-port.mjs';
import { runCli } from '../../cli/run-cli.js';
import { newFolder, removeFolders } from './files.js';

const token = 'the-token-of-this-specification';

/** The built gateway with nothing but a store and a csv source. */
class FeedProcess {
  readonly folder = newFolder();
  private process?: ChildProcess;
  private printed = '';
  private port = 0;

  constructor(sources: Record<string, string>) {
    mkdirSync(join(this.folder, 'config', 'sources'), { recursive: true });
    mkdirSync(join(this.folder, 'outbox'));
    const hash = createHash('sha256').update(token).digest('hex');
    const write = (name: string, content: string) =>
      writeFileSync(join(this.folder, 'config', name), content, { mode: 0o600 });
    write('server.yaml', 'logLevel: info\n');
    write('auth.yaml', `tokens:\n  - { name: operations, hash: 'sha256:${hash}', scopes: [operations] }\n`);
    write('store.yaml', 'engine: sqlite\nfile: ../store.sqlite\n');
    for (const [name, source] of Object.entries(sources)) write(`sources/${name}.yaml`, source);
  }

  async start(): Promise<void> {
    this.port = await freePort();
    this.process = spawn(process.execPath, ['dist/src/main.js'], {
      env: { ...process.env, LANDFALL_CONFIG: join(this.folder, 'config'), PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    this.process.stderr!.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    await this.until(() =>
      fetch(`http://127.0.0.1:${this.port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process!.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }

  cli(...parameters: string[]) {
    return runCli(['--url', `http://127.0.0.1:${this.port}`, ...parameters], {
      env: { LANDFALL_TOKEN: token },
    });
  }

  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  async until(condition: () => unknown, withinMs = 40_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!(await condition())) {
      if (performance.now() > end)
        throw new Error(`not within ${withinMs} ms: ${condition.toString()}\n${this.printed}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const source = `kind: csv
settings:
  externalId: Personalnr
  encoding: windows-1252
  timeZone: Europe/Berlin
  dates: [dd.MM.yyyy]
  watch: ../outbox
  leaversGuard: { count: 1, percent: 100 }
  mapping:
    userName: E-Mail
    name.familyName: Nachname
    manager: Chef
`;
/** A block of the documentation's section on CSV files. */
function documented(language: string): string {
  const section = readFileSync('docs/hcm.md', 'utf8').split('\n## CSV files\n')[1]!;
  return new RegExp(`\n\`\`\`${language}\n(.*?)\`\`\`\n`, 's').exec(section)![1]!;
}

const rows = (...lines: string[]) =>
  iconv.encode(['Personalnr;E-Mail;Nachname;Chef', ...lines, ''].join('\r\n'), 'windows-1252');

describe('landfall import csv', () => {
  const gateway = new FeedProcess({ hr: source, payroll: documented('yaml') });
  beforeAll(() => gateway.start(), 60_000);
  afterAll(async () => {
    await gateway.end('SIGTERM');
    removeFolders();
  });

  it('previews, imports, writes rejected rows down and holds leavers', async () => {
    const file = gateway.file('people.csv', rows('1;a@x.example;Müßig;2', '2;b@x.example;Zoë;', '3;;Ohne;'));
    const preview = await gateway.cli('import', 'csv', 'hr', file);
    expect([preview.code, preview.stderr]).toEqual([3, '']);
    expect(preview.stdout).toMatch(
      /created +people\.csv:2 +1 +userName: a@x\.example; name\.familyName: Müßig; manager: 2/,
    );
    expect(preview.stdout).toMatch(
      /2 would be created, 0 would be updated, 0 as they are, 0 parked, 1 rejected\.\n$/,
    );
    const rejected = join(gateway.folder, 'rejected.csv');
    const applied = await gateway.cli('import', 'csv', 'hr', file, '--apply', '--rejected', rejected);
    expect(applied.code).toBe(1);
    expect(readFileSync(rejected, 'utf8')).toMatch(
      /^\ufeffPersonalnr;.*;Landfall reason\r\n3;;Ohne;;4;.*userName/,
    );
    expect((await gateway.cli('import', 'csv', 'hr', file)).code).toBe(1);
    const one = gateway.file('one.csv', rows('4;d@x.example;Neu;'));
    const held = await gateway.cli('--json', 'import', 'csv', 'hr', one, '--full', '--apply');
    expect([held.code, JSON.parse(held.stdout)]).toMatchObject([
      1,
      { counts: { created: 1, leaversHeld: 2 } },
    ]);
    const left = await gateway.cli('import', 'csv', 'hr', one, '--full', '--apply', '--allow-leavers', '2');
    expect([left.code, left.stdout]).toMatchObject([0, expect.stringContaining('1 as they are, 2 left')]);
    expect(
      readdirSync(join(gateway.folder, 'imports')).filter((name) => !name.endsWith('.rejected.csv')),
    ).toEqual([]);
  });

  it('does what the documentation shows', async () => {
    const file = gateway.file('payroll.csv', iconv.encode(documented('csv'), 'windows-1252'));
    const { code, stdout } = await gateway.cli('import', 'csv', 'payroll', file);
    expect([code, stdout.replaceAll('payroll.csv', 'people.csv')]).toEqual([3, documented('text')]);
  });

  it('refuses a broken file and an unknown source', async () => {
    const broken = gateway.file('broken.csv', rows('1;"a'));
    const refused = await gateway.cli('import', 'csv', 'hr', broken, '--apply');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/failed: .*never closed/)]);
    const unknown = await gateway.cli('import', 'csv', 'absent', broken);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('no source "absent" of kind csv'),
    ]);
    expect((await gateway.cli('import', 'csv', 'hr', join(gateway.folder, 'none.csv'))).code).toBe(2);
    expect((await gateway.cli('import', 'csv', 'hr', broken, '--allow-leavers', 'all')).code).toBe(2);
  });

  it('imports what is renamed into the watched folder, also while the gateway was down, once', async () => {
    const outbox = join(gateway.folder, 'outbox');
    const arrived = (folder: string) =>
      existsSync(join(outbox, folder)) ? readdirSync(join(outbox, folder)) : [];
    await gateway.end('SIGKILL');
    renameSync(gateway.file('w1', rows('7;g@x.example;Sieben;', '8;;Acht;')), join(outbox, 'week 1.csv'));
    await gateway.start();
    await gateway.until(() => arrived('done').length === 3);
    expect(arrived('done').map((name) => name.replace(/^\d{8}T\d{9}Z-/, ''))).toEqual([
      'week 1.csv',
      'week 1.csv.json',
      'week 1.csv.rejected.csv',
    ]);
    const result = JSON.parse(readFileSync(join(outbox, 'done', arrived('done')[1]!), 'utf8'));
    expect(result).toMatchObject({
      file: 'week 1.csv',
      state: 'done',
      rows: 2,
      counts: { created: 1, rejected: 1 },
    });
    renameSync(gateway.file('w2', 'Nr;Mail\r\n'), join(outbox, 'week 2.csv'));
    await gateway.until(() => arrived('failed').length === 2);
    expect(JSON.parse(readFileSync(join(outbox, 'failed', arrived('failed')[1]!), 'utf8'))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('there is no column "Personalnr"'),
    });
    expect(arrived('processing')).toEqual([]);
    expect(readdirSync(outbox).sort()).toEqual(['done', 'failed', 'processing']);
  }, 90_000);
});
