import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';

/** Node's words, and those of test runners that load modules themselves. */
const missingFile = /Cannot find module '(?:file:\/\/)?(\/[^']+|[A-Za-z]:[^']+)'/;
const missingPackage = /Cannot find package '/;

interface Manifest {
  main?: unknown;
  exports?: unknown;
  scripts?: Record<string, string>;
}

/** What to do about a connector that cannot be loaded: build it, install it, or look at the path. */
export function loadRemedy(name: string, path: string | undefined, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const build = buildOf(missingFile.exec(reason)?.[1], path);
  if (build !== undefined) return `It is not built; run: ${build}`;
  if (path === undefined) return `Install it beside the gateway: npm install ${name}`;
  const folder = missingPackage.test(reason) ? packageFolder(path) : undefined;
  return folder === undefined ? 'Check the path.' : `Install what it needs: npm install --prefix ${folder}`;
}

/** The build command of the package that offers the missing file, or whose source was named; undefined: it has none. */
function buildOf(missing: string | undefined, path: string | undefined): string | undefined {
  const file = missing ?? path;
  const folder = file === undefined ? undefined : packageFolder(file);
  if (file === undefined || folder === undefined) return undefined;
  const { main, exports, scripts } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest;
  if (scripts?.build === undefined) return undefined;
  // A mistyped path lies in no package that offers it, but perhaps below one: the gateway's own.
  const offered = JSON.stringify([main, exports]).includes(relative(folder, file).replaceAll('\\', '/'));
  return (missing !== undefined && offered) || isSource(file)
    ? `npm run build --prefix ${folder}`
    : undefined;
}

/** Node runs no TypeScript that has decorators, as every settings class does. */
const isSource = (file: string) => ['.ts', '.mts'].includes(extname(file)) && existsSync(file);

function packageFolder(file: string): string | undefined {
  const folder = dirname(file);
  if (existsSync(join(folder, 'package.json'))) return folder;
  return folder === file ? undefined : packageFolder(folder);
}
