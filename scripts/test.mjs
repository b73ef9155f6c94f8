/** `npm test`: installs what is missing, brings up a domain controller and PostgreSQL for all spec files, runs jest. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install/install.mjs';
import { startLab, templateIn } from './lab/lab.mjs';
import { startPostgres } from './lab/postgres.mjs';
import { logFolder, root, stateFolder } from './root.mjs';
import { main, say, whenInterrupted } from './run-logged.mjs';

const parts = { unit: ['<rootDir>/src'], e2e: ['<rootDir>/test'] };
const report = join(logFolder, 'jest.json');

async function startServers() {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-dc-'));
  const [lab, postgres] = await Promise.all([
    startLab({ dir, template: templateIn(join(stateFolder, 'cache')) }),
    startPostgres(),
  ]);
  return {
    env: { LANDFALL_TEST_LAB: dir, LANDFALL_TEST_PG: postgres.url },
    stop: async () => {
      await Promise.all([lab.kill(), postgres.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function jest(args, env) {
  const script = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const node = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', script];
  const options = [`--maxWorkers=${Math.max(2, availableParallelism())}`, '--json', `--outputFile=${report}`];
  const child = spawn(process.execPath, [...node, ...options, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

/** A file that could not be loaded counts as failed: no test of it has run. */
function summary() {
  if (!existsSync(report)) return 'jest wrote no report: 0 passed, 1 failed';
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = numPendingTests > 0 ? `${numPendingTests} skipped\n` : '';
  return `${skipped}${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`;
}

main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  const part = parts[first];
  const args = part ? [...rest, '--roots', ...part] : process.argv.slice(2);
  const serving = first !== 'unit';
  await install(serving ? ['domainController', 'addon', 'postgres', 'faults'] : ['addon']);
  mkdirSync(logFolder, { recursive: true });
  rmSync(report, { force: true });
  if (serving) await build();
  const servers = serving ? await startServers() : undefined;
  if (servers) whenInterrupted(() => servers.stop().then(() => undefined));
  try {
    return await jest(args, servers?.env);
  } finally {
    await servers?.stop();
    say(summary());
  }
});
