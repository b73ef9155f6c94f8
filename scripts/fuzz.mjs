/** `npm run test:fuzz -- --minutes 5 --seed 1`: the properties of the mapping, over and over. Prints its seeds. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install/install.mjs';
import { root, stateFolder } from './root.mjs';
import { main, runLogged, whenInterrupted } from './run-logged.mjs';

const compiled = join(stateFolder, 'ts');

async function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', join(root, 'tsconfig.json'), '--outDir', compiled];
  await runLogged(process.execPath, args, { name: 'fuzz-build', what: 'compiling the tests', limit: 300 });
}

function fuzz(args) {
  const script = join(compiled, 'test', 'fuzz', 'mapping-fuzz.js');
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  whenInterrupted(async () => void child.kill());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

main(async () => {
  await install([]);
  await compile();
  return fuzz(process.argv.slice(2));
});
