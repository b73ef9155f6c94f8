/** What each purpose needs from the operating system, how its presence is seen, and which Debian packages bring it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { postgresFolder } from '../lab/postgres.mjs';

const folders = () => (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin', '/usr/bin', '/bin');

const command = (name) => () => folders().some((folder) => folder !== '' && existsSync(join(folder, name)));

/** Modules of Samba's database live below the library folder of the machine's architecture. */
const sambaModule = (name) => () =>
  ['/usr/lib', '/usr/lib64', '/usr/local/samba/lib']
    .filter(existsSync)
    .flatMap((folder) => [folder, ...readdirSync(folder).map((entry) => join(folder, entry))])
    .some(
      (folder) => existsSync(join(folder, 'samba', 'ldb', name)) || existsSync(join(folder, 'ldb', name)),
    );

const sambaSetup = () =>
  ['/usr/share/samba/setup', '/usr/local/samba/share/setup'].some((folder) =>
    existsSync(join(folder, 'provision.ldif')),
  );

export const hasNodeSqlite = () => process.getBuiltinModule?.('node:sqlite') !== undefined;

const domainController = [
  { present: command('samba'), packages: ['samba', 'samba-ad-dc'] },
  { present: command('samba-tool'), packages: ['samba-common-bin', 'python3-samba'] },
  { present: sambaSetup, packages: ['samba-ad-provision'] },
  { present: sambaModule('samldb.so'), packages: ['samba-dsdb-modules'] },
  { present: command('openssl'), packages: ['openssl'] },
  { present: command('ldapsearch'), packages: ['ldap-utils'] },
  { present: command('ldbsearch'), packages: ['ldb-tools'] },
];

/** Node 20 has no SQLite of its own, and the addon is compiled where no prebuilt one can be fetched. */
const addon = ['python3', 'make', 'g++'].map((tool) => ({
  present: () => hasNodeSqlite() || command(tool)(),
  packages: [tool],
}));

const postgres = [{ present: () => postgresFolder() !== undefined, packages: ['postgresql'] }];

const fakeTime = () =>
  ['/usr/lib', ...readdirSync('/usr/lib').map((entry) => join('/usr/lib', entry))].some((folder) =>
    existsSync(join(folder, 'faketime', 'libfaketimeMT.so.1')),
  );

/** Clocks that jump and disks that are full. */
const faults = [
  { present: fakeTime, packages: ['faketime'] },
  { present: command('mount'), packages: ['mount'] },
];

const purposes = { domainController, addon, postgres, faults };

export function missingPackages(names) {
  const missing = names.flatMap((name) => purposes[name]).filter(({ present }) => !present());
  return missing.flatMap(({ packages }) => packages);
}
