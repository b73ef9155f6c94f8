import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { PlainError, runLogged, say } from '../run-logged.mjs';
import { withoutServices } from './quiet-services.mjs';

const run = promisify(execFile);
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const patient = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0', '-q', '-y'];

const isDebian = () => existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');

/** Package names differ between releases: Samba's parts were one package once. */
async function offered(packages) {
  const { stdout } = await run('apt-cache', ['policy', ...packages], { env, timeout: 60_000 });
  const blocks = stdout.split(/^(?=\S)/m);
  const known = blocks
    .filter((block) => /Candidate: (?!\(none\))/.test(block))
    .map((block) => block.split(':')[0]);
  return packages.filter((name) => known.includes(name));
}

const byHand = (packages) =>
  [
    `missing on this machine: ${packages.join(', ')}`,
    isDebian()
      ? `Run as root:\n  apt-get update && apt-get install --no-install-recommends ${packages.join(' ')}`
      : 'On Debian and Ubuntu these are the package names; elsewhere install a Samba built as an AD domain controller' +
        '\n(with samba-tool and the LDB tools), the OpenLDAP clients, and PostgreSQL for the tests.',
    'To use a domain of your own instead of a throwaway one, see docs/quickstart.md.',
  ].join('\n');

export async function installPackages(packages) {
  if (packages.length === 0) return;
  if (!isDebian() || process.getuid?.() !== 0) throw new PlainError(byHand(packages));
  say(`Installing ${packages.join(', ')} with apt …`);
  await runLogged('apt-get', [...patient, 'update'], {
    name: 'apt-update',
    what: 'apt-get update',
    limit: 300,
    env,
  });
  const wanted = await offered(packages);
  await withoutServices(() =>
    runLogged('apt-get', [...patient, '--no-install-recommends', 'install', ...wanted], {
      name: 'apt-install',
      what: 'apt-get install',
      limit: 1_200,
      env,
    }),
  );
}

export const explainMissing = byHand;
