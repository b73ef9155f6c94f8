/** Debian starts and enables the services of a package that it installs; nothing here wants them. */
import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Runs an installation during which, by Debian's own rule (policy-rc.d answering 101), no service may be started. */
export async function withoutServices(install) {
  const before = units.filter(hasUnit);
  if (existsSync(policy) && !existsSync(saved)) renameSync(policy, saved);
  writeFileSync(policy, `#!/bin/sh\n${mark}\nexit 101\n`, { mode: 0o755 });
  const interrupted = () => {
    restorePolicy();
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, interrupted);
  try {
    await install();
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
    restorePolicy();
  }
  for (const unit of units.filter((name) => hasUnit(name) && !before.includes(name)))
    await run('systemctl', ['disable', `${unit}.service`], { timeout: 60_000 }).catch(() => undefined);
}
