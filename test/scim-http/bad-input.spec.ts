import { request } from 'node:http';
import { connect } from 'node:net';
import { heldMemory } from '../scale/measure.js';
import type { MemoryResources } from './memory-resources.js';
import { ERROR, PATCH_OP, ScimServer, USER } from './scim-server.js';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start({ maxBodyBytes: 1024 * 1024 });
});
afterAll(() => server.stop());
beforeEach(() => server.resources.clear());

const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const user = (more: string): string => `{"schemas":["${USER}"],"userName":"x"${more}}`;
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

const CORPUS: [name: string, raw: string | Uint8Array][] = [
  ['an empty body', ''],
  ['text that is not JSON', 'userName=x'],
  ['JSON without an end', '{"userName":"x"'],
  ['an array', '[]'],
  ['a string', '"x"'],
  ['null', 'null'],
  ['nesting of 10,000 levels', deep(10_000)],
  ['500,000 open brackets', '['.repeat(500_000)],
  ['500,000 open objects', '{"a":'.repeat(100_000)],
  ['nested arrays inside an attribute', user(`,"emails":${'['.repeat(200)}${']'.repeat(200)}`)],
  ['a number beyond double', user(',"x":1e999')],
  ['an integer of 5,000 digits', user(`,"x":${'9'.repeat(5000)}`)],
  ['a lone surrogate', user(',"displayName":"\\ud800"')],
  ['a lone surrogate in a name', user(',"\\udfff":"x"')],
  ['U+0000', user(',"displayName":"a\\u0000b"')],
  ['a name twice', user(',"userName":"y"')],
  ['a name twice in another case', user(',"USERNAME":"y"')],
  ['__proto__', user(',"__proto__":{"admin":true}')],
  ['__proto__ inside an extension', user(',"urn:x":{"__proto__":{"admin":true}}')],
  ['__proto__ by escape', user(',"\\u005f\\u005fproto\\u005f\\u005f":{"admin":true}')],
  ['constructor.prototype', user(',"constructor":{"prototype":{"admin":true}}')],
  ['invalid UTF-8', bytes(user('').slice(0, -1), ',"displayName":"', [0xc3, 0x28], '"}')],
  ['an overlong UTF-8 form', bytes(user('').slice(0, -1), ',"displayName":"', [0xc0, 0xaf], '"}')],
  ['a surrogate in UTF-8', bytes(user('').slice(0, -1), ',"displayName":"', [0xed, 0xa0, 0x80], '"}')],
  ['schemas as a string', `{"schemas":"${USER}","userName":"x"}`],
  ['schemas of another resource', '{"schemas":["urn:example:nothing"],"userName":"x"}'],
  ['userName as an object', `{"schemas":["${USER}"],"userName":{}}`],
  ['userName as a number', `{"schemas":["${USER}"],"userName":1}`],
  ['no userName', `{"schemas":["${USER}"]}`],
  ['emails as a number', user(',"emails":1')],
  ['active as an array', user(',"active":[true]')],
];

describe('bad input', () => {
  it.each(CORPUS)('POST of %s is answered 400 with a SCIM error', async (_, raw) => {
    const answer = await server.ask('/Users', {
      method: 'POST',
      raw,
      headers: { 'content-type': 'application/scim+json' },
    });
    expect(answer.body).toMatchObject({
      schemas: [ERROR],
      status: '400',
      detail: expect.any(String) as string,
    });
    expect(['invalidSyntax', 'invalidValue']).toContain(answer.body['scimType']);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/scim+json');
    expect(server.resources.resources.size).toBe(0);
  });

  it.each(['entra', 'generic'])(
    'every body of the corpus to every endpoint that takes one is below 500 for %s',
    async (token) => {
      const id = await server.user('victim');
      const endpoints = [
        ['PUT', `/Users/${id}`],
        ['PATCH', `/Users/${id}`],
        ['POST', '/Groups'],
        ['POST', '/Users/.search'],
        ['POST', '/.search'],
        ['POST', '/Bulk'],
        ['PATCH', '/Me'],
      ] as const;
      for (const [method, path] of endpoints) {
        for (const [name, raw] of CORPUS) {
          const answer = await server.ask(path, {
            method,
            token,
            raw,
            headers: { 'content-type': 'application/json' },
          });
          expect([name, method, path, answer.status < 500]).toEqual([name, method, path, true]);
          if (answer.status >= 400) expect(answer.body['schemas']).toEqual([ERROR]);
        }
      }
    },
  );

  it('leaves Object.prototype alone', async () => {
    const id = await server.user('victim');
    const paths = [
      '__proto__.admin',
      '__proto__',
      'constructor.prototype.admin',
      'name.__proto__',
      'emails[__proto__ eq "x"].value',
    ];
    for (const path of paths) {
      for (const token of ['generic', 'entra']) {
        const answer = await server.patch(`/Users/${id}`, [{ op: 'add', path, value: true }], { token });
        expect(answer.status).toBeLessThan(500);
      }
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it.each([
    ['no media type', ''],
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['XML', 'application/xml'],
    ['no type at all', 'nonsense'],
    ['another charset', 'application/scim+json; charset=iso-8859-1'],
  ])('%s is answered 415', async (_, type) => {
    const answer = await rawPost(type, user(''));
    expect(answer).toMatchObject({ status: 415, type: 'application/scim+json' });
    const detail = expect.stringMatching(/application\/scim\+json|UTF-8/) as string;
    expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: '415', detail });
  });

  it.each([
    'application/scim+json; charset=utf-8',
    'application/json',
    'application/json;charset="UTF-8"',
    'Application/SCIM+JSON',
  ])('%s is taken', async (type) => {
    expect((await rawPost(type, user(''))).status).toBe(201);
  });

  it('a compressed body is answered 415', async () => {
    const answer = await server.ask('/Users', {
      method: 'POST',
      raw: user(''),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(answer.status).toBe(415);
  });

  it('a body of 10 MB is answered 413 without being kept', async () => {
    // In MB, after a garbage collection: what is resident is the collector's affair, and this client's.
    const held = () => heldMemory() + process.memoryUsage().external / 2 ** 20;
    const before = held();
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await server.ask('/Users', {
        method: 'POST',
        raw: user(`,"displayName":"${'x'.repeat(10_000_000)}"`),
      });
      expect(answer.status).toBe(413);
      const detail = expect.stringContaining('maxPayloadSize') as string;
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: '413', detail });
    }
    const end = performance.now() + 5000;
    while (held() - before > 10 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(held() - before).toBeLessThan(10);
  });

  it('a body of 10 MB in chunks is answered 413', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request(`${server.baseUrl}/Users`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer generic',
          'content-type': 'application/scim+json',
          'transfer-encoding': 'chunked',
        },
      });
      outgoing.on('response', (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      for (let chunk = 0; chunk < 160; chunk += 1) outgoing.write(Buffer.alloc(65_536, 0x20));
      outgoing.end();
    });
    expect(status).toBe(413);
  });

  it.each([
    ['a path that is not percent-encoded', '/Users/%zz', 400],
    ['a path with invalid UTF-8', '/Users/%ff', 400],
    ['an id of 400 characters', `/Users/${'a'.repeat(400)}`, 404],
    ['an id of 2,000 characters', `/Users/${'a'.repeat(2000)}`, 404],
    ['a filter with invalid UTF-8', '/Users?filter=%ff', 400],
    ['a filter with U+0000', '/Users?filter=userName%20eq%20%22%00%22', 400],
    ['an empty filter', '/Users?filter=', 400],
    ['a filter of 5,000 brackets', `/Users?filter=${'('.repeat(5000)}`, 400],
    ['a count that is no number', '/Users?count=ten', 400],
    ['URL and headers beyond 16 kB', `/Users?filter=${'a'.repeat(40_000)}`, 431],
  ])('%s is answered with a SCIM error', async (_, path, status) => {
    const answer = await server.ask(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: String(status) });
    expect(answer.headers.get('content-type')).toBe('application/scim+json');
  });

  it('what is not HTTP is answered with a SCIM error', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () =>
        socket.write('NOT HTTP\r\n\r\n'),
      );
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain(ERROR);
  });

  it('a PATCH over the limit of operations is answered 413', async () => {
    const id = await server.user('x');
    const operation = { op: 'replace', path: 'title', value: 'x' };
    const body = { schemas: [PATCH_OP], Operations: Array(1001).fill(operation) };
    expect((await server.ask(`/Users/${id}`, { method: 'PATCH', body })).status).toBe(413);
  });

  it('a stranger with a broken body is answered 401', async () => {
    const answer = await server.ask('/Users', { method: 'POST', token: '', raw: '{' });
    expect(answer.status).toBe(401);
  });
});

/** fetch puts a content type of its own where none is given. */
function rawPost(
  type: string,
  body: string,
): Promise<{ status: number; type: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: 'Bearer generic',
      'content-length': Buffer.byteLength(body),
      ...(type === '' ? {} : { 'content-type': type }),
    };
    const outgoing = request(`${server.baseUrl}/Users`, { method: 'POST', headers }, (incoming) => {
      let text = '';
      incoming.on('data', (data: Buffer) => (text += data.toString()));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'], text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
