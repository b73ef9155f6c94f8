import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In a checkout the sources are there and are compiled first when they are newer; a shipped image has only dist. */
async function prepare() {
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, 'scripts'))) return;
  if (!existsSync(join(root, 'node_modules')))
    throw new Error('The npm packages are missing. Run "npm ci" first, or "npm run quickstart".');
  const { build } = await import('../scripts/build.mjs');
  await build((line) => process.stderr.write(`${line}\n`));
}

/** Runs one of the gateway's entry points. */
export async function compiled(entry) {
  const file = join(root, 'dist', 'src', entry);
  try {
    await prepare();
    if (!existsSync(file)) throw new Error(`${file} is missing. Run "npm run build" first.`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  await import(pathToFileURL(file).href);
}
