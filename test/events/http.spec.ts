import { generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { readConfig } from '../../src/read-config.js';
import { GatewayInProcess } from '../operations/gateway-in-process.js';
import { join } from 'node:path';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const user = (userName: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
});

describe('The event feed over HTTP', () => {
  let gateway: GatewayInProcess;
  beforeAll(async () => {
    gateway = await new GatewayInProcess({
      'config/events.yaml':
        'enabled: true\nissuer: https://gateway.example\nsigningKeys: [{ value: "file:../key.pem" }]\nlongPoll: 1s\n',
      'key.pem': pem,
    }).start();
  });
  afterAll(() => gateway.remove());

  it('is advertised, and tells what SCIM clients do, bulk included, in tokens that the published key verifies', async () => {
    const { json: config } = await gateway.ask('scim', 'GET', '/scim/v2/ServiceProviderConfig');
    expect(config.securityEvents).toEqual({
      asyncRequest: 'none',
      eventUris: expect.arrayContaining(['urn:ietf:params:scim:event:prov:create:notice']) as string[],
    });
    const created = await gateway.ask('scim', 'POST', '/scim/v2/Users', user('nora'));
    expect(created.status).toBe(201);
    const bulk = await gateway.ask('scim', 'POST', '/scim/v2/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'v', data: user('vera') },
        { method: 'DELETE', path: `/Users/${created.json.id}` },
      ],
    });
    expect(bulk.status).toBe(200);
    const { status, json } = await gateway.ask('events', 'POST', '/events', { returnImmediately: true });
    expect(status).toBe(200);
    expect(json.moreAvailable).toBe(false);
    const keys = createRemoteJWKSet(new URL(`${gateway.url}/.well-known/jwks.json`));
    const kinds: string[] = [];
    for (const [jti, token] of Object.entries<string>(json.sets)) {
      const { payload } = await jwtVerify(token, keys, {
        issuer: 'https://gateway.example',
        audience: 'events',
        typ: 'secevent+jwt',
      });
      expect(payload.jti).toBe(jti);
      kinds.push(...Object.keys(payload.events as object));
    }
    expect(kinds.map((kind) => kind.split('prov:')[1])).toEqual(['create:notice', 'create:notice', 'delete']);
    const ack = Object.keys(json.sets);
    expect((await gateway.ask('events', 'POST', '/events', { ack })).json).toEqual({
      sets: {},
      moreAvailable: false,
    });
  });

  it('is for tokens with the scope events', async () => {
    expect((await gateway.ask('scim', 'POST', '/events', {})).status).toBe(403);
    expect((await gateway.ask(undefined, 'POST', '/events', {})).status).toBe(401);
  });

  it('answers what it cannot read as RFC 8935 wants it', async () => {
    const { status, json } = await gateway.ask('events', 'POST', '/events', { maxEvents: 'all' });
    expect(status).toBe(400);
    expect(json).toEqual({
      err: 'invalid_request',
      description: expect.stringContaining('maxEvents') as string,
    });
  });
});

describe('A gateway without the event feed', () => {
  let gateway: GatewayInProcess;
  beforeAll(async () => {
    gateway = await new GatewayInProcess().start();
  });
  afterAll(() => gateway.remove());

  it('neither offers nor advertises it', async () => {
    expect((await gateway.ask('events', 'POST', '/events', {})).status).toBe(404);
    const { json } = await gateway.ask('scim', 'GET', '/scim/v2/ServiceProviderConfig');
    expect(json).not.toHaveProperty('securityEvents');
  });

  it('does not start with a key that cannot sign', async () => {
    gateway.write('config/events.yaml', 'enabled: true\nsigningKeys: [{ value: "file:../key.pem" }]\n');
    gateway.write('key.pem', 'no key');
    const { problems } = await readConfig(join(gateway.folder, 'config'));
    expect(problems).toMatchObject([{ file: 'events.yaml', key: 'signingKeys[0].value' }]);
  });
});
