import type { JsonObject } from '../../schema/types.js';
import { BULK_REQUEST_SCHEMA, readBulkRequest, type BulkOperation } from './bulk-request.js';
import { runBulk, type BulkExecutor } from './run-bulk.js';

/** Keeps what it is asked, gives ids in order, and refuses data that holds the word "bad". */
class Recorder implements BulkExecutor {
  readonly seen: string[] = [];
  private next = 1;

  execute(operation: BulkOperation) {
    this.seen.push(`${operation.method} ${operation.path} ${JSON.stringify(operation.data ?? null)}`);
    if (JSON.stringify(operation.data ?? null).includes('bad')) {
      const location = operation.method === 'POST' ? {} : { location: operation.path };
      return Promise.resolve({ ...this.fail(400, 'invalidValue', 'bad'), ...location });
    }
    if (operation.method !== 'POST') return Promise.resolve({ status: 200, version: 'W/"2"' });
    const id = `id${this.next++}`;
    return Promise.resolve({ status: 201, id, location: `${operation.path}/${id}`, version: 'W/"1"' });
  }

  fail(status: number, scimType: string | undefined, detail: string) {
    return { status, response: { scimType, detail } };
  }
}

const post = (bulkId: string, data: JsonObject, path = '/Users'): JsonObject => ({
  method: 'POST',
  path,
  bulkId,
  data,
});

async function run(operations: JsonObject[], failOnErrors?: number) {
  const recorder = new Recorder();
  const body: JsonObject = {
    schemas: [BULK_REQUEST_SCHEMA],
    Operations: operations,
    ...(failOnErrors === undefined ? {} : { failOnErrors }),
  };
  const results = await runBulk(readBulkRequest(body, 100), recorder);
  return { seen: recorder.seen, statuses: results.map(({ status }) => status), results };
}

describe('Bulk', () => {
  it('makes a group after the users it names, wherever they stand', async () => {
    const { seen, statuses } = await run([
      post('g', { members: [{ value: 'bulkId:a' }, { value: 'x' }] }, '/Groups'),
      post('a', { userName: 'a' }),
    ]);
    expect(seen).toEqual([
      'POST /Users {"userName":"a"}',
      'POST /Groups {"members":[{"value":"id1"},{"value":"x"}]}',
    ]);
    expect(statuses).toEqual([201, 201]);
  });

  it('resolves a bulkId in the path of a later operation', async () => {
    const { seen } = await run([post('a', { userName: 'a' }), { method: 'DELETE', path: '/Users/bulkId:a' }]);
    expect(seen[1]).toBe('DELETE /Users/id1 null');
  });

  it('closes a circle of two groups with a PATCH', async () => {
    const { seen, results } = await run([
      post('a', { displayName: 'a', members: [{ value: 'bulkId:b' }, { value: 'x' }] }, '/Groups'),
      post('b', { displayName: 'b', members: [{ value: 'bulkId:a' }] }, '/Groups'),
    ]);
    expect(seen).toEqual([
      'POST /Groups {"displayName":"a","members":[{"value":"x"}]}',
      'POST /Groups {"displayName":"b","members":[{"value":"id1"}]}',
      'PATCH /Groups/id1 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"id2"}]}]}',
    ]);
    expect(results[0]).toMatchObject({ status: 201, id: 'id1', version: 'W/"2"' });
  });

  it('closes a thousand circles of groups that all name each other in little time', async () => {
    const groups = Array.from({ length: 1000 }, (_, index) => ({
      method: 'POST' as const,
      path: '/Groups',
      bulkId: `g${index}`,
      data: {
        members: Array.from({ length: 300 }, (_, k) => ({ value: `bulkId:g${(index + 1 + k) % 1000}` })),
      },
    }));
    const patched: (string | undefined)[] = [];
    const began = performance.now();
    const results = await runBulk(
      { operations: groups },
      {
        execute: async ({ method, bulkId, path }) => {
          if (method === 'PATCH') patched.push(path);
          return { status: method === 'POST' ? 201 : 200, id: `id-${bulkId}` };
        },
        fail: (status) => ({ status }),
      },
    );
    expect(results.every(({ status }) => status === 201)).toBe(true);
    // Once these are there, the others have all their members already.
    expect(patched).toHaveLength(300);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('creates a user who is their own manager', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const { seen } = await run([
      post('a', { userName: 'a', [urn]: { department: 'x', manager: { value: 'bulkId:a' } } }),
    ]);
    expect(seen[0]).toBe(`POST /Users {"userName":"a","${urn}":{"department":"x"}}`);
    expect(seen[1]).toContain(`"path":"${urn}:manager","value":{"value":"id1"}`);
  });

  it('takes a created resource back when the rest of its circle fails', async () => {
    const { seen, statuses } = await run([
      post('a', { members: [{ value: 'bulkId:b' }] }, '/Groups'),
      post('b', { displayName: 'bad', members: [{ value: 'bulkId:a' }] }, '/Groups'),
    ]);
    expect(seen.at(-1)).toBe('DELETE /Groups/id1 null');
    expect(statuses).toEqual([409, 400]);
  });

  it('names no place of what it took back', async () => {
    const { seen, results } = await run([
      post('a', { members: [{ value: 'bulkId:a', display: 'bad' }] }, '/Groups'),
    ]);
    expect(seen.map((line) => line.split(' ')[0])).toEqual(['POST', 'PATCH', 'DELETE']);
    expect(results).toEqual([expect.not.objectContaining({ location: expect.anything() as string })]);
    expect(results[0]!.status).toBe(400);
  });

  it('takes a created resource back when failOnErrors ends the run inside a circle', async () => {
    const { seen, statuses } = await run(
      [
        post('a', { members: [{ value: 'bulkId:b' }] }, '/Groups'),
        post('b', { members: [{ value: 'bulkId:a' }, { value: 'bulkId:c' }] }, '/Groups'),
        post('c', { members: [{ value: 'bulkId:a' }], displayName: 'bad' }, '/Groups'),
      ],
      1,
    );
    expect(seen).toContain('DELETE /Groups/id1 null');
    expect(statuses).toEqual([409, 400]);
  });

  it('answers 409 for an operation whose reference failed and goes on with the others', async () => {
    const { statuses } = await run([
      post('a', { userName: 'bad' }),
      post('g', { members: [{ value: 'bulkId:a' }] }),
      post('c', {}),
    ]);
    expect(statuses).toEqual([400, 409, 201]);
  });

  it('answers 400 for a bulkId that nobody creates', async () => {
    const { statuses, seen } = await run([post('g', { members: [{ value: 'bulkId:nobody' }] })]);
    expect(statuses).toEqual([400]);
    expect(seen).toEqual([]);
  });

  it('ends after failOnErrors failures and leaves out what was not tried', async () => {
    const { statuses } = await run([post('a', {}), post('b', { x: 'bad' }), post('c', {})], 1);
    expect(statuses).toEqual([201, 400]);
  });

  it('fails an operation that cannot be read alone', async () => {
    const { statuses } = await run([
      { method: 'GET', path: '/Users' },
      { method: 'POST', path: '/Users', data: {} },
      { method: 'DELETE', path: 'Users/1' },
      { method: 'PUT', path: '/Users/1' },
      { method: 'delete', path: '/Users/1' },
    ]);
    expect(statuses).toEqual([400, 400, 400, 400, 200]);
  });

  it.each<[string, JsonObject, number]>([
    ['without its schema', { Operations: [] }, 400],
    ['without operations', { schemas: [BULK_REQUEST_SCHEMA] }, 400],
    [
      'with one bulkId twice',
      { schemas: [BULK_REQUEST_SCHEMA], Operations: [post('a', {}), post('a', {})] },
      400,
    ],
    ['with failOnErrors as text', { schemas: [BULK_REQUEST_SCHEMA], Operations: [], failOnErrors: 'x' }, 400],
    [
      'over the limit',
      { schemas: [BULK_REQUEST_SCHEMA], Operations: Array(3).fill({}) as JsonObject[] },
      413,
    ],
  ])('refuses a request %s', (_, body, status) => {
    let caught: unknown;
    try {
      readBulkRequest(body, 2);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ name: 'ScimError', status });
  });

  it('takes failOnErrors null, as HR feeds send it', () => {
    expect(
      readBulkRequest({ schemas: [BULK_REQUEST_SCHEMA], Operations: [], failOnErrors: null }, 2),
    ).toEqual({ operations: [] });
  });
});
