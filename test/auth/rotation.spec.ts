import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, Module, Post, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule, guardBodies, hashToken } from '../../src/auth/index.js';
import { FailuresBlock, TokenEntry } from '../../src/config/files.js';

@Controller('scim')
class Routes {
  @Get()
  get() {
    return 'read';
  }
  @Post()
  post(@Body() body: { text: string }) {
    return { length: body.text.length };
  }
}

const entry = (name: string, token: string, more: Partial<TokenEntry> = {}): TokenEntry =>
  Object.assign(new TokenEntry(), { name, hash: hashToken(token), ...more });

describe('The door of the gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-auth-'));
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    @Module({
      imports: [
        AuthModule.register(
          [entry('entra', 'good'), entry('old', 'expired', { expires: '2020-01-01T00:00:00Z' })],
          {
            failures: Object.assign(new FailuresBlock(), { allowed: 3, within: '1h' }),
            reloadFrom: folder,
          },
        ),
      ],
      controllers: [Routes],
    })
    class Application {}
    app = await NestFactory.create(Application, new FastifyAdapter({ trustProxy: ['127.0.0.1'] }), {
      logger: false,
    });
    guardBodies(app);
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/scim`;
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  /** Each test comes from an address of its own. */
  const from = (address: string, token?: string) => ({
    'x-forwarded-for': address,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
  const get = (address: string, token?: string) => fetch(url, { headers: from(address, token) });

  it('slows down who goes on guessing, by address', async () => {
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await get('203.0.113.1', `guess-${n}`)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const refused = await get('203.0.113.1', 'again');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect((await get('203.0.113.2', 'guess')).status).toBe(401);
  });

  it('lets good tokens in from an address that is slowed down', async () => {
    for (let n = 0; n < 5; n++) await get('203.0.113.3');
    expect((await get('203.0.113.3')).status).toBe(429);
    expect((await get('203.0.113.3', 'good')).status).toBe(200);
  });

  it('takes a whole IPv6 network for one address', async () => {
    for (let n = 1; n <= 4; n++) await get(`2001:db8:1:2::${n}`);
    expect((await get('2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await get('2001:db8:1:3::1')).status).toBe(401);
  });

  it('tells the holder of an expired token since when', async () => {
    const response = await get('203.0.113.4', 'expired');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="landfall", error="invalid_token"');
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('"old" expired on 2020-01-01') as string,
    });
  });

  it('reads a large body for callers with a good token only', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(500_000) });
    const headers = { 'content-type': 'application/json' };
    const taken = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, ...from('203.0.113.5', 'good') },
    });
    expect(await taken.json()).toEqual({ length: 500_000 });
    expect(await announce(url, 5_000_000, from('203.0.113.5', 'bad'))).toBe(401);
    expect(await announce(url, undefined, from('203.0.113.5'))).toBe(401);
  });

  it('takes a changed auth.yaml over, and keeps the tokens when it is faulty', async () => {
    const write = (...lines: string[]) => {
      writeFileSync(join(folder, 'auth.yaml'), lines.join('\n'));
      process.emit('SIGHUP');
    };
    write('tokens:', `  - { name: next, hash: '${hashToken('next')}' }`);
    expect((await get('203.0.113.6', 'next')).status).toBe(200);
    expect((await get('203.0.113.6', 'good')).status).toBe(401);
    write('tokens:', '  - { name: broken, hash: clear-text }');
    expect((await get('203.0.113.6', 'next')).status).toBe(200);
  });

  it('sees a changed auth.yaml by itself', async () => {
    writeFileSync(join(folder, 'auth.yaml'), `tokens: [{ name: seen, hash: '${hashToken('seen')}' }]`);
    const end = performance.now() + 8000;
    while ((await get(`198.51.100.${Math.floor(Math.random() * 250)}`, 'seen')).status !== 200) {
      if (performance.now() > end) throw new Error('the new token is not known after 8 s');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 10_000);
});

/** Announces a body and sends none of it: the status that comes without it. */
function announce(
  address: string,
  bytes: number | undefined,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const size =
      bytes === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(bytes) };
    const sent = request(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...size },
    });
    sent.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      sent.destroy();
    });
    sent.on('error', reject);
    sent.flushHeaders();
  });
}
