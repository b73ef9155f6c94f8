/** `npm run check`: types, lint, format and import rules, two at a time; every failure is shown, not only the first. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install/install.mjs';
import { root } from './root.mjs';
import { main, say } from './run-logged.mjs';

const bin = (...path) => join(root, 'node_modules', ...path);

const checks = [
  { name: 'types', command: [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', command: [bin('eslint', 'bin', 'eslint.js'), '.'] },
  { name: 'format', command: [bin('prettier', 'bin', 'prettier.cjs'), '--check', '.'] },
  {
    name: 'imports',
    command: [
      bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'ormconfig.ts',
    ],
  },
];

function run({ name, command }) {
  const started = Date.now();
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (code !== 0) say(Buffer.concat(output).toString().trimEnd());
      say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      resolve(code === 0);
    });
  });
}

main(async () => {
  await install(['addon']);
  const waiting = [...checks];
  const worker = async () => {
    let good = true;
    for (let check = waiting.shift(); check; check = waiting.shift()) good = (await run(check)) && good;
    return good;
  };
  const outcomes = await Promise.all([worker(), worker()]);
  return outcomes.every(Boolean) ? 0 : 1;
});
