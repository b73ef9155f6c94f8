/** A throwaway PostgreSQL cluster on loopback, in a folder of its own below the temporary folder. */
import { execFile, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../free-port.mjs';
import { PlainError } from '../plain-error.mjs';
import { alive, endGroup, tail } from './process.mjs';

const run = promisify(execFile);
const startLimit = 60_000;

/** Folder of initdb and postgres: PATH first, then where Debian keeps one folder per version, newest first. */
export function postgresFolder() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const debian = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean).concat(debian);
  return folders.find((folder) => ['initdb', 'postgres'].every((tool) => existsSync(join(folder, tool))));
}

/** PostgreSQL refuses to run as root, so root hands it to the account that its package made. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!account)
    throw new PlainError('PostgreSQL refuses to run as root and there is no account postgres or nobody');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

const readyLine = /database system is ready to accept connections/;

async function untilReady(child, log) {
  const deadline = Date.now() + startLimit;
  while (!readyLine.test(readFileSync(log, 'utf8'))) {
    if (!alive(child.pid)) throw new PlainError(`PostgreSQL ended while starting; see ${log}:\n${tail(log)}`);
    if (Date.now() > deadline)
      throw new PlainError(`PostgreSQL is not ready after ${startLimit / 1000} s; see ${log}:\n${tail(log)}`);
    await sleep(50);
  }
}

/**
 * Ends with the server; and ends the server, folder included, when standard input closes, so that it never outlives
 * its starter. A background job has no standard input of its own, hence descriptor 3.
 */
const tied = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{
  cat <&3
  kill -INT $server
  tries=0
  while kill -0 $server 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  cd /
  rm -rf "$0"
} &
wait $server
`;

export async function startPostgres() {
  const bin = postgresFolder();
  if (!bin)
    throw new PlainError(
      'PostgreSQL (initdb, postgres) is not installed; on Debian: apt-get install postgresql',
    );
  const user = unprivileged();
  const dir = mkdtempSync(join(tmpdir(), 'landfall-postgres-'));
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  const log = `${dir}.log`;
  const env = { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C' };
  const made = [
    '--pgdata',
    data,
    '--username=landfall',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  await run(join(bin, 'initdb'), made, { ...user, env, cwd: dir, timeout: 120_000 });
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=200',
  ];
  const server = [join(bin, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const out = openSync(log, 'w', 0o600);
  const options = { ...user, env, cwd: dir, detached: true, stdio: ['pipe', out, out] };
  const child = spawn('sh', ['-c', tied, dir, ...server], options);
  closeSync(out);
  child.unref();
  child.stdin.unref();
  const stop = async () => {
    await endGroup(child.pid, { name: 'SIGINT', log });
    rmSync(dir, { recursive: true, force: true });
    rmSync(log, { force: true });
  };
  try {
    await untilReady(child, log);
  } catch (error) {
    await endGroup(child.pid, { name: 'SIGKILL', log });
    throw error;
  }
  return { url: `postgres://landfall@127.0.0.1:${port}/postgres`, port, logFile: log, pid: child.pid, stop };
}
