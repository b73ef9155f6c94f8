import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { runLogged, say } from './run-logged.mjs';

const inputs = [
  'src',
  'ormconfig.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];

const changedAt = (path) => {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
};

const newest = (paths) => Math.max(...paths.map((path) => changedAt(join(root, path))));

export const gatewayScript = join(root, 'dist', 'src', 'main.js');

/** The compiler writes every file of dist at each run, so one file's time stands for all. */
export const buildIsCurrent = () =>
  existsSync(gatewayScript) && statSync(gatewayScript).mtimeMs >= newest(inputs);

export async function build(tell = say) {
  if (buildIsCurrent()) return;
  tell('Compiling …');
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await runLogged(process.execPath, [nest, 'build'], { name: 'build', what: 'the build', limit: 300 });
}
