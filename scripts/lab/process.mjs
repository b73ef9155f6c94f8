import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainError } from '../plain-error.mjs';

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
};

/** State, process group and start time (proc(5), fields 3, 5 and 22) of a process; undefined when there is none. */
function stat(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], group: Number(fields[2]), startTime: fields[19] };
  } catch {
    return undefined;
  }
}

/** A finished process that its parent has not waited for still answers signals; the kernel calls it a zombie. */
const finished = (found) => found?.state === 'Z' || found?.state === 'X';

export const alive = (pid) => signal(pid, 0) && !finished(stat(pid));

/** When a process started, in ticks since boot. */
export const startTimeOf = (pid) => stat(pid)?.startTime;

/** Process ids are used again: a remembered one is ours only with the start time that was remembered with it. */
export const isProcess = ({ pid, startTime } = {}) =>
  pid !== undefined && startTime !== undefined && alive(pid) && startTimeOf(pid) === startTime;

/** Where nobody waits for orphans (a container's init often does not), zombies stay in the group for ever. */
const groupAlive = (pid) => {
  if (!signal(-pid, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(stat).some((found) => found?.group === pid && !finished(found));
};

/** Ends a process group whose leader is `pid`; SIGKILL after `patience`. Resolves when every member is gone. */
export async function endGroup(pid, { name = 'SIGTERM', patience = 15_000, log } = {}) {
  if (!signal(-pid, name)) return;
  const deadline = Date.now() + patience;
  const hopeless = deadline + 5_000;
  let killed = name === 'SIGKILL';
  while (groupAlive(pid)) {
    if (!killed && Date.now() > deadline) killed = signal(-pid, 'SIGKILL');
    if (Date.now() > hopeless)
      throw new PlainError(`process group ${pid} does not end${log ? `; see ${log}` : ''}`);
    await sleep(25);
  }
}

/** The last lines of a log, for an error message that names it. */
export const tail = (file, lines = 15) => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log was written)';
  }
};
