/**
 * Two domain controllers of one domain that replicate with each other when they are told to, each on a loopback address.
 * Names they need (their own, and those of MS-DRSR §2.2.3.2) come from a hosts file that only they see.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PlainError } from '../plain-error.mjs';
import {
  adoptDomain,
  dnsDomain,
  domainSecrets,
  fullName,
  netbios,
  paths,
  places,
  writeSmbConf,
} from './domain.mjs';
import { startLab } from './lab.mjs';
import { whyNoNames, withNames } from './names.mjs';

const run = promisify(execFile);

/** Longer than any test: nothing is replicated of itself, so that a test decides how late a controller is. */
const never = '86400';
const byRequestOnly = {
  'dreplsrv:periodic_startup_interval': never,
  'dreplsrv:periodic_interval': never,
  'dreplsrv:notify_interval': never,
};

function roleOf(hostname, hosts) {
  const kdcs = ['dc1', 'dc2'].map((name) => fullName({ hostname: name }));
  return { hostname, services: 'rpc, ldap, cldap, kdc, drepl', settings: byRequestOnly, hosts, kdcs };
}

function writeHosts(hosts, controllers) {
  const lines = controllers.map(({ host, names }) => `${host} ${names.join(' ')}\n`);
  writeFileSync(hosts, ['127.0.0.1 localhost\n', ...lines].join(''));
}

/** samba-tool as the domain's administrator, whose password stays off the command line. */
async function sambaTool(dir, hosts, ...wish) {
  const [program, ...given] = withNames(hosts, ['samba-tool', ...wish, `--user=${netbios}\\Administrator`]);
  const env = { ...process.env, KRB5_CONFIG: paths(dir).krb5Conf, PASSWD: domainSecrets(dir).adminPassword };
  try {
    return (await run(program, given, { env, timeout: 120_000 })).stdout;
  } catch (error) {
    throw new PlainError(`samba-tool ${wish.join(' ')}: ${error.message}`);
  }
}

async function joinDomain(first, dir, role) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  writeSmbConf(dir, '127.0.0.1', role);
  const asMember = [
    `--configfile=${paths(dir).smbConf}`,
    `--option=netbios name=${role.hostname.toUpperCase()}`,
  ];
  const domain = [dnsDomain, 'DC', `--server=${role.kdcs[0]}`, '--dns-backend=NONE', `--targetdir=${dir}`];
  await sambaTool(first.dir, role.hosts, 'domain', 'join', ...domain, ...asMember);
  adoptDomain(dir, first.dir);
}

/** The name by which its partners look a controller up holds the same GUID as the one by which they sign in to it. */
async function namesOf(first, { hostname, hosts }, host) {
  const attributes = ['-H', first.samLdb, '--attributes=servicePrincipalName'];
  const printed = await sambaTool(first.dir, hosts, 'computer', 'show', hostname, ...attributes);
  const guid = /: E3514235-4B06-11D1-AB04-00C04FC2DCD2\/([0-9a-f-]{36})\//.exec(
    printed.replaceAll('\n ', ''),
  )?.[1];
  if (!guid) throw new PlainError(`${hostname} has no name for replication:\n${printed}`);
  return { host, names: [fullName({ hostname }), `${guid}._msdcs.${dnsDomain}`] };
}

/** A connection to a partner that was away since is noticed to be dead by the first request over it. */
async function pullAgain(dir, to, from, tries = 5) {
  const wish = ['replicate', fullName(to), fullName(from), places.baseDn];
  try {
    await sambaTool(dir, to.hosts, 'drs', ...wish, `--configfile=${paths(dir).smbConf}`);
  } catch (error) {
    if (tries <= 1) throw error;
    await sleep(200);
    await pullAgain(dir, to, from, tries - 1);
  }
}

/** Why this machine cannot run two controllers; undefined where it can. */
export function whyNoPair() {
  if (process.getuid?.() !== 0) return 'a domain controller needs root';
  if (spawnSync('samba-tool', ['--version']).error) return 'samba-tool is not installed';
  return whyNoNames();
}

/** Brings up both below the folder `dir`. Nothing is replicated between them until `replicate` is called. */
export async function startPair({ dir: given, template }) {
  const dir = resolve(given);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const hosts = join(dir, 'hosts');
  writeHosts(hosts, []);
  const [one, two] = ['dc1', 'dc2'].map((hostname) => roleOf(hostname, hosts));
  const started = [];
  const end = async () => void (await Promise.all(started.map((lab) => lab.kill())));
  try {
    const first = await startLab({ dir: join(dir, 'dc1'), template, role: one });
    started.push(first);
    writeHosts(hosts, [{ host: first.host, names: [fullName(one)] }]);
    await joinDomain(first, join(dir, 'dc2'), two);
    const second = await startLab({ dir: join(dir, 'dc2'), role: two });
    started.push(second);
    writeHosts(hosts, [await namesOf(first, one, first.host), await namesOf(first, two, second.host)]);
    const pull = (to, from) => pullAgain(first.dir, to, from);
    const replicate = async () => {
      await pull(two, one);
      await pull(one, two);
      await pull(two, one);
    };
    await replicate();
    return { first, second, replicate, end };
  } catch (error) {
    await end();
    throw error;
  }
}
