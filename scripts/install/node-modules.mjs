import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';
import { runLogged, say } from '../run-logged.mjs';

const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** npm records what it installed; an optional package may be absent because it is for another platform. */
export function modulesAreCurrent() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesIn(record);
  return Object.entries(packagesIn(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === wanted.version : Boolean(wanted.optional || wanted.devOptional);
  });
}

/** Headers beside the running Node spare the compiler of native addons a download. */
function npmEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h'));
  const given = Object.keys(process.env).some((name) => name.toLowerCase() === 'npm_config_nodedir');
  return headers && !given ? { ...process.env, npm_config_nodedir: prefix } : process.env;
}

const npm = (args, name, limit) => {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  return runLogged(command, [...first, ...args], {
    name,
    what: `npm ${args[0]}`,
    limit,
    env: npmEnvironment(),
  });
};

export async function installModules() {
  if (modulesAreCurrent()) return;
  say('Installing npm packages (a minute or two where the SQLite addon is compiled) …');
  await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], 'npm-ci', 1_200);
}

export const rebuildAddon = () => npm(['rebuild', 'better-sqlite3'], 'npm-rebuild', 900);
