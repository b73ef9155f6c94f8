/**
 * `npm run bench:scale`: how the time of a SCIM request grows with the number of users. Compiles the bench beside the
 * gateway and runs it; for PostgreSQL in a cluster of its own. With `--sizes`: what a user costs on disk, by table. With `--backlog`:
 * what a claim of due work costs while many links wait.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startPostgres } from './lab/postgres.mjs';
import { root } from './root.mjs';
import { main, PlainError } from './run-logged.mjs';

const { Client } = createRequire(import.meta.url)('pg');
const compiled = join(root, 'node_modules', '.cache', 'landfall-bench');

function run(script, args, env = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new PlainError(`${script} failed`))));
  });
}

async function createDatabases(url, sizes) {
  const client = new Client(url);
  await client.connect();
  for (const users of sizes) await client.query(`CREATE DATABASE users_${Number(users)}`);
  await client.end();
}

function argument(args, name, otherwise) {
  const position = args.indexOf(name);
  return position === -1 ? otherwise : args[position + 1];
}

main(async () => {
  const args = process.argv.slice(2);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(tsc, ['-p', 'tsconfig.json', '--noCheck', '--sourceMap', 'false', '--outDir', compiled]);
  const sizes = args.includes('--sizes');
  const backlog = args.includes('--backlog');
  const script = sizes ? 'store-size.js' : backlog ? 'due-work.js' : 'scim-scale.js';
  const bench = join(compiled, 'bench', script);
  if (argument(args, '--engine', 'sqlite') !== 'postgres') return run(bench, args);
  const postgres = await startPostgres();
  try {
    await createDatabases(
      postgres.url,
      argument(args, '--users', sizes ? '20000' : backlog ? '10000,100000' : '10000,100000,1000000').split(
        ',',
      ),
    );
    await run(bench, args, { LANDFALL_BENCH_POSTGRES: postgres.url });
  } finally {
    await postgres.stop();
  }
});
