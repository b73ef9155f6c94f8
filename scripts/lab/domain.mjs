import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../plain-error.mjs';
import { tail } from './process.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export const dnsDomain = 'corp.example.test';
export const netbios = 'CORP';
export const upnSuffix = 'contoso.example';
export const hostname = 'dc1';

/** What one controller is and serves; a controller that replicates also has `hosts`, its file of names. */
export const aloneInItsDomain = { hostname, services: 'ldap', settings: {} };

export const fullName = ({ hostname: name }) => `${name}.${dnsDomain}`;
export const dcNames = (role) => [fullName(role), dnsDomain, 'localhost'];

const baseDn = 'DC=corp,DC=example,DC=test';
const root = `OU=Landfall,${baseDn}`;

export const places = {
  baseDn,
  landfallOu: root,
  usersOu: `OU=Users,${root}`,
  groupsOu: `OU=Groups,${root}`,
  archiveOu: `OU=Archive,${root}`,
  unmanagedOu: `OU=Unmanaged,${baseDn}`,
  adminDn: `CN=Administrator,CN=Users,${baseDn}`,
  bindDn: `CN=svc-landfall,CN=Users,${baseDn}`,
};

export const paths = (dir) => ({
  smbConf: join(dir, 'etc', 'smb.conf'),
  samLdb: join(dir, 'private', 'sam.ldb'),
  krb5Conf: join(dir, 'etc', 'krb5.conf'),
  tls: join(dir, 'tls'),
  caFile: join(dir, 'tls', 'ca.pem'),
  log: join(dir, 'samba.log'),
  provisionLog: join(dir, 'provision.log'),
  secrets: join(dir, 'domain.json'),
});

/** Samba opens sockets below this folder, and the kernel takes 107 bytes for a socket's path. */
const longestFolder = 70;

/** The folder itself, or a short link to it where its path would leave no room. */
function shortPath(dir) {
  if (Buffer.byteLength(dir) <= longestFolder) return dir;
  const link = join(tmpdir(), `landfall-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
  rmSync(link, { force: true });
  symlinkSync(dir, link);
  return link;
}

/** Every path is inside the folder, so that nothing of the machine's own Samba or Kerberos is read or written. */
export function writeSmbConf(dir, host, role = aloneInItsDomain) {
  const short = shortPath(dir);
  const folder = (name) => join(short, name);
  const settings = {
    'netbios name': role.hostname.toUpperCase(),
    workgroup: netbios,
    realm: dnsDomain.toUpperCase(),
    'server role': 'active directory domain controller',
    'server services': role.services,
    interfaces: `${host}/8`,
    'bind interfaces only': 'yes',
    'private dir': folder('private'),
    'lock directory': folder('lock'),
    'state directory': folder('state'),
    'cache directory': folder('cache'),
    'pid directory': folder('run'),
    'binddns dir': folder('bind-dns'),
    'ncalrpc dir': folder('run/ncalrpc'),
    'winbindd socket directory': folder('run/winbindd'),
    'ntp signd socket directory': folder('run/ntp'),
    'usershare path': '',
    'load printers': 'no',
    'tls enabled': 'yes',
    'tls certfile': folder('tls/dc.pem'),
    'tls keyfile': folder('tls/dc-key.pem'),
    'tls cafile': folder('tls/ca.pem'),
    'log level': '1',
    'max log size': '0',
    ...role.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `\t${name} = ${value}`);
  const shares = ['sysvol', 'netlogon'].map(
    (name) => `[${name}]\n\tpath = ${folder(`state/${name}`)}\n\tread only = yes\n`,
  );
  for (const name of ['etc', 'run', 'lock', 'state', 'cache'])
    mkdirSync(folder(name), { recursive: true, mode: 0o755 });
  writeFileSync(paths(dir).smbConf, `[global]\n${lines.join('\n')}\n\n${shares.join('\n')}`);
  const realm = dnsDomain.toUpperCase();
  const controllers = role.kdcs?.map((name) => `\t\tkdc = ${name}\n`).join('');
  writeFileSync(
    paths(dir).krb5Conf,
    `[libdefaults]\n\tdefault_realm = ${realm}\n\tdns_lookup_realm = false\n\tdns_lookup_kdc = false\n` +
      (controllers ? `[realms]\n\t${realm} = {\n${controllers}\t}\n` : '') +
      `[domain_realm]\n\t.${dnsDomain} = ${realm}\n\t${dnsDomain} = ${realm}\n`,
  );
}

/** Long enough to need no luck with the complexity rule: all four classes are present. */
const password = () => `Lf1-${randomBytes(24).toString('base64url')}`;

/** The interpreter that has Samba's modules is the one samba-tool runs on; another may come first in PATH. */
function sambaPython() {
  for (const folder of (process.env.PATH ?? '').split(':').concat('/usr/bin', '/usr/local/bin')) {
    const tool = join(folder, 'samba-tool');
    if (!folder || !existsSync(tool)) continue;
    const interpreter = /^#!\s*(\S+)/.exec(readFileSync(tool, 'utf8'))?.[1];
    if (interpreter && !interpreter.endsWith('/env')) return interpreter;
  }
  return 'python3';
}

const python = (wish, log, timeout) =>
  new Promise((resolve, reject) => {
    const out = openSync(log, 'w', 0o600);
    const env = { ...process.env, KRB5_CONFIG: paths(wish.dir).krb5Conf };
    const child = spawn(sambaPython(), [join(here, 'provision.py')], {
      stdio: ['pipe', out, out],
      timeout,
      env,
    });
    closeSync(out);
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('exit', end);
      if (code === 0) resolve();
      else
        reject(new PlainError(`the domain could not be made (${signal ?? code}); see ${log}:\n${tail(log)}`));
    });
    child.stdin.end(JSON.stringify(wish));
  });

/** What `landfall target rights` printed: the places and entries of its samba-tool commands. */
function delegatedRights() {
  const printed = readFileSync(join(here, 'rights.sh'), 'utf8');
  const commands = printed.matchAll(/^samba-tool dsacl set --objectdn='([^']+)' .*--sddl="([^"]+)"$/gm);
  return Array.from(commands, ([, dn, sddl]) => ({ dn, sddl }));
}

/** Makes the domain's database in `dir`, which must not hold one yet. Nothing is started. */
export async function provisionDomain(dir, { timeout = 240_000 } = {}) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  writeSmbConf(dir, '127.0.0.1');
  const secrets = { adminPassword: password(), bindPassword: password() };
  const { smbConf, samLdb, provisionLog } = paths(dir);
  const wish = {
    dir,
    smbConf,
    samLdb,
    realm: dnsDomain.toUpperCase(),
    netbios,
    hostname,
    baseDn,
    upnSuffix,
    adminPassword: secrets.adminPassword,
    organizationalUnits: [root, places.usersOu, places.groupsOu, places.archiveOu, places.unmanagedOu],
    account: {
      dn: places.bindDn,
      name: 'svc-landfall',
      password: secrets.bindPassword,
      upn: `svc-landfall@${dnsDomain}`,
    },
    rights: delegatedRights(),
  };
  await python(wish, provisionLog, timeout);
  writeFileSync(paths(dir).secrets, JSON.stringify(secrets), { mode: 0o600 });
}

/** A controller that joined shares the secrets of the domain and the CA of the first one's certificate. */
export function adoptDomain(dir, first) {
  mkdirSync(paths(dir).tls, { recursive: true, mode: 0o700 });
  for (const name of ['ca.pem', 'ca-key.pem'])
    copyFileSync(join(paths(first).tls, name), join(paths(dir).tls, name));
  copyFileSync(paths(first).secrets, paths(dir).secrets);
}

/** Written last, so its presence means a complete domain. */
export const hasDomain = (dir) => existsSync(paths(dir).secrets);

export const domainSecrets = (dir) => JSON.parse(readFileSync(paths(dir).secrets, 'utf8'));
