/** `npm run quickstart`: from a fresh clone to a gateway that writes to a domain controller, both throwaway. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install/install.mjs';
import { startLab, stopLab } from './lab/lab.mjs';
import {
  configuredPort,
  ensureConfig,
  followDomain,
  namesThrowawayDomain,
  readTokens,
} from './quickstart/config-files.mjs';
import { closeInherited } from './quickstart/descriptors.mjs';
import { checkPortFree, startGateway, stopGateway } from './quickstart/gateway.mjs';
import { files, forgetProcesses, remember, running, startOver } from './quickstart/state.mjs';
import { printSummary, readSummary, writeSummary } from './quickstart/summary.mjs';
import { main, PlainError, say, whenInterrupted } from './run-logged.mjs';

const usage = `npm run quickstart [-- --detach] [-- --fresh]
  --detach   return once the gateway is ready; npm run quickstart:stop ends it
  --fresh    stop what runs and start over with a new domain, store and tokens
  PORT       environment: another port than the configured one (8080)`;

function readArguments(args) {
  const known = ['--detach', '--fresh', '--help', 'stop'];
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) throw new PlainError(`unknown: ${unknown.join(' ')}\n${usage}`);
  return Object.fromEntries(known.map((name) => [name.replace('--', ''), args.includes(name)]));
}

async function stopAll() {
  const supervisor = running('supervisor');
  if (supervisor && supervisor.pid !== process.pid) {
    process.kill(supervisor.pid, 'SIGTERM');
    await waitForEnd(supervisor.pid);
  }
  const gateway = running('gateway');
  if (gateway) await stopGateway(gateway.pid);
  const controller = await stopLab(files.domain);
  forgetProcesses();
  return Boolean(supervisor ?? gateway) || controller;
}

async function waitForEnd(pid, patience = 45_000) {
  const deadline = Date.now() + patience;
  while (running('supervisor')?.pid === pid) {
    if (Date.now() > deadline) throw new PlainError(`the quickstart with process id ${pid} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function requestedPort() {
  const given = process.env.PORT;
  if (given === undefined || given === '') return configuredPort();
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new PlainError(`PORT is "${given}", not a port number`);
  return port;
}

/** Nothing is brought up beside a domain that the configuration names itself. */
async function startDomain(tied) {
  const configured = existsSync(files.config);
  if (configured && !namesThrowawayDomain()) return undefined;
  if (configured && !existsSync(join(files.domain, 'domain.json')))
    throw new PlainError(
      'The throwaway domain that the configuration names is gone: npm run quickstart -- --fresh starts over.',
    );
  say(configured ? 'Starting the domain controller …' : 'Making a domain and starting its controller …');
  return startLab({ dir: files.domain, tied });
}

function alreadyRunning(port) {
  const gateway = running('gateway');
  const summary = readSummary();
  if (!gateway || !summary) return false;
  if (gateway.port !== port)
    throw new PlainError(`It runs already, on port ${gateway.port}: npm run quickstart:stop ends it.`);
  say('It runs already.');
  printSummary(summary, { detached: !running('supervisor') });
  return true;
}

async function bringUp({ detach }) {
  await build();
  const port = requestedPort();
  await checkPortFree(port);
  const lab = await startDomain(!detach);
  try {
    ensureConfig(lab);
    if (lab) followDomain(lab);
    say('Starting the gateway …');
    const gateway = await startGateway(port);
    printSummary(writeSummary({ port, tokens: readTokens(), lab }), { detached: detach });
    return { gateway, lab };
  } catch (error) {
    await lab?.stop();
    throw error;
  }
}

/** Until Ctrl-C, or until the gateway ends by itself. */
async function stay({ gateway, lab }) {
  const stop = async () => {
    await stopGateway(gateway.pid);
    await lab?.stop();
    forgetProcesses();
    return 0;
  };
  let interrupted = false;
  whenInterrupted(() => {
    interrupted = true;
    say('\nStopping …');
    return stop();
  });
  gateway.ref();
  await new Promise((resolve) => gateway.once('exit', resolve));
  if (interrupted) return 0;
  say(`The gateway has ended by itself; see ${files.gatewayLog}. Stopping the rest …`);
  await stop();
  return 1;
}

main(async () => {
  closeInherited();
  const options = readArguments(process.argv.slice(2));
  if (options.help) return void say(usage);
  if (options.stop) return void say((await stopAll()) ? 'Stopped.' : 'Nothing was running.');
  if (options.fresh) {
    await stopAll();
    startOver();
  } else if (alreadyRunning(requestedPort())) return 0;
  else await stopAll();
  const forget = whenInterrupted(() => {
    say('\nStopping …');
    return stopAll().then(() => undefined);
  });
  if (!options.detach) remember('supervisor', process.pid);
  const purposes =
    existsSync(files.config) && !namesThrowawayDomain() ? ['addon'] : ['domainController', 'addon'];
  await install(purposes);
  const started = await bringUp(options);
  if (options.detach) process.exit(0);
  forget();
  return stay(started);
});
