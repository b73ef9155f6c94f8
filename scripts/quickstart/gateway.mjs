import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayScript } from '../build.mjs';
import { alive, endGroup, tail } from '../lab/process.mjs';
import { logFolder, root } from '../root.mjs';
import { PlainError } from '../run-logged.mjs';
import { files, remember } from './state.mjs';

const startLimit = 90_000;

export const originOf = (port) => `http://127.0.0.1:${port}`;

export async function checkPortFree(port) {
  const failure = await new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (failure?.code === 'EADDRINUSE')
    throw new PlainError(
      `port ${port} of 127.0.0.1 is taken by another program; choose another: PORT=8081 npm run quickstart`,
    );
  if (failure) throw new PlainError(`port ${port} of 127.0.0.1 cannot be used: ${failure.message}`);
}

const isReady = async (port) => {
  try {
    const answer = await fetch(`${originOf(port)}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};

async function untilReady(pid, port) {
  const deadline = Date.now() + startLimit;
  while (!(await isReady(port))) {
    const log = files.gatewayLog;
    if (!alive(pid)) throw new PlainError(`the gateway ended while starting; see ${log}:\n${tail(log, 30)}`);
    if (Date.now() > deadline)
      throw new PlainError(
        `the gateway is not ready after ${startLimit / 1000} s; see ${log}:\n${tail(log, 30)}`,
      );
    await sleep(100);
  }
}

/** Starts the gateway in a session of its own with its output in a log; resolves when it says that it is ready. */
export async function startGateway(port) {
  mkdirSync(logFolder, { recursive: true });
  const out = openSync(files.gatewayLog, 'w', 0o600);
  const child = spawn(process.execPath, [gatewayScript], {
    cwd: root,
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, LANDFALL_CONFIG: files.config, PORT: String(port) },
  });
  closeSync(out);
  child.unref();
  remember('gateway', child.pid, { port });
  try {
    await untilReady(child.pid, port);
  } catch (error) {
    await stopGateway(child.pid);
    throw error;
  }
  return child;
}

export const stopGateway = (pid) => endGroup(pid, { patience: 20_000, log: files.gatewayLog });
