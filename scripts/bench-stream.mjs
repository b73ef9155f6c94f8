/**
 * `npm run bench:stream`: requests as Entra's provisioning service sends them, at its rate, against the built gateway and
 * a domain controller of its own that works, answers slowly or is stopped for the middle third of the time.
 * Fails on any 429 or 5xx, on an answer slower than ten seconds, and on one that never comes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab, templateIn } from './lab/lab.mjs';
import { logFolder, root } from './root.mjs';
import { main, PlainError, say, whenInterrupted } from './run-logged.mjs';

const usage =
  'npm run build && npm run bench:stream [-- --minutes 10] [--rate 25] [--dc ok|slow|down] [--latency 1000]';
const slowestMs = 10_000;
const convergesWithin = 900;

function readArguments(args) {
  const options = { '--minutes': '10', '--rate': '25', '--dc': 'ok', '--latency': '1000' };
  for (let index = 0; index < args.length; index += 2) {
    if (!(args[index] in options) || args[index + 1] === undefined) throw new PlainError(usage);
    options[args[index]] = args[index + 1];
  }
  const [minutes, rate, latency] = ['--minutes', '--rate', '--latency'].map((name) => Number(options[name]));
  if (![minutes, rate, latency].every((number) => number > 0)) throw new PlainError(usage);
  if (!['ok', 'slow', 'down'].includes(options['--dc'])) throw new PlainError(usage);
  return { minutes, rate, latency, dc: options['--dc'] };
}

/** Makes trouble when a third of the time is over, and ends it when two thirds are. */
function trouble({ dc, minutes, latency }, lab, proxy) {
  const third = minutes * 20;
  const phases = [
    { at: third, begin: () => (dc === 'slow' ? (proxy.latencyMs = latency) : lab.stop()) },
    { at: 2 * third, begin: () => (dc === 'slow' ? (proxy.latencyMs = 0) : lab.start()) },
  ];
  const begun = [];
  return {
    at: (seconds) => {
      if (dc === 'ok') return;
      while (phases[0] && seconds >= phases[0].at) begun.push(phases.shift().begin());
    },
    over: () => Promise.all(begun),
  };
}

function figures(answers) {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const statuses = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return { count: answers.length, statuses, p50: at(0.5), p99: at(0.99), max: at(1) };
}

function report(answers) {
  const kinds = ['all', ...new Set(answers.map(({ kind }) => kind))];
  const results = {};
  for (const kind of kinds) {
    const result = figures(answers.filter((answer) => kind === 'all' || answer.kind === kind));
    results[kind] = result;
    const [p50, p99, max] = [result.p50, result.p99, result.max].map((ms) => ms.toFixed(0).padStart(6));
    const statuses = Object.entries(result.statuses).map(([status, count]) => `${status}: ${count}`);
    say(
      `  ${kind.padEnd(13)}${String(result.count).padStart(6)}  p50${p50}  p99${p99}  max${max} ms  ${statuses.join(', ')}`,
    );
  }
  return results;
}

const wrong = ({ status, ms }) =>
  typeof status !== 'number' || status === 429 || status >= 500 || ms > slowestMs;

main(async () => {
  const options = readArguments(process.argv.slice(2));
  const { DelayingProxy } = await import('../bench/load/delaying-proxy.mjs');
  const { OwnGateway } = await import('../bench/load/own-gateway.mjs');
  const { ProvisioningStream } = await import('../bench/load/provisioning-stream.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'landfall-stream-'));
  const lab = await startLab({
    dir: join(folder, 'dc'),
    template: templateIn(join(root, '.landfall/cache')),
  });
  const proxy = new DelayingProxy(lab);
  const gateway = new OwnGateway(root, folder);
  const tidy = async () => {
    await gateway.stop();
    await proxy.stop();
    await lab.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  whenInterrupted(tidy);
  try {
    await gateway.start(lab, await proxy.start());
    const stream = new ProvisioningStream({
      baseUrl: `http://127.0.0.1:${gateway.port}/scim/v2`,
      token: gateway.tokens.entra,
    });
    await stream.prepare();
    const { dc, minutes, rate, latency } = options;
    const how = { ok: 'answers', slow: `is ${latency} ms slow`, down: 'is down' }[dc];
    say(
      `${rate} requests/s for ${minutes} min; the controller ${how}${dc === 'ok' ? '' : ' for a third of it'}`,
    );
    const disturbance = trouble(options, lab, proxy);
    await stream.run(minutes * 60, rate, disturbance.at);
    await disturbance.over();
    const results = report(stream.answers);
    const { seconds, links } = await gateway.settled(convergesWithin);
    say(`  the domain agreed ${seconds.toFixed(1)} s later: ${JSON.stringify(links)}`);
    stream.close();
    mkdirSync(logFolder, { recursive: true });
    writeFileSync(
      join(logFolder, `stream-${dc}.json`),
      `${JSON.stringify({ ...options, results, convergedAfter: seconds, links }, undefined, 2)}\n`,
    );
    const failed = stream.answers.filter(wrong);
    for (const { kind, status, ms } of failed.slice(0, 10))
      say(`  WRONG ${kind}: ${status} after ${ms.toFixed(0)} ms`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await tidy();
  }
});
