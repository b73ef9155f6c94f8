/** `npm run test:faults -- --minutes N --engine sqlite|postgres [--replicas N] [--seed S] [--log FILE]`: docs/fault-campaign.md. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { install } from './install/install.mjs';
import { PlainError } from './plain-error.mjs';
import { root } from './root.mjs';
import { main, whenInterrupted } from './run-logged.mjs';

const usage =
  'npm run test:faults -- --minutes N --engine sqlite|postgres [--replicas N] [--seed S] [--log FILE]';

function readOptions() {
  const text = { type: 'string' };
  const options = { minutes: text, engine: text, replicas: text, seed: text, log: text };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new PlainError(`${error.message}\n${usage}`);
  }
  const { minutes = '5', engine = 'sqlite', replicas = engine === 'postgres' ? '3' : '1' } = values;
  if (!['sqlite', 'postgres'].includes(engine)) throw new PlainError(`unknown engine ${engine}\n${usage}`);
  if (engine === 'sqlite' && replicas !== '1') throw new PlainError('an embedded store serves one gateway');
  for (const number of [minutes, replicas, values.seed ?? '1'])
    if (!(Number(number) > 0)) throw new PlainError(`${number} is no number above 0\n${usage}`);
  return { ...values, minutes, engine, replicas };
}

function run(options) {
  const env = { ...process.env };
  for (const [name, value] of Object.entries(options)) env[`FAULTS_${name.toUpperCase()}`] = value;
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const node = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest];
  const child = spawn(process.execPath, [...node, '--testMatch', '**/test/faults/*.campaign.ts'], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  whenInterrupted(async () => void child.kill());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

main(async () => {
  const options = readOptions();
  await install(['domainController', 'addon', 'postgres', 'faults']);
  await build();
  return run(options);
});
