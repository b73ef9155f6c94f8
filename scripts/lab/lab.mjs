/**
 * A throwaway Active Directory domain controller (Samba) on one loopback address, in one folder.
 * It edits nothing outside that folder and needs root only because LDAP's ports are privileged.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../plain-error.mjs';
import { addressIsFree, freeLoopbackAddress } from './address.mjs';
import { makeCertificate } from './certificate.mjs';
import {
  aloneInItsDomain,
  dcNames,
  dnsDomain,
  domainSecrets,
  hasDomain,
  netbios,
  paths,
  places,
  provisionDomain,
  upnSuffix,
  writeSmbConf,
} from './domain.mjs';
import { alive, endGroup, isProcess, startTimeOf, tail } from './process.mjs';
import { withNames } from './names.mjs';
import { answersLdap } from './rootdse.mjs';

const startLimit = 60_000;

class AddressTaken extends PlainError {}

const stateFile = (dir) => join(dir, 'lab.json');

function readState(dir) {
  try {
    return JSON.parse(readFileSync(stateFile(dir), 'utf8'));
  } catch {
    return {};
  }
}

const writeState = (dir, state) => writeFileSync(stateFile(dir), JSON.stringify(state), { mode: 0o600 });

/** Samba ends itself when a pipe on its standard input closes: a tied controller never outlives its starter. */
function spawnSamba(dir, tied, role) {
  const { smbConf, krb5Conf, log } = paths(dir);
  const out = openSync(log, 'w', 0o600);
  const way = tied ? '--interactive' : '--foreground';
  const [program, ...given] = withNames(role.hosts, [
    'samba',
    way,
    `--configfile=${smbConf}`,
    '--debug-stdout',
  ]);
  const child = spawn(program, given, {
    cwd: dir,
    detached: true,
    stdio: [tied ? 'pipe' : 'ignore', out, out],
    env: { ...process.env, KRB5_CONFIG: krb5Conf, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  closeSync(out);
  child.unref();
  child.stdin?.unref();
  return child;
}

async function untilReady(dir, host, pid) {
  const { log, caFile } = paths(dir);
  const deadline = Date.now() + startLimit;
  let failure;
  for (;;) {
    const ready = await answersLdap(host, caFile).then(
      () => true,
      (error) => ((failure = error), false),
    );
    if (ready) return;
    const written = tail(log, 40);
    if (/ADDRESS_ALREADY|Address already in use/i.test(written))
      throw new AddressTaken(`${host} is taken; see ${log}`);
    if (!alive(pid)) throw new PlainError(`samba ended while starting; see ${log}:\n${written}`);
    if (Date.now() > deadline)
      throw new PlainError(
        `no LDAP at ${host}:636 after ${startLimit / 1000} s (${failure.message}); see ${log}:\n${written}`,
      );
    await sleep(50);
  }
}

async function launch(dir, host, tied, role) {
  writeSmbConf(dir, host, role);
  const child = spawnSamba(dir, tied, role);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const running = { pid: child.pid, startTime: startTimeOf(child.pid) };
  writeState(dir, { host, ...running });
  try {
    await untilReady(dir, host, child.pid);
  } catch (error) {
    await endGroup(child.pid, { log: paths(dir).log });
    throw error;
  }
  return running;
}

/** The address used before when it is free, so that configuration which names it stays true; else the first free one. */
async function launchSomewhere(dir, tied, role) {
  const former = readState(dir).host;
  const taken = [];
  for (;;) {
    const host =
      former && taken.length === 0 && (await addressIsFree(former))
        ? former
        : await freeLoopbackAddress(taken);
    const { tls, caFile } = paths(dir);
    if (host !== former || !existsSync(caFile))
      await makeCertificate(tls, { host, names: dcNames(role), newAuthority: !existsSync(caFile) });
    try {
      return { host, ...(await launch(dir, host, tied, role)) };
    } catch (error) {
      if (!(error instanceof AddressTaken) || taken.length >= 20) throw error;
      taken.push(host);
    }
  }
}

/** The template of this version of these scripts: another content makes another domain. */
export function templateIn(folder) {
  const here = dirname(fileURLToPath(import.meta.url));
  const hash = createHash('sha256');
  for (const name of readdirSync(here).sort()) hash.update(readFileSync(join(here, name)));
  return resolve(folder, `domain-${hash.digest('hex').slice(0, 16)}`);
}

/** One provisioned domain to copy from, made by whoever comes first. */
async function copyTemplate(template, dir) {
  if (!hasDomain(template)) {
    mkdirSync(dirname(template), { recursive: true });
    const fresh = `${template}.${process.pid}`;
    await provisionDomain(fresh);
    try {
      renameSync(fresh, template);
    } catch (error) {
      if (!hasDomain(template)) throw error;
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  rmSync(dir, { recursive: true, force: true });
  cpSync(template, dir, { recursive: true });
}

function describe(dir, running, tied, role) {
  const { samLdb, caFile, log } = paths(dir);
  let current = running;
  const end = (options) => endGroup(current.pid, { log, ...options });
  return {
    dir,
    host: running.host,
    port: 636,
    ldapUrl: `ldaps://${running.host}:636`,
    dnsDomain,
    netbios,
    upnSuffix,
    ...places,
    ...domainSecrets(dir),
    caFile,
    samLdb,
    logFile: log,
    get pid() {
      return current.pid;
    },
    stop: () => end({}),
    kill: () => end({ name: 'SIGKILL' }),
    start: async () => {
      if (isProcess(current)) return;
      current = await launch(dir, running.host, tied, role);
    },
    pause: () => process.kill(-current.pid, 'SIGSTOP'),
    resume: () => process.kill(-current.pid, 'SIGCONT'),
  };
}

/**
 * Brings up the domain controller whose folder is `dir`: made when the folder holds none, else as it was left.
 * A controller that already runs there is used as it is.
 */
export async function startLab({ dir: given, template, tied = true, role = aloneInItsDomain }) {
  const dir = resolve(given);
  if (!hasDomain(dir)) await (template ? copyTemplate(resolve(template), dir) : provisionDomain(dir));
  const state = readState(dir);
  if (isProcess(state)) {
    await untilReady(dir, state.host, state.pid);
    return describe(dir, state, tied, role);
  }
  const running = await launchSomewhere(dir, tied, role);
  return describe(dir, running, tied, role);
}

/** Ends the controller of this folder, whoever started it. False when none was running. */
export async function stopLab(dir) {
  const state = readState(resolve(dir));
  if (!isProcess(state)) return false;
  await endGroup(state.pid, { log: paths(resolve(dir)).log });
  return true;
}
