import type { JsonObject } from '../../src/schema/types.js';
import type { MemoryResources } from './memory-resources.js';
import { ENTERPRISE, ERROR, GROUP, PATCH_OP, ScimServer, USER } from './scim-server.js';

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start({ maxBulkOperations: 20, maxBodyBytes: 100_000 });
});
afterAll(() => server.stop());
beforeEach(() => server.resources.clear());

interface Result extends JsonObject {
  status: string;
}

async function bulk(operations: object[], more: object = {}): Promise<Result[]> {
  const answer = await server.post('/Bulk', { schemas: [REQUEST], Operations: operations, ...more });
  expect(answer.status).toBe(200);
  expect(answer.body['schemas']).toEqual([RESPONSE]);
  return answer.body['Operations'] as Result[];
}

const newUser = (bulkId: string, more: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [USER], userName: bulkId, ...more },
});
const newGroup = (bulkId: string, members: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [GROUP], displayName: bulkId, members: members.map((value) => ({ value })) },
});
const idOf = (result: Result | undefined): string => (result?.['location'] as string).split('/').at(-1)!;

describe('RFC 7644 §3.7 Bulk', () => {
  it('runs every method and answers location, version and status of each', async () => {
    const [keep, replace, change, gone] = [
      await server.user('keep'),
      await server.user('replace'),
      await server.user('change'),
      await server.user('gone'),
    ];
    const results = await bulk([
      newUser('new'),
      {
        method: 'PUT',
        path: `/Users/${replace}`,
        version: 'W/"1-1"',
        data: { schemas: [USER], userName: 'replaced' },
      },
      {
        method: 'PATCH',
        path: `/Users/${change}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'x' }] },
      },
      { method: 'PATCH', path: `/Users/${keep}`, data: [{ op: 'add', path: 'title', value: 'y' }] },
      { method: 'DELETE', path: `/Users/${gone}` },
    ]);
    expect(results.map(({ method, status }) => [method, status])).toEqual([
      ['POST', '201'],
      ['PUT', '200'],
      ['PATCH', '200'],
      ['PATCH', '200'],
      ['DELETE', '204'],
    ]);
    expect(results[0]).toMatchObject({
      bulkId: 'new',
      version: 'W/"1-1"',
      location: `${server.baseUrl}/Users/${idOf(results[0])}`,
    });
    expect(results[4]).toEqual({
      method: 'DELETE',
      status: '204',
      location: `${server.baseUrl}/Users/${gone}`,
    });
    expect((await server.ask(`/Users/${keep}`)).body).toMatchObject({ title: 'y' });
  });

  it('is stored without waiting for a target', async () => {
    await bulk([newUser('a')]);
    expect(server.resources.callers.map(({ mode }) => mode)).toEqual(['bulk']);
    await bulk([newGroup('g', [])]);
    expect(server.resources.views.at(-1)).toEqual({
      call: 'create',
      members: false,
      groups: false,
      accounts: false,
    });
  });

  it('resolves references forwards and in a circle', async () => {
    const results = await bulk([
      newGroup('outer', ['bulkId:inner', 'bulkId:alice']),
      newGroup('inner', ['bulkId:outer']),
      newUser('alice', { [ENTERPRISE]: { manager: { value: 'bulkId:bob' } } }),
      newUser('bob', { [ENTERPRISE]: { manager: { value: 'bulkId:alice' } } }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['201', '201', '201', '201']);
    const [outer, inner, alice, bob] = results.map(idOf) as [string, string, string, string];
    const members = async (id: string) =>
      ((await server.ask(`/Groups/${id}`)).body['members'] as JsonObject[]).map(({ value }) => value).sort();
    const manager = async (id: string) =>
      ((await server.ask(`/Users/${id}`)).body[ENTERPRISE] as { manager: JsonObject }).manager['value'];
    expect(await members(outer)).toEqual([inner, alice].sort());
    expect(await members(inner)).toEqual([outer]);
    expect(await manager(alice)).toBe(bob);
    expect(await manager(bob)).toBe(alice);
    for (const result of results) {
      const current = await server.ask((result['location'] as string).slice(server.baseUrl.length));
      expect(result['version']).toBe(current.headers.get('etag'));
    }
  });

  it('fails an operation alone, with the error in its response', async () => {
    await server.user('taken');
    const results = await bulk([
      newUser('taken'),
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'PUT', path: '/Nothing/1', data: {} },
      newUser('free'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['409', '404', '404', '201']);
    expect(results[0]).toMatchObject({
      bulkId: 'taken',
      response: { schemas: [ERROR], status: '409', scimType: 'uniqueness' },
    });
    expect(results[0]).not.toHaveProperty('location');
    expect(results[1]).toMatchObject({ location: `${server.baseUrl}/Users/nobody` });
  });

  it('says of every failure that is no POST where it belongs, executed or not', async () => {
    const results = await bulk([
      { method: 'PATCH', path: '/Users/u1', data: { members: [{ value: 'bulkId:nobody' }] } },
      { method: 'PATCH', path: '/Users/u2' },
      { method: 'DELETE', path: '/Users/bulkId:nobody' },
      newGroup('g', ['bulkId:nobody']),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['400', '400', '400', '400']);
    expect(results.map(({ location }) => location)).toEqual([
      `${server.baseUrl}/Users/u1`,
      `${server.baseUrl}/Users/u2`,
      undefined,
      undefined,
    ]);
  });

  it('honours version and failOnErrors', async () => {
    const id = await server.user('x');
    const stale = { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1-9"' };
    const results = await bulk([stale, stale, newUser('never')], { failOnErrors: 2 });
    expect(results.map(({ status }) => status)).toEqual(['412', '412']);
    expect(server.resources.resources.size).toBe(1);
  });

  it('answers 413 above maxOperations and above maxPayloadSize', async () => {
    const many = await server.post('/Bulk', {
      schemas: [REQUEST],
      Operations: Array.from({ length: 21 }, (_, index) => newUser(`u${index}`)),
    });
    expect(many.status).toBe(413);
    expect(many.body).toMatchObject({ schemas: [ERROR], status: '413' });
    const large = await server.post('/Bulk', {
      schemas: [REQUEST],
      Operations: [newUser('u', { title: 'x'.repeat(100_000) })],
    });
    expect(large.status).toBe(413);
    expect(server.resources.resources.size).toBe(0);
    const { body } = await server.ask('/ServiceProviderConfig');
    expect(body['bulk']).toEqual({ supported: true, maxOperations: 20, maxPayloadSize: 100_000 });
  });

  it('hides what nobody foresaw in the operation that met it', async () => {
    server.resources.nextFailure = new Error('the secret of the database');
    const results = await bulk([newUser('a'), newUser('b')]);
    expect(results.map(({ status }) => status)).toEqual(['500', '201']);
    expect(JSON.stringify(results)).not.toContain('secret');
  });
});
