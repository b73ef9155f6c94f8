import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StoreOptions } from '../src/store/data-source.js';
import { ScaleGateway } from './scale/gateway.js';
import { kinds, type Kind } from './scale/requests.js';

/** How the time of a request grows with the number of users: the same requests to stores of several sizes, by turns. */
const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '10000,100000,1000000' },
    requests: { type: 'string', default: '2000' },
    clients: { type: 'string', default: '1,8' },
    /** SQLite files that stay, and are measured again without seeding. */
    folder: { type: 'string' },
    only: { type: 'string', default: '' },
    /** SQLite: measure while the files are still on disk, as right after the machine started. */
    cold: { type: 'boolean', default: false },
  },
});
const sizes = options.users.split(',').map(Number);
const requests = Number(options.requests);
const roundSize = 40;
const warmUp = 1000;

/** The stores take turns in short rounds, so that what else the machine does falls on all of them alike. */
async function compare(gateways: readonly ScaleGateway[], kind: Kind, clients: number): Promise<number[][]> {
  const times = gateways.map((): number[] => []);
  const answers = gateways.map((): Record<string, unknown> | undefined => undefined);
  let turn = 0;
  const one = async (number: number, record: boolean): Promise<void> => {
    const gateway = gateways[number]!;
    const request = kind.request(gateway.population, turn++, answers[number]);
    const started = performance.now();
    const answer = await gateway.ask(request);
    if (record) times[number]!.push(performance.now() - started);
    if (request.path.includes('cursor=')) answers[number] = JSON.parse(answer.toString()) as never;
  };
  const round = async (number: number, size: number, record: boolean): Promise<void> => {
    let left = size;
    const client = async (): Promise<void> => {
      while (left-- > 0) await one(number, record);
    };
    await Promise.all(Array.from({ length: clients }, client));
  };
  for (const number of gateways.keys()) await round(number, Math.min(warmUp, requests * kind.share), false);
  const rounds = Math.ceil((requests * kind.share) / roundSize);
  for (let count = 0; count < rounds; count++) {
    for (const position of gateways.keys())
      await round((position + count) % gateways.length, roundSize, true);
  }
  return times;
}

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

function line(kind: Kind, times: readonly number[][]): string {
  const sorted = times.map((list) => Float64Array.from(list).sort()).map((list) => [...list]);
  const cells = sorted.map(
    (list) => `${percentile(list, 0.5).toFixed(1)} / ${percentile(list, 0.99).toFixed(1)}`,
  );
  const ratio = (share: number) =>
    (percentile(sorted.at(-1)!, share) / percentile(sorted[0]!, share)).toFixed(2);
  return `| ${[`\`${kind.name}\``, ...cells, `${ratio(0.5)} / ${ratio(0.99)}`].join(' | ')} |`;
}

function storeOptions(folder: string, users: number): StoreOptions {
  if (options.engine === 'sqlite') return { engine: 'sqlite', file: join(folder, `${users}.sqlite`) };
  const url = new URL(process.env['LANDFALL_BENCH_POSTGRES'] ?? '');
  url.pathname = `/users_${users}`;
  return { engine: 'postgres', url: url.href };
}

/** Brings a store into the memory of the machine, where that of a gateway which has run for a while is. */
async function warm(store: StoreOptions): Promise<void> {
  if (store.engine !== 'sqlite' || options.cold) return;
  for await (const _ of createReadStream(store.file, { highWaterMark: 1 << 20 }));
}

async function start(folder: string): Promise<ScaleGateway[]> {
  const gateways: ScaleGateway[] = [];
  for (const users of sizes) {
    const started = performance.now();
    const store = storeOptions(folder, users);
    gateways.push(await ScaleGateway.start(store, users));
    await warm(store);
    console.log(
      `${options.engine}, ${users} users: ready after ${((performance.now() - started) / 1000).toFixed(0)} s`,
    );
  }
  return gateways;
}

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'landfall-scale-'));
try {
  const gateways = await start(folder);
  for (const clients of options.clients.split(',').map(Number)) {
    console.log(`\n${clients} client${clients === 1 ? '' : 's'}, load average ${loadavg()[0]!.toFixed(1)}\n`);
    console.log(`| p50 / p99 in ms | ${sizes.join(' | ')} | last : first |`);
    console.log(`|---|${sizes.map(() => '---|').join('')}---|`);
    for (const kind of kinds.filter(({ name }) => name.includes(options.only))) {
      console.log(line(kind, await compare(gateways, kind, clients)));
    }
  }
  for (const gateway of gateways) await gateway.close();
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
