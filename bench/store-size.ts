import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newId } from '../src/identity/id.js';
import { SchemaRegistry } from '../src/schema/schema-registry.js';
import type { StoreOptions } from '../src/store/data-source.js';
import { sqlOf } from '../src/store/sql/sql.js';
import { openStore, type Store } from '../src/store/store.js';
import { createStores, type Stores } from '../src/store/stores.js';
import { seed, userNameOf } from './scale/seed.js';

/** What one user costs on disk: bytes per row and table with its indices, of a seeded store. */
const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '20000' },
    sizes: { type: 'boolean', default: true },
  },
});
const users = Number(options.users);
const perUnit = 2000;
const target = 'recording';

/** What an Active Directory target keeps besides the link: three unique values, and the record of the create. */
async function addDelivery(store: Store, { delivery }: Stores): Promise<void> {
  const links = await store.reader.all<{ id: string; resource_id: string }>(
    "SELECT id, resource_id FROM link WHERE resource_type = 'User' ORDER BY id",
  );
  for (let from = 0; from < links.length; from += perUnit) {
    await store.unitOfWork.run(async (tx) => {
      for (const [position, { id, resource_id: resourceId }] of links.slice(from, from + perUnit).entries()) {
        const name = userNameOf(from + position);
        const unique = { sAMAccountName: name.slice(0, 20), userPrincipalName: name, rdn: name };
        const reserved = Object.entries(unique).map(([attribute, value]) => {
          const nameSpace = attribute === 'rdn' ? 'OU=Staff,DC=corp,DC=example' : attribute;
          return [attribute, { value, digest: 'd'.repeat(16), nameSpace, folded: value }] as const;
        });
        for (const [attribute, value] of reserved)
          await delivery.reservations.reserve(tx, target, id, attribute, value);
        await sqlOf(tx).run('UPDATE link SET unique_values = ? WHERE id = ?', [
          JSON.stringify(Object.fromEntries(reserved)),
          id,
        ]);
        await delivery.logs.insert(tx, recordOf(resourceId, name));
      }
    });
  }
}

function recordOf(resourceId: string, name: string): Parameters<Stores['delivery']['logs']['insert']>[1] {
  const attributes = ['sAMAccountName', 'userPrincipalName', 'cn', 'displayName', 'givenName', 'sn', 'mail'];
  const more = ['title', 'department', 'employeeID', 'telephoneNumber', 'manager', 'unicodePwd'];
  return {
    id: newId(),
    at: Date.now(),
    correlationId: newId(),
    caller: 'entra',
    source: 'entra',
    target,
    resourceId,
    resourceType: 'User',
    label: name,
    anchor: newId(),
    account: `CN=${name},OU=Staff,DC=corp,DC=example`,
    action: 'create',
    outcome: 'success',
    durationMs: 31,
    attempt: 1,
    steps: [
      { name: 'import', status: 'success', detail: 'version 1 of the resource' },
      { name: 'scope', status: 'success', detail: 'in scope' },
      { name: 'match', status: 'success', detail: 'no account yet' },
      { name: 'plan', status: 'success', detail: `create CN=${name},OU=Staff,DC=corp,DC=example` },
      { name: 'apply', status: 'success', detail: 'create' },
      { name: 'verify', status: 'success', detail: `the target has it as ${newId()}` },
    ],
    changes: [...attributes, ...more].map((attribute, line) => ({
      attribute,
      old: [],
      new: [attribute === 'unicodePwd' ? '•••' : name],
      mapping: `users.mapping[${line}] ${attribute}`,
    })),
  };
}

interface Size {
  name: string;
  rows: number;
  table: number;
  indices: number;
}

async function rowsOf(store: Store, table: string): Promise<number> {
  const row = await store.reader.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
  return Number(row?.count ?? 0);
}

const sizeQueries = {
  sqlite: `SELECT m.tbl_name AS name, sum(CASE WHEN m.type = 'table' THEN s.pgsize ELSE 0 END) AS heap,
    sum(CASE WHEN m.type = 'index' THEN s.pgsize ELSE 0 END) AS indices
    FROM dbstat s JOIN sqlite_schema m ON m.name = s.name GROUP BY m.tbl_name`,
  postgres: `SELECT relname AS name, pg_table_size(oid) AS heap, pg_indexes_size(oid) AS indices
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
};

async function sizes(store: Store): Promise<Size[]> {
  if (store.options.engine === 'postgres') await store.dataSource.query('VACUUM FULL');
  const found = await store.reader.all<{ name: string; heap: number; indices: number }>(
    sizeQueries[store.options.engine],
  );
  const all: Size[] = [];
  for (const { name, heap, indices } of found) {
    const rows = await rowsOf(store, name);
    if (rows >= 1000) all.push({ name, rows, table: Number(heap), indices: Number(indices) });
  }
  return all.sort((a, b) => b.table + b.indices - a.table - a.indices);
}

function storeOptions(folder: string): StoreOptions {
  if (options.engine === 'sqlite') return { engine: 'sqlite', file: join(folder, 'store.sqlite') };
  const url = new URL(process.env['LANDFALL_BENCH_POSTGRES'] ?? '');
  url.pathname = `/users_${users}`;
  return { engine: 'postgres', url: url.href };
}

const folder = mkdtempSync(join(tmpdir(), 'landfall-size-'));
const store = await openStore(storeOptions(folder));
try {
  const stores = await createStores(store, SchemaRegistry.builtIn());
  await seed(store, stores, users);
  await addDelivery(store, stores);
  const found = await sizes(store);
  console.log(`${options.engine}, ${users} users\n`);
  console.log('| Table | Rows per user | Bytes per row | of which indices | Bytes per user |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const { name, rows, table, indices } of found) {
    const cells = [
      (rows / users).toFixed(2),
      ((table + indices) / rows).toFixed(0),
      (indices / rows).toFixed(0),
      ((table + indices) / users).toFixed(0),
    ];
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  const total = found.reduce((sum, { table, indices }) => sum + table + indices, 0);
  console.log(`| total |  |  |  | ${(total / users).toFixed(0)} |`);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
