import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/free-port.mjs';

const run = promisify(execFile);

/** The shell lines of a step of docs/connectors.md, in order. */
function blocksOf(step: number): string[] {
  const page = readFileSync('docs/connectors.md', 'utf8');
  const [, text] = page.split(new RegExp(`^### ${step}\\. .*$`, 'm'));
  const [section] = text!.split(/^### /m);
  return [...section!.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines!);
}

/** What a newcomer does with docs/connectors.md, in a folder beside the checkout. */
describe('A new connector', () => {
  const parent = mkdtempSync(join(tmpdir(), 'landfall-newcomer-'));
  const folder = join(parent, 'badges');
  const shell = (script: string) => run('bash', ['-c', script], { cwd: folder, timeout: 150_000 });

  beforeAll(async () => {
    symlinkSync(resolve('.'), join(parent, 'landfall'));
    await run(process.execPath, ['scripts/new-connector.mjs', 'badges', '--package', folder]);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules', 'landfall'));
  }, 300_000);
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('bears its own name everywhere', () => {
    const files = readdirSync(folder).filter((name) => name !== 'node_modules');
    expect(files).toContain('badges-connector.js');
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/sample/i);
  });

  it('passes the contract before anything is changed', async () => {
    const { stdout } = await shell('node --test --test-reporter=tap');
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)![1])).toBeGreaterThan(40);
  });

  it('delivers a user by the lines of the page, as they stand there', async () => {
    const [configure, build, start, check, send, see] = blocksOf(5);
    const ports = [await freePort(), await freePort()];
    const ready = 'until grep -q "landfall is ready" try/gateway.log; do sleep 0.2; done';
    // The tests have compiled the gateway; compiling it again would take it away from under the others.
    const compiled = build!.replace('npm run build', 'true');
    const script = ['set -e', "trap 'kill %1 %2; wait' EXIT"]
      .concat(configure!, compiled, start!, ready, check!, send!, 'echo', see!, 'echo')
      .concat('node ../landfall/bin/landfall.js log')
      .join('\n')
      .replaceAll('8090', String(ports[0]))
      .replaceAll('8081', String(ports[1]));
    const { stdout } = await shell(script);
    const { id } = JSON.parse(/^\{"schemas".*$/m.exec(stdout)![0]) as { id: string };
    const { items } = JSON.parse(/^\{\n.*^\}$/ms.exec(stdout)![0]) as { items: object[] };
    const account = { stamp: expect.stringContaining(id) as string, enabled: true };
    expect(items).toEqual([
      expect.objectContaining({ ...account, attributes: { name: 'nora', title: 'Pilot' } }),
    ]);
    expect(stdout).toMatch(/badges +User +nora +create +success/);
  }, 180_000);
});
