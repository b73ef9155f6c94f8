import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lab } from '../../scripts/lab/lab.mjs';

const run = promisify(execFile);
const memberAttribute = 'bf9679c0-0de6-11d0-a285-00aa003049e2';

/** Denies the delegated account to write the members of a group, as an administrator might. */
export async function denyMembers(lab: Lab, groupDn: string): Promise<void> {
  const sddl = `(OD;;WP;${memberAttribute};;${await sidOf(lab)})`;
  await run('samba-tool', [
    'dsacl',
    'set',
    '-H',
    `tdb://${lab.samLdb}`,
    `--objectdn=${groupDn}`,
    `--sddl=${sddl}`,
  ]);
}

async function sidOf(lab: Lab): Promise<string> {
  const { stdout } = await run('ldbsearch', ['-H', lab.samLdb, '-b', lab.bindDn, '-s', 'base', 'objectSid']);
  return /objectSid: (S-[\d-]+)/.exec(stdout)![1]!;
}
