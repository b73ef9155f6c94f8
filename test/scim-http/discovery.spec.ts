import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import type { MemoryResources } from './memory-resources.js';
import { ENTERPRISE, ERROR, GROUP, ScimServer, USER } from './scim-server.js';

const DEVICE = 'urn:example:params:scim:schemas:Device';
const FILES = [
  {
    file: 'device.json',
    content: {
      id: DEVICE,
      name: 'Device',
      description: '<script>alert("x")</script>',
      attributes: [
        {
          name: 'serial',
          type: 'string',
          multiValued: false,
          required: true,
          uniqueness: 'server',
          caseExact: true,
        },
        { name: 'weight', type: 'decimal', multiValued: false },
        { name: 'secret', type: 'string', multiValued: false, mutability: 'writeOnly', returned: 'never' },
        { name: 'colour', type: 'string', multiValued: false, canonicalValues: ['red', 'blue'] },
      ],
    },
  },
  {
    file: 'device-type.json',
    content: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'Device',
      name: 'Device',
      description: 'A device',
      endpoint: '/Devices',
      schema: DEVICE,
      schemaExtensions: [],
    },
  },
];

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start({}, SchemaRegistry.from(FILES));
});
afterAll(() => server.stop());

const listed = (body: JsonObject): JsonObject[] => body['Resources'] as JsonObject[];

describe('RFC 7644 §4 discovery', () => {
  it('publishes what the service supports', async () => {
    const { status, body } = await server.ask('/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      filter: { supported: true, maxResults: 200 },
      sort: { supported: true },
      etag: { supported: true },
      changePassword: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
      },
      meta: { location: `${server.baseUrl}/ServiceProviderConfig` },
    });
  });

  it('lists resource types, configured ones too, and finds each by name', async () => {
    const { body } = await server.ask('/ResourceTypes');
    expect(listed(body).map(({ name, endpoint, schema }) => [name, endpoint, schema])).toEqual([
      ['User', '/Users', USER],
      ['Group', '/Groups', GROUP],
      ['Device', '/Devices', DEVICE],
    ]);
    expect((await server.ask('/ResourceTypes/User')).body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      schemaExtensions: expect.arrayContaining([{ schema: ENTERPRISE, required: false }]) as unknown,
      meta: { resourceType: 'ResourceType', location: `${server.baseUrl}/ResourceTypes/User` },
    });
  });

  it('lists schemas without null values and finds each by its URN', async () => {
    const answer = await server.ask('/Schemas');
    expect(listed(answer.body).map(({ id }) => id)).toEqual(
      expect.arrayContaining([USER, GROUP, ENTERPRISE, DEVICE]),
    );
    expect(answer.text).not.toContain('null');
    expect((await server.ask(`/Schemas/${USER}`)).body).toMatchObject({
      id: USER,
      meta: { resourceType: 'Schema', location: `${server.baseUrl}/Schemas/${USER}` },
    });
  });

  it.each([
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/Schemas',
    '/ResourceTypes/User',
    `/Schemas/${USER}`,
  ])('%s cannot be filtered', async (path) => {
    const { status, body } = await server.ask(`${path}?filter=id%20pr`);
    expect(status).toBe(403);
    expect(body).toMatchObject({ schemas: [ERROR], status: '403' });
  });

  it.each(['/ResourceTypes/Nothing', '/Schemas/urn:nothing'])('%s is 404', async (path) => {
    expect((await server.ask(path)).status).toBe(404);
  });

  it('serves a configured resource type like the built-in ones', async () => {
    const created = await server.post('/Devices', {
      schemas: [DEVICE],
      serial: 'A-1',
      weight: 1.5,
      secret: 's',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ serial: 'A-1', weight: 1.5, meta: { resourceType: 'Device' } });
    expect(created.body).not.toHaveProperty('secret');
    expect((await server.ask(`/Devices?filter=weight%20gt%201`)).body['totalResults']).toBe(1);
    expect((await server.post('/Devices', { schemas: [DEVICE], serial: 'A-1' })).status).toBe(409);
  });
});

describe('OpenAPI', () => {
  it('describes every endpoint and attribute of the live schemas', async () => {
    const answer = await server.ask('/openapi.json');
    expect(answer.headers.get('content-type')).toContain('application/json');
    const { openapi, paths, components, servers } = answer.body as Record<string, JsonObject>;
    expect(openapi).toBe('3.1.0');
    expect(servers).toEqual([{ url: server.baseUrl }]);
    expect(Object.keys(paths!)).toEqual(
      expect.arrayContaining([
        '/Users',
        '/Users/{id}',
        '/Users/.search',
        '/Groups',
        '/Devices',
        '/Devices/{id}',
        '/Bulk',
        '/Me',
        '/.search',
        '/Schemas',
      ]),
    );
    const device = (components!['schemas'] as Record<string, { allOf: JsonObject[] }>)['Device']!.allOf[1]!;
    expect(device).toMatchObject({
      required: ['serial'],
      properties: {
        weight: { type: 'number' },
        secret: { writeOnly: true },
        colour: { examples: ['red', 'blue'] },
      },
    });
  });

  it('refers only to what it defines', async () => {
    const { body } = await server.ask('/openapi.json');
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    const components = body['components'] as Record<string, JsonObject>;
    for (const [reference, kind, name] of references)
      expect([reference, components[kind!]![name!]]).not.toContain(undefined);
  });

  it('has an operationId once only', async () => {
    const { paths } = (await server.ask('/openapi.json')).body;
    const ids = [...JSON.stringify(paths).matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is shown as a page that runs nothing', async () => {
    const response = await fetch(`${server.origin}/docs`, { headers: { authorization: 'Bearer generic' } });
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('/scim/v2/Devices');
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/(?:src|href)="(?!http:\/\/127\.0\.0\.1)/);
  });
});
