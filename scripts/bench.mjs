/**
 * `npm run bench`: how fast the gateway lands changes in a domain controller, beside what the same controller does
 * for LDAP alone in the same run. Uses a gateway and a domain of its own and removes both.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { logFolder, root } from './root.mjs';
import { main, PlainError, say } from './run-logged.mjs';

const usage = 'npm run bench [-- --clients 1,8,32] [--count 120]';
const kinds = { create: 'create', filter: 'filter', change: 'PATCH', addMember: 'add member' };

function readArguments(args) {
  const options = { '--clients': '1,8,32', '--count': '120' };
  for (let index = 0; index < args.length; index += 2) {
    if (!(args[index] in options) || args[index + 1] === undefined) throw new PlainError(usage);
    options[args[index]] = args[index + 1];
  }
  return { clients: options['--clients'].split(',').map(Number), count: Number(options['--count']) };
}

function quickstart(args, env) {
  const child = spawn(process.execPath, [join(root, 'scripts', 'quickstart.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new PlainError('the quickstart failed'))));
  });
}

const cell = ({ rate, p50, p99, failed }) =>
  `${rate.toFixed(1).padStart(7)}/s  p50 ${p50?.toFixed(0).padStart(5)} ms  p99 ${p99?.toFixed(0).padStart(5)} ms${failed ? `  ${failed} FAILED` : ''}`;

async function run(summary, { clients, count }) {
  const { ScimClient } = await import('../bench/load/scim-client.mjs');
  const { loadGateway } = await import('../bench/load/gateway-load.mjs');
  const { loadDirectory } = await import('../bench/load/directory-load.mjs');
  const scim = new ScimClient(summary);
  const results = [];
  for (const number of clients) {
    say(
      `\n${number} client${number === 1 ? '' : 's'}, ${count} users, load average ${loadavg()[0].toFixed(1)}`,
    );
    const raw = await loadDirectory(summary, `raw${number}x`, number, count);
    const gateway = await loadGateway(scim, `scim${number}x`, number, count);
    for (const [kind, title] of Object.entries(kinds)) {
      say(`  ${title.padEnd(10)}  gateway ${cell(gateway[kind])}   LDAP ${cell(raw[kind])}`);
      for (const { failure } of [gateway[kind], raw[kind]]) if (failure) say(`    first failure: ${failure}`);
    }
    results.push({ clients: number, count, gateway, raw });
  }
  scim.close();
  return results;
}

main(async () => {
  const options = readArguments(process.argv.slice(2));
  const env = {
    LANDFALL_STATE: mkdtempSync(join(tmpdir(), 'landfall-bench-')),
    PORT: String(await freePort()),
  };
  try {
    await quickstart(['--detach'], env);
    const summary = JSON.parse(readFileSync(join(env.LANDFALL_STATE, 'quickstart.json'), 'utf8'));
    const results = await run(summary, options);
    mkdirSync(logFolder, { recursive: true });
    const report = join(logFolder, 'bench.json');
    writeFileSync(report, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
    say(`\nThe figures are in ${report}`);
  } finally {
    await quickstart(['stop'], env);
    rmSync(env.LANDFALL_STATE, { recursive: true, force: true });
  }
});
