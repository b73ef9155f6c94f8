import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import type { MemoryResources } from './memory-resources.js';
import { ScimServer } from './scim-server.js';
import { filterVectors, runFilterVectors, runPatchVectors, type VectorTarget } from './vectors.js';

/** The vectors through HTTP; storage is the test double, so this judges protocol, schema, filter and PATCH only. */
describe('vectors through HTTP', () => {
  let server: ScimServer<MemoryResources>;
  let target: VectorTarget;

  beforeAll(async () => {
    const extension = { ...filterVectors().extensionSchema, extends: 'User' };
    const registry = SchemaRegistry.from([{ file: 'gateway-test.json', content: extension }]);
    server = await ScimServer.start({}, registry);
    target = { baseUrl: server.baseUrl, tokens: { generic: 'generic', entra: 'entra' } };
  });
  afterAll(() => server.stop());
  beforeEach(() => server.resources.clear());

  const seed = (users: readonly JsonObject[]): Promise<ReadonlyMap<string, string>> => {
    for (const { id, meta, externalId, schemas: _schemas, ...attributes } of users) {
      const { created, lastModified } = meta as { created: string; lastModified: string };
      server.resources.seed({
        id: id as string,
        type: 'User',
        version: 1,
        created: Date.parse(created),
        lastModified: Date.parse(lastModified),
        attributes,
        ...(externalId === undefined ? {} : { externalId: externalId as string }),
      });
    }
    return Promise.resolve(new Map(users.map(({ id }) => [id as string, id as string])));
  };

  it('every filter is answered as expected or as a listed alternative', async () => {
    const report = await runFilterVectors(target, seed);
    expect(report.failed).toEqual([]);
  });

  it('every PATCH is answered as expected or as a listed alternative', async () => {
    const report = await runPatchVectors(target);
    expect(report.failed).toEqual([]);
  });
});
