import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startLab, templateIn, type Lab } from '../../scripts/lab/lab.mjs';

/** Half of the mark on every seeded account. */
export const storeId = '019ac000-0000-7000-8000-00000005ca1e';
export const resourceIdOf = (number: number): string =>
  `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const script = 'test/scale/seed.py';
const cache = '.landfall/cache';

/** A controller of its own with so many users, `scale0` and on, that bear the mark of a store; copied from a cache. */
export async function seededDomain(users: number): Promise<Lab> {
  const template = await templateWith(users);
  return startLab({ dir: mkdtempSync(join(tmpdir(), 'landfall-scale-')), template });
}

async function templateWith(users: number): Promise<string> {
  const plain = templateIn(cache);
  const version = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 8);
  const template = resolve(cache, `${basename(plain)}-${version}-${users}`);
  if (existsSync(template)) return template;
  const lab = await startLab({ dir: mkdtempSync(`${template}.`), template: plain });
  await lab.stop();
  const { dir, baseDn, usersOu, upnSuffix } = lab;
  await promisify(execFile)('/usr/bin/python3', [
    script,
    dir,
    baseDn,
    usersOu,
    upnSuffix,
    storeId,
    String(users),
  ]);
  // A copy would believe the state of this run; and sockets cannot be copied.
  rmSync(join(dir, 'lab.json'));
  await promisify(execFile)('find', [dir, '-type', 's', '-delete']);
  renameSync(dir, template);
  return template;
}
