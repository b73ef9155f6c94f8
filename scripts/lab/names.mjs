import { spawnSync } from 'node:child_process';

/** Replaces what this one process sees of the machine's names, in a mount namespace of its own; asks no name server. */
const script = [
  'mount --bind "$0" /etc/hosts',
  '{ [ ! -e /etc/resolv.conf ] || mount --bind /dev/null /etc/resolv.conf; }',
  'exec "$@"',
].join(' && ');

/** The command that runs `command` with the names of a hosts(5) file; the command itself without one. */
export const withNames = (hosts, command) =>
  hosts === undefined ? command : ['unshare', '--mount', 'sh', '-c', script, hosts, ...command];

/** Why this machine cannot give a process names of its own; undefined where it can. */
export function whyNoNames() {
  const [program, ...given] = withNames('/dev/null', ['true']);
  const { error, status, stderr } = spawnSync(program, given, { encoding: 'utf8', timeout: 10_000 });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim() || `${program} ended with ${status}`;
}
