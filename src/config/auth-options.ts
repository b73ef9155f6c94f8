import { resolve } from 'node:path';
import { checkTokens } from './check-together.js';
import { ConfigFolder } from './config-folder.js';
import { AuthFile } from './files.js';
import type { ConfigProblem } from './problem.js';

/** auth.yaml alone, for taking changed tokens over while the gateway runs. */
export function loadAuthFile(path: string): { auth: AuthFile; problems: ConfigProblem[] } {
  const folder = new ConfigFolder(resolve(path), { env: process.env, withoutSecrets: false });
  const { settings: auth } = folder.read('auth.yaml', AuthFile);
  checkTokens(auth, folder);
  return { auth, problems: folder.sorted() };
}
