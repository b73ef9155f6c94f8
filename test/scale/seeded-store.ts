import { SchemaIndexer } from '../../src/identity/schema-indexer.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { indexKey } from '../../src/store/resources/resource-rows.js';
import { sqlOf, type Parameter } from '../../src/store/sql/sql.js';
import { openStore } from '../../src/store/store.js';
import { resourceIdOf, storeId } from './seeded-domain.js';

const perUnit = 5000;
const columns = {
  resource: ['id', 'type', 'version', 'created', 'last_modified', 'attributes', 'search'],
  resource_key: ['type', 'path', 'value', 'resource_id'],
  resource_value: ['type', 'path', 'value', 'resource_id'],
  link: [
    ...['id', 'target', 'resource_id', 'resource_type', 'label', 'anchor', 'created_by_us', 'generation'],
    ...['state', 'next_attempt_at', 'mapping_revision', 'updated_at'],
  ],
};
type Table = keyof typeof columns;

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const userNameOf = (number: number) => `scale${number}@contoso.example`;

/** What a client would have sent for the user that `seed.py` put into the domain. */
const attributesOf = (number: number) => ({
  userName: userNameOf(number),
  displayName: `Scale ${number}`,
  name: { givenName: `Given ${number}`, familyName: `Number ${number}` },
  title: 'Worker',
  active: false,
  emails: [{ type: 'work', primary: true, value: userNameOf(number) }],
  [enterprise]: { department: `Department ${number % 40}` },
});

/** Writes resources and links of the seeded users into the store of a gateway that has run once and is stopped. */
export async function seedStore(file: string, anchors: ReadonlyMap<number, string>): Promise<void> {
  const store = await openStore({ engine: 'sqlite', file });
  const indexer = new SchemaIndexer(SchemaRegistry.builtIn());
  try {
    const revision = await store.reader.get<{ revision: string }>(
      "SELECT revision FROM target WHERE name = 'ad'",
    );
    const people = [...anchors];
    for (let from = 0; from < people.length; from += perUnit) {
      const rows = rowsOf(indexer, people.slice(from, from + perUnit), revision!.revision);
      await store.unitOfWork.run(async (tx) => {
        for (const [table, of] of Object.entries(rows)) {
          const names = columns[table as Table];
          const picked = names.map((_, position) => `json_extract(value, '$[${position}]')`).join(', ');
          await sqlOf(tx).run(
            `INSERT INTO ${table} (${names.join(', ')}) SELECT ${picked} FROM json_each(?)`,
            [JSON.stringify(of)],
          );
        }
      });
    }
    await store.unitOfWork.run(async (tx) => {
      await sqlOf(tx).run("UPDATE store_fact SET value = ? WHERE name = 'storeId'", [storeId]);
      await sqlOf(tx).run(
        `INSERT INTO resource_count (type, shard, resources) VALUES ('User', 0, ?)
         ON CONFLICT (type, shard) DO UPDATE SET resources = excluded.resources`,
        [people.length],
      );
    });
  } finally {
    await store.close();
  }
}

function rowsOf(indexer: SchemaIndexer, people: readonly [number, string][], revision: string) {
  const rows: Record<Table, Parameter[][]> = { resource: [], resource_key: [], resource_value: [], link: [] };
  const at = Date.now();
  for (const [number, anchor] of people) {
    const id = resourceIdOf(number);
    const attributes = attributesOf(number);
    const index = indexer.index('User', attributes);
    rows.resource.push([id, 'User', 1, at, at, JSON.stringify(attributes), JSON.stringify(index.search)]);
    for (const { path, value } of index.keys) rows.resource_key.push(['User', path, indexKey(value), id]);
    for (const { path, value } of index.values) rows.resource_value.push(['User', path, indexKey(value), id]);
    rows.link.push([
      ...[`${id.slice(0, -13)}-1${id.slice(-11)}`, 'ad', id, 'User', userNameOf(number), anchor],
      ...[1, 1, 'applied', at, revision, at],
    ]);
  }
  return rows;
}
