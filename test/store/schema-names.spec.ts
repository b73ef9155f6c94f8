import { readFilter } from '../../src/scim/filter/resolve-filter.js';
import { resolvePath } from '../../src/schema/attribute-path.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { onEveryEngine } from './stores.js';

/** What is allowed in a URN and means something in SQL. */
const urn = "urn:example:o'brien?x--:2.0:User";
const content = {
  id: urn,
  name: 'Odd',
  extends: 'User',
  attributes: [
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'one', type: 'string' },
  ],
};
const registry = SchemaRegistry.from([{ file: 'odd.json', content }]);
const user = registry.resourceType('User')!;
const dialect = { unquotedLiterals: false, ignoreUnknown: false };

describe('Names of a custom schema in SQL', () => {
  onEveryEngine(
    (open) => {
      it.each(['tags', 'one'])('are text in filters and in sorting: %s', async (name) => {
        const { store, resources, indexer } = await open();
        await store.unitOfWork.run(async (tx) => {
          for (const [id, value] of [
            ['1', 'b'],
            ['2', 'a'],
          ] as const) {
            const attributes = { userName: `u${id}`, [urn]: { tags: [value], one: value } };
            const resource = { id, type: 'User', version: 1, created: 1, lastModified: 1, attributes };
            await resources.insert(tx, { resource, index: indexer.index('User', attributes) });
          }
        });
        const path = `${urn}:${name}`;
        const all = { count: 10, types: ['User'], withMembers: false, withGroups: false };
        const sorted = await resources.search({ ...all, sortBy: resolvePath(user, path)! }, '');
        expect(sorted.resources.map(({ id }) => id)).toEqual(['2', '1']);
        const filter = readFilter(`${path} eq "b"`, [user], dialect);
        const found = await resources.search({ ...all, filter }, '');
        expect(found.resources.map(({ id }) => id)).toEqual(['1']);
      });
    },
    () => registry,
  );
});
