import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../root.mjs';
import { PlainError, say } from '../run-logged.mjs';
import { rebuildAddon } from './node-modules.mjs';

const run = promisify(execFile);

/** The same choice as the gateway's: the runtime's own engine, else the addon. */
const probe = `
  const builtin = process.getBuiltinModule?.('node:sqlite');
  const Database = builtin?.DatabaseSync ?? require('better-sqlite3');
  const database = new Database(':memory:');
  database.exec('CREATE TABLE t (a)');
  database.close();
`;

/** In a process of its own: an addon built for another Node can end the process instead of throwing. */
const loads = () =>
  run(process.execPath, ['-e', probe], { cwd: root, timeout: 60_000 }).then(
    () => undefined,
    (error) => error.stderr?.trim() || error.message,
  );

export async function checkSqlite() {
  if ((await loads()) === undefined) return;
  say('Compiling the SQLite addon for this Node …');
  await rebuildAddon();
  const failure = await loads();
  if (failure !== undefined)
    throw new PlainError(
      `no SQLite engine loads on Node ${process.version}; Node 24 brings one along.\n${failure}`,
    );
}
