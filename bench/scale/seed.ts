import { newId } from '../../src/identity/id.js';
import type { SchemaIndexer } from '../../src/identity/schema-indexer.js';
import type { Attributes } from '../../src/schema/types.js';
import { indexKey } from '../../src/store/resources/resource-rows.js';
import { sqlOf, type Parameter, type Sql } from '../../src/store/sql/sql.js';
import type { Store } from '../../src/store/store.js';
import type { Stores } from '../../src/store/stores.js';
import { tables } from '../../src/store/tables.js';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** The client whose externalIds are written. */
export const source = 'entra';
const target = 'recording';
const usersPerUnit = 5000;
const groupSize = 20;
const largestGroup = 50_000;
const smallGroups = 1000;

/** What the requests of a bench ask for. */
export interface Population {
  users: number;
  ids: string[];
  largeGroup: string;
  /** Members of the large group: the users before this number. */
  members: number;
}

/** Values come in an order unlike that of the ids, as in life. */
const scattered = (index: number) => (index * 7_368_787) % 99_999_989;
export const userNameOf = (index: number) => `person${scattered(index)}@contoso.example`;
export const mailOf = (index: number) => `mail${scattered(index)}@contoso.example`;
export const externalIdOf = (index: number) => `external-${scattered(index)}`;
export const employeeNumberOf = (index: number) => `E${scattered(index)}`;

function attributesOf(index: number, manager: string | undefined): Attributes {
  const family = `Müller${scattered(index) % 20_011}`;
  const given = `Zoë${index % 997}`;
  return {
    userName: userNameOf(index),
    displayName: `${given} ${family}`,
    name: { givenName: given, familyName: family },
    title: 'Engineer',
    preferredLanguage: 'de-DE',
    active: index % 10 !== 0,
    emails: [
      { type: 'work', primary: true, value: mailOf(index) },
      { type: 'other', value: `home${scattered(index)}@example.net` },
    ],
    phoneNumbers: [{ type: 'work', value: `+49 30 ${scattered(index)}` }],
    [ENTERPRISE]: {
      employeeNumber: employeeNumberOf(index),
      department: `Department ${index % 40}`,
      ...(manager === undefined ? {} : { manager: { value: manager } }),
    },
  };
}

type Rows = Record<string, Parameter[][]>;
const columns: Record<string, string[]> = {
  resource: ['id', 'type', 'version', 'created', 'last_modified', 'attributes', 'search'],
  resource_key: ['type', 'path', 'value', 'resource_id'],
  resource_value: ['type', 'path', 'value', 'resource_id'],
  reference: ['from_id', 'attribute', 'to_id'],
  external_id: ['resource_id', 'source', 'type', 'value'],
  link: [
    'id',
    'target',
    'resource_id',
    'resource_type',
    'label',
    'anchor',
    'generation',
    'state',
    'next_attempt_at',
    'facts',
    'updated_at',
  ],
  membership: ['group_id', 'member_id', 'member_type', 'since'],
};

const emptyRows = (): Rows => Object.fromEntries(Object.keys(columns).map((table) => [table, []]));

/** The rows that identity and delivery write for a resource that its target has. */
function addResource(rows: Rows, indexer: SchemaIndexer, type: string, id: string, attributes: Attributes) {
  const index = indexer.index(type, attributes);
  const at = Date.now();
  const label = String(attributes['userName'] ?? attributes['displayName']);
  rows['resource']!.push([id, type, 1, at, at, JSON.stringify(attributes), JSON.stringify(index.search)]);
  for (const { path, value } of index.keys) rows['resource_key']!.push([type, path, indexKey(value), id]);
  for (const { path, value } of index.values) rows['resource_value']!.push([type, path, indexKey(value), id]);
  for (const { attribute, to } of index.references) rows['reference']!.push([id, attribute, to]);
  const facts = JSON.stringify({ distinguishedName: `CN=${label},OU=Staff,DC=corp,DC=example` });
  rows['link']!.push([newId(), target, id, type, label, newId(), 1, 'applied', at, facts, at]);
}

/** One statement for all rows of a table: they travel as one JSON parameter. */
async function insertRows(sql: Sql, table: string, rows: Parameter[][]): Promise<void> {
  const names = columns[table]!;
  const described = tables.find(({ name }) => name === table)!.columns;
  const types = {
    text: 'text',
    integer: 'integer',
    position: 'bigint',
    time: 'bigint',
    boolean: 'boolean',
    json: 'jsonb',
  };
  const values = names.map((name, position) =>
    sql.engine === 'sqlite'
      ? `json_extract(value, '$[${position}]')`
      : `(value->>${position})::${types[described[name]!.type]}`,
  );
  const from = sql.engine === 'sqlite' ? 'json_each(?)' : 'jsonb_array_elements(?::jsonb)';
  const insert = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${from}`;
  if (rows.length > 0) await sql.run(insert, [JSON.stringify(rows)]);
}

async function insertAll(store: Store, rows: Rows, counts: Record<string, number>): Promise<void> {
  await store.unitOfWork.run(async (tx) => {
    const sql = sqlOf(tx);
    // Millions of keys that are known to exist need not be looked up one by one.
    if (sql.engine === 'postgres') await sql.run('SET LOCAL session_replication_role = replica');
    for (const table of Object.keys(columns)) await insertRows(sql, table, rows[table]!);
    for (const [type, number] of Object.entries(counts)) {
      await sql.run(
        `INSERT INTO resource_count (type, shard, resources) VALUES (?, 0, ?)
         ON CONFLICT (type, shard) DO UPDATE SET resources = resource_count.resources + excluded.resources`,
        [type, number],
      );
    }
  });
}

async function seedUsers(store: Store, indexer: SchemaIndexer, users: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < users) {
    const rows = emptyRows();
    const end = Math.min(users, ids.length + usersPerUnit);
    const before = ids.length;
    for (let index = before; index < end; index++) {
      const id = newId();
      addResource(rows, indexer, 'User', id, attributesOf(index, ids[Math.floor(index / 10)]));
      rows['external_id']!.push([id, source, 'User', externalIdOf(index)]);
      ids.push(id);
    }
    await insertAll(store, rows, { User: end - before });
  }
  return ids;
}

async function seedGroup(
  store: Store,
  indexer: SchemaIndexer,
  name: string,
  members: string[],
): Promise<string> {
  const rows = emptyRows();
  const id = newId();
  addResource(rows, indexer, 'Group', id, { displayName: name });
  rows['membership'] = members.map((member) => [id, member, 'User', Date.now()]);
  await insertAll(store, rows, { Group: 1 });
  return id;
}

/** Users, small groups of twenty, and one large group, as rows; a million users take minutes. */
export async function seed(store: Store, { indexer }: Stores, users: number): Promise<void> {
  const ids = await seedUsers(store, indexer, users);
  const groups = Math.min(smallGroups, Math.floor(users / groupSize));
  for (let number = 0; number < groups; number++) {
    const first = number * groupSize;
    await seedGroup(store, indexer, `Team ${scattered(number)}`, ids.slice(first, first + groupSize));
  }
  await seedGroup(store, indexer, 'Everybody', ids.slice(0, Math.min(largestGroup, users / 2)));
  if (store.options.engine === 'postgres') await store.dataSource.query('VACUUM ANALYZE');
}

/** What a store was seeded with; undefined where it is empty. */
export async function populationOf({ reader }: Store): Promise<Population | undefined> {
  const users = await reader.all<{ id: string }>("SELECT id FROM resource WHERE type = 'User' ORDER BY id");
  const group = await reader.get<{ resource_id: string }>(
    "SELECT resource_id FROM resource_key WHERE type = 'Group' AND path = 'displayName' AND value = 'everybody' UNION SELECT resource_id FROM resource_value WHERE type = 'Group' AND path = 'displayName' AND value = 'everybody'",
  );
  if (!group) return undefined;
  const ids = users.map(({ id }) => id);
  return {
    users: ids.length,
    ids,
    largeGroup: group.resource_id,
    members: Math.min(largestGroup, ids.length / 2),
  };
}
