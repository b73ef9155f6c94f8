/** Debian starts and enables the services of a package that it installs; nothing here wants them. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const policy = '/usr/sbin/policy-rc.d';
const saved = `${policy}.before-landfall`;
const mark = '# Written by Landfall while packages are installed.';
const units = ['smbd', 'nmbd', 'winbind', 'samba-ad-dc', 'postgresql'];

const hasUnit = (unit) =>
  ['/usr/lib/systemd/system', '/lib/systemd/system'].some((folder) =>
    existsSync(join(folder, `${unit}.service`)),
  );

function restorePolicy() {
  rmSync(policy, { force: true });
  if (existsSync(saved)) renameSync(saved, policy);
}

/** A run that was killed may have left ours behind; that one is not worth keeping. */
const isOurs = () => readFileSync(policy, 'utf8').includes(mark);

/** Runs an installation during which, by Debian's own rule (policy-rc.d answering 101), no service may be started. */
export async function withoutServices(install) {
  const before = units.filter(hasUnit);
  if (existsSync(policy) && !isOurs()) renameSync(policy, saved);
  writeFileSync(policy, `#!/bin/sh\n${mark}\nexit 101\n`, { mode: 0o755 });
  process.once('exit', restorePolicy);
  try {
    await install();
  } finally {
    process.off('exit', restorePolicy);
    restorePolicy();
  }
  for (const unit of units.filter((name) => hasUnit(name) && !before.includes(name)))
    await run('systemctl', ['disable', `${unit}.service`], { timeout: 60_000 }).catch(() => undefined);
}
