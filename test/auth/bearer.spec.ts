import { Controller, Get, Module, Req, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule, hashToken, Open, Scopes } from '../../src/auth/index.js';
import { TokenEntry } from '../../src/config/files.js';

@Controller()
class Routes {
  @Get('scim')
  scim(@Req() request: { user: unknown }) {
    return request.user;
  }
  @Scopes('operations')
  @Get('operations')
  operations() {
    return 'steered';
  }
  @Open()
  @Get('open')
  open() {
    return 'open';
  }
}

const entry = (more: Partial<TokenEntry>): TokenEntry => Object.assign(new TokenEntry(), more);

@Module({
  imports: [
    AuthModule.register([
      entry({ name: 'entra', hash: hashToken('first'), source: 'tenant-a' }),
      entry({ name: 'entra-next', hash: hashToken('second'), user: 'nora' }),
      entry({ name: 'old', hash: hashToken('third'), expires: '2020-01-01T00:00:00Z' }),
      entry({ name: 'week', hash: hashToken('fifth'), expires: '2027-W48' }),
      entry({ name: 'admin', hash: hashToken('fourth'), scopes: ['operations'] }),
    ]),
  ],
  controllers: [Routes],
})
class TestModule {}

describe('Bearer tokens', () => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await NestFactory.create(TestModule, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  const get = (path: string, token?: string) =>
    fetch(`${url}/${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

  it('tell who calls', async () => {
    expect(await (await get('scim', 'first')).json()).toMatchObject({
      name: 'entra',
      client: 'entra',
      source: 'tenant-a',
      scopes: ['scim'],
    });
    expect(await (await get('scim', 'second')).json()).toMatchObject({
      name: 'entra-next',
      source: 'entra-next',
      user: 'nora',
    });
  });

  it.each([undefined, 'unknown', '', 'third', 'fifth'])(
    'answer 401 with a challenge for %p',
    async (token) => {
      const response = await get('scim', token);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    },
  );

  it('are taken from the header only', async () => {
    expect((await fetch(`${url}/scim?access_token=first`)).status).toBe(401);
  });

  it('are good for their scopes only', async () => {
    expect((await get('operations', 'first')).status).toBe(403);
    expect((await get('operations', 'fourth')).status).toBe(200);
    expect((await get('scim', 'fourth')).status).toBe(403);
  });

  it('are not asked for on open routes', async () => {
    expect((await get('open')).status).toBe(200);
  });
});
