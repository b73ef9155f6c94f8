/** `npm test`: installs what is missing, brings up a domain controller and PostgreSQL for all spec files, runs jest. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { install } from './install/install.mjs';
import { startLab, templateIn } from './lab/lab.mjs';
import { startPostgres } from './lab/postgres.mjs';
import { logFolder, root, stateFolder } from './root.mjs';
import { main, say, whenInterrupted } from './run-logged.mjs';

const parts = { unit: ['<rootDir>/src'], e2e: ['<rootDir>/test'] };
const report = join(logFolder, 'jest.json');
const secondReport = join(logFolder, 'jest-again.json');
/** More than these is no matter of a busy machine. */
const mostAgain = 3;

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

function jest(args, { env, output, workers }) {
  const script = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const node = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', script];
  const options = [`--maxWorkers=${workers}`, '--json', `--outputFile=${output}`];
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

const readReport = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).testResults : []);

/**
 * A second run of the few files that failed, alone on the machine, on CI only: there a busy neighbour must not refuse
 * a change. Which ones needed it is said by name: each is a fault to be mended, of the test or of the code.
 */
async function again(env) {
  const failed = readReport(report).filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > mostAgain) return 1;
  const names = failed.map(({ name }) => name);
  say(`\nFailed, and run once more: ${names.map((name) => relative(root, name)).join(', ')}`);
  const code = await jest(['--runTestsByPath', ...names], { env, output: secondReport, workers: 1 });
  for (const { name, status } of readReport(secondReport))
    if (status === 'passed') say(`UNSTABLE ${relative(root, name)}: failed first, passed when run again`);
  return code;
}

/** Of the last run of each file. A file that could not be loaded counts as failed: no test of it has run. */
function summary() {
  const first = readReport(report);
  if (first.length === 0) return 'jest wrote no report: 0 passed, 1 failed';
  const last = new Map([...first, ...readReport(secondReport)].map((file) => [file.name, file]));
  const counts = { passed: 0, failed: 0, pending: 0 };
  for (const { status: outcome, assertionResults } of last.values()) {
    for (const { status } of assertionResults) counts[status] = (counts[status] ?? 0) + 1;
    if (outcome === 'failed' && !assertionResults.some(({ status }) => status === 'failed')) counts.failed++;
  }
  const skipped = counts.pending > 0 ? `${counts.pending} skipped\n` : '';
  return `${skipped}${counts.passed} passed, ${counts.failed} failed`;
}

main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  const part = parts[first];
  const args = part ? [...rest, '--roots', ...part] : process.argv.slice(2);
  const serving = first !== 'unit';
  await install(serving ? ['domainController', 'addon', 'postgres', 'faults'] : ['addon']);
  mkdirSync(logFolder, { recursive: true });
  for (const path of [report, secondReport]) rmSync(path, { force: true });
  if (serving) await build();
  const servers = serving ? await startServers() : undefined;
  if (servers) whenInterrupted(() => servers.stop().then(() => undefined));
  try {
    const workers = Math.max(2, availableParallelism());
    const code = await jest(args, { env: servers?.env, output: report, workers });
    return code !== 0 && process.env.CI ? await again(servers?.env) : code;
  } finally {
    await servers?.stop();
    say(summary());
  }
});
