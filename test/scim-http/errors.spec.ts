import { IdentityError } from '../../src/identity/identity.errors.js';
import { EngineError } from '../../src/store/sql/sql.js';
import type { MemoryResources } from './memory-resources.js';
import { ERROR, ScimServer, USER } from './scim-server.js';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.resources.clear());

const UNKNOWN = '019aaaaa-0000-7000-8000-000000000000';

describe('RFC 7644 §3.12 errors', () => {
  it.each([
    ['GET', '/Nothing', 404],
    ['GET', '/Users/a/b', 404],
    ['POST', '/Nothing', 404],
    ['PUT', '/Users', 405],
    ['POST', `/Users/${UNKNOWN}`, 405],
    ['GET', '/Bulk', 405],
    ['DELETE', '/', 405],
    ['DELETE', '/Schemas', 405],
    ['PATCH', '/ServiceProviderConfig', 405],
    ['GET', '/Users/.search', 405],
    ['DELETE', '', 405],
    ['OPTIONS', '/Users', 405],
  ])('%s %s is %d', async (method, path, status) => {
    const answer = await server.ask(path, {
      method,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: String(status) });
    expect(answer.headers.get('content-type')).toBe('application/scim+json');
    expect(answer.headers.has('allow')).toBe(status === 405);
  });

  it('asks a stranger for a bearer token', async () => {
    for (const path of ['/Users', '/Schemas', '/Nothing', '/Me', '/openapi.json']) {
      const answer = await server.ask(path, { token: '' });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: '401' });
    }
  });

  it.each([
    [new IdentityError('refusedByTarget', 'AD: the password is too short.'), 400, 'invalidValue'],
    [
      new IdentityError('refusedByTarget', 'AD: sAMAccountName is taken.', { scimType: 'uniqueness' }),
      409,
      'uniqueness',
    ],
    [new IdentityError('mutability', 'x'), 400, 'mutability'],
    [new IdentityError('tooMany', 'x'), 400, 'tooMany'],
    [new IdentityError('versionMismatch', 'x'), 412, undefined],
  ])('maps %s', async (failure, status, scimType) => {
    server.resources.nextFailure = failure;
    const answer = await server.post('/Users', { schemas: [USER], userName: 'nora' });
    expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([
      status,
      scimType,
      failure.detail,
    ]);
  });

  it('answers 503 with Retry-After while the deciding target is away', async () => {
    server.resources.nextFailure = new IdentityError('targetUnavailable', 'corp is unavailable.', {
      retryAfterSeconds: 17,
    });
    const answer = await server.post('/Users', { schemas: [USER], userName: 'nora' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '17']);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: '503' });
  });

  it('answers 503 with Retry-After while the store does not answer', async () => {
    server.resources.nextFailure = new EngineError('unavailable', 'connect ECONNREFUSED 10.0.0.7', undefined);
    const answer = await server.post('/Users', { schemas: [USER], userName: 'nora' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    expect(answer.text).not.toContain('10.0.0.7');
  });

  it('hides what nobody foresaw behind the correlation id', async () => {
    server.resources.nextFailure = new Error('the secret of the database');
    const answer = await server.post(
      '/Users',
      { schemas: [USER], userName: 'nora' },
      { headers: { 'client-request-id': 'abc-123' } },
    );
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(answer.body['detail']).toContain('abc-123');
  });
});

describe('correlation id', () => {
  it.each(['x-correlation-id', 'request-id', 'client-request-id'])(
    'comes from %s and goes to identity and the answer',
    async (header) => {
      const answer = await server.ask('/Users', { headers: { [header]: 'job-7.42' } });
      expect(answer.headers.get('x-correlation-id')).toBe('job-7.42');
      expect(server.resources.callers.at(-1)?.correlationId).toBe('job-7.42');
    },
  );

  it('is made where the client gives none, or one that could forge a line of the log', async () => {
    for (const id of ['', 'a b', 'x'.repeat(200)]) {
      const answer = await server.ask('/Users', { headers: { 'x-correlation-id': id } });
      expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('location', () => {
  it('follows publicUrl', async () => {
    const published = await ScimServer.start({ publicUrl: 'https://gw.example/' });
    try {
      const answer = await published.post('/Users', { schemas: [USER], userName: 'nora' });
      expect(answer.headers.get('location')).toMatch(
        /^https:\/\/gw\.example\/scim\/v2\/Users\/[0-9a-f-]{36}$/,
      );
    } finally {
      await published.stop();
    }
  });
});
