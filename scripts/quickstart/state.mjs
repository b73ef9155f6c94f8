import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcess, startTimeOf } from '../lab/process.mjs';
import { logFolder, stateFolder } from '../root.mjs';

export const files = {
  config: join(stateFolder, 'config'),
  secrets: join(stateFolder, 'secrets'),
  store: join(stateFolder, 'store'),
  domain: join(stateFolder, 'domain'),
  cache: join(stateFolder, 'cache'),
  summary: join(stateFolder, 'quickstart.json'),
  processes: join(stateFolder, 'processes.json'),
  gatewayLog: join(logFolder, 'gateway.log'),
};

const readProcesses = () =>
  existsSync(files.processes) ? JSON.parse(readFileSync(files.processes, 'utf8')) : {};

/** `supervisor` is the quickstart in the foreground, `gateway` what it started; remembered for the other commands. */
export function remember(name, pid, more = {}) {
  mkdirSync(stateFolder, { recursive: true });
  const all = { ...readProcesses(), [name]: { pid, startTime: startTimeOf(pid), ...more } };
  writeFileSync(files.processes, `${JSON.stringify(all, undefined, 2)}\n`);
}

/** The remembered process, when it still runs. */
export function running(name) {
  const found = readProcesses()[name];
  return isProcess(found) ? found : undefined;
}

export const forgetProcesses = () => rmSync(files.processes, { force: true });

/** Everything that a start makes, but the template of the domain and the logs. */
export function startOver() {
  for (const file of [files.config, files.secrets, files.store, files.domain, files.summary, files.processes])
    rmSync(file, { recursive: true, force: true });
}
