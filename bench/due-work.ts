import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SchemaRegistry } from '../src/schema/schema-registry.js';
import { sqlOf } from '../src/store/sql/sql.js';
import { openStore, type Store } from '../src/store/store.js';
import { createStores, type Stores } from '../src/store/stores.js';
import { seed } from './scale/seed.js';

/** What a claim of due work costs while many links wait: all due, and all backing off. Stores of all sizes are asked in turn. */
const { values: options } = parseArgs({
  options: {
    backlog: { type: 'boolean' },
    engine: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '10000,100000' },
    rounds: { type: 'string', default: '200' },
  },
});
const target = 'recording';
const claimed = 4;
const year = 365 * 86_400_000;

interface Asked {
  users: number;
  store: Store;
  stores: Stores;
}

async function open(folder: string, users: number): Promise<Asked> {
  const url = new URL(process.env['LANDFALL_BENCH_POSTGRES'] ?? 'postgres://none');
  url.pathname = `/users_${users}`;
  const file = join(folder, `${users}.sqlite`);
  const store = await openStore(
    options.engine === 'postgres' ? { engine: 'postgres', url: url.href } : { engine: 'sqlite', file },
  );
  const stores = await createStores(store, SchemaRegistry.builtIn());
  await seed(store, stores, users);
  return { users, store, stores };
}

/** As after a long outage, or a change of the mapping. */
async function makeDue({ store }: Asked, inMs: number): Promise<void> {
  await store.unitOfWork.run((tx) =>
    sqlOf(tx).run("UPDATE link SET state = 'due', priority = 10, lease_until = NULL, next_attempt_at = ?", [
      Date.now() + inMs,
    ]),
  );
  if (options.engine === 'postgres') await store.dataSource.query('ANALYZE link');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!.toFixed(1);

const folder = mkdtempSync(join(tmpdir(), 'landfall-due-'));
const asked: Asked[] = [];
try {
  for (const users of options.users.split(',')) asked.push(await open(folder, Number(users)));
  console.log(`${options.engine}, median of ${options.rounds}, milliseconds\n`);
  console.log('| Links that wait | state | claim | next due |\n| --- | --- | --- | --- |');
  for (const [state, inMs] of [
    ['due', -60_000],
    ['backing off', 3_600_000],
  ] as const) {
    const times = new Map(asked.map(({ users }) => [users, { claim: [] as number[], next: [] as number[] }]));
    for (const each of asked) await makeDue(each, inMs);
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const { users, stores } of asked) {
        const { leases } = stores.delivery;
        const lease = { owner: 'bench', forMs: 60_000 };
        const { claim, next } = times.get(users)!;
        claim.push(await timed(() => leases.claim(target, lease, claimed, { links: year, edges: year })));
        next.push(await timed(() => leases.nextDueAt(target)));
      }
    }
    for (const [users, { claim, next }] of times)
      console.log(`| ${users} | ${state} | ${median(claim)} | ${median(next)} |`);
  }
} finally {
  for (const { store } of asked) await store.close();
  rmSync(folder, { recursive: true, force: true });
}
