import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import { TestGateway } from '../delivery/gateway.js';
import { ScimServer } from '../scim-http/scim-server.js';
import { filterVectors, runFilterVectors, runPatchVectors } from '../scim-http/vectors.js';
import { onEveryEngine, type OpenStores } from './stores.js';

const registry = SchemaRegistry.from([
  { file: 'gateway-test.json', content: { ...filterVectors().extensionSchema, extends: 'User' } },
]);

/** With the ids, times and values of the data set, which no client could set. */
async function seed(
  { store, resources, indexer }: OpenStores,
  users: readonly JsonObject[],
): Promise<ReadonlyMap<string, string>> {
  await store.unitOfWork.run(async (tx) => {
    for (const { id, meta, schemas: _schemas, externalId, ...attributes } of structuredClone(
      users,
    ) as JsonObject[]) {
      const { created, lastModified } = meta as { created: string; lastModified: string };
      const manager = (
        attributes['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] as JsonObject | undefined
      )?.manager;
      if (manager) delete (manager as JsonObject).displayName;
      const times = { created: Date.parse(created), lastModified: Date.parse(lastModified) };
      const resource = { id: String(id), type: 'User', version: 1, ...times, attributes };
      await resources.insert(tx, { resource, index: indexer.index('User', attributes) });
      if (!externalId) continue;
      for (const source of ['generic', 'entra'])
        await resources.setExternalId(tx, 'User', resource.id, source, String(externalId));
    }
  });
  return new Map(users.map(({ id }) => [String(id), String(id)]));
}

describe('The SCIM vectors over HTTP, with the store behind', () => {
  onEveryEngine(
    (open) => {
      let server: ScimServer;
      let gateway: TestGateway;
      let opened: OpenStores;
      const start = async () => {
        opened = await open();
        gateway = new TestGateway(opened, { answer: 'stored' });
        server = await ScimServer.start({ maxPageSize: 1000 }, registry, gateway.identity);
        return { baseUrl: server.baseUrl, tokens: { generic: 'generic', entra: 'entra' } };
      };
      afterEach(async () => {
        await server.stop();
      });

      it('answer every filter as expected', async () => {
        const target = await start();
        const report = await runFilterVectors(target, (users) => seed(opened, users));
        expect(report.failed).toEqual([]);
        expect(report.total).toBe(filterVectors().filters.length);
      }, 60_000);

      it('answer every PATCH as expected', async () => {
        const report = await runPatchVectors(await start());
        expect(report.failed).toEqual([]);
      }, 60_000);

      it('loses nobody on a cursor walk while others come and go', async () => {
        await start();
        const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => server.user(`walker${n}`)));
        const stay = new Set(ids.filter((_, n) => n % 3 !== 0));
        const seen: string[] = [];
        let cursor: string | undefined = '';
        let page = 0;
        while (cursor !== undefined) {
          const answer = await server.ask(`/Users?count=7&cursor=${cursor}`);
          expect(answer.status).toBe(200);
          seen.push(...(answer.body.Resources as JsonObject[]).map(({ id }) => String(id)));
          cursor = answer.body.nextCursor as string | undefined;
          await server.user(`newcomer${page}`);
          for (const id of ids.slice(page * 9, page * 9 + 9).filter((id) => !stay.has(id)))
            await server.ask(`/Users/${id}`, { method: 'DELETE' });
          page++;
        }
        expect(seen.filter((id) => stay.has(id)).sort()).toEqual([...stay].sort());
        expect(new Set(seen).size).toBe(seen.length);
      }, 30_000);

      it('refuses a cursor of another filter', async () => {
        await start();
        for (const name of ['a', 'b', 'c']) await server.user(name);
        const first = await server.ask('/Users?count=1&cursor=');
        const other = await server.ask(
          `/Users?count=1&filter=${encodeURIComponent('userName sw "a"')}&cursor=${String(first.body.nextCursor)}`,
        );
        expect({ status: other.status, scimType: other.body.scimType }).toEqual({
          status: 400,
          scimType: 'invalidCursor',
        });
      });
    },
    () => registry,
  );
});
