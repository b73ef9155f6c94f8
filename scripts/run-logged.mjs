import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endGroup, tail } from './lab/process.mjs';
import { PlainError } from './plain-error.mjs';
import { logFolder, root } from './root.mjs';

export const say = (line) => process.stdout.write(`${line}\n`);

export { PlainError };

const running = new Set();

/** Ends what `runLogged` has under way, so that an interrupted script leaves nothing behind. */
const endRunning = async () => {
  await Promise.all([...running].map((pid) => endGroup(pid, { patience: 5_000 })));
};

/**
 * Runs a command with its output in a log of its own. A failure, or no end within `limit` seconds,
 * becomes one message that names the log and shows its end.
 */
export async function runLogged(command, args, { name, what, limit, env = process.env }) {
  const log = join(logFolder, `${name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const out = openSync(log, 'w');
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', out, out], detached: true });
  closeSync(out);
  if (child.pid) running.add(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (child.pid) void endGroup(child.pid, { patience: 5_000 });
  }, limit * 1000);
  const outcome = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  clearTimeout(timer);
  running.delete(child.pid);
  if (outcome !== undefined)
    throw new PlainError(
      `${what} ${late ? `took longer than ${limit} s` : `failed: ${outcome}`}; see ${log}:\n${tail(log)}`,
    );
}

const cleanups = new Set();

/** Work to be done before the script ends by a signal. A number that it resolves with is the exit code. */
export function whenInterrupted(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

async function interrupted() {
  const done = await Promise.allSettled([endRunning(), ...[...cleanups].map((cleanup) => cleanup())]);
  for (const { reason } of done.filter(({ status }) => status === 'rejected'))
    process.stderr.write(`${reason.stack}\n`);
  process.exit(done.map(({ value }) => value).find(Number.isInteger) ?? 130);
}

/** Runs a script's main function: plain messages for expected failures, exit code 1; an orderly end on signals. */
export function main(work) {
  let first = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (first) void interrupted();
      first = false;
    });
  work().then(
    (code) => {
      if (first) process.exitCode = code ?? 0;
    },
    (error) => {
      if (!first) return;
      process.stderr.write(`${error instanceof PlainError ? error.message : error.stack}\n`);
      process.exitCode = 1;
    },
  );
}
