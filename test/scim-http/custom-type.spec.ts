import { readdirSync, readFileSync } from 'node:fs';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import { ERROR, ScimServer } from './scim-server.js';

const FOLDER = new URL('./schemas/', import.meta.url);
const BADGE = 'urn:example:params:scim:schemas:Badge';
const ACCESS = 'urn:example:params:scim:schemas:extension:access:2.0:Badge';

/** The folder as an administrator would put it into `config/schemas`. */
const files = readdirSync(FOLDER).map((file) => ({
  file,
  content: JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as unknown,
}));

let server: ScimServer;
beforeAll(async () => {
  server = await ScimServer.start({}, SchemaRegistry.from(files));
});
afterAll(() => server.stop());

const badge = (number: string, more: JsonObject = {}): JsonObject => ({
  schemas: [BADGE, ACCESS],
  number,
  [ACCESS]: { zone: 'lab' },
  ...more,
});
const create = async (number: string, more: JsonObject = {}): Promise<string> => {
  const answer = await server.post('/Badges', badge(number, more));
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.body['id'] as string;
};

describe('a resource type made of configuration alone', () => {
  it('keeps every attribute type as it was sent', async () => {
    const attributes: JsonObject = {
      active: true,
      level: -7,
      weight: 1.25,
      issued: '2026-01-02T03:04:05.678+02:00',
      picture: 'aGVsbG8=',
      homepage: 'https://example.com/b?x=1',
      colour: 'red',
      style: 'triangular',
      tags: ['a', 'B'],
      doors: [
        { value: 'north', type: 'main', primary: true, floor: 0 },
        { value: 'south', floor: 3 },
      ],
    };
    const id = await create('T-1', attributes);
    expect((await server.ask(`/Badges/${id}`)).body).toMatchObject({
      schemas: [BADGE, ACCESS],
      ...attributes,
      [ACCESS]: { zone: 'lab' },
    });
  });

  it.each<[string, JsonObject, string]>([
    ['an integer with a fraction', { level: 1.5 }, 'invalidValue'],
    ['a decimal as text', { weight: 'heavy' }, 'invalidValue'],
    ['an instant without time', { issued: '2026-01-02' }, 'invalidValue'],
    ['base64 with a hole', { picture: 'a%b' }, 'invalidValue'],
    ['a colour that is not canonical, where that is enforced', { colour: 'green' }, 'invalidValue'],
    ['a list where one value belongs', { level: [1] }, 'invalidValue'],
    ['a door without its value', { doors: [{ floor: 1 }] }, 'invalidValue'],
    [
      'two primary doors',
      {
        doors: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['an unknown attribute', { smell: 'none' }, 'invalidSyntax'],
    [
      'the required extension without its required attribute',
      { [ACCESS]: { until: '2026-01-02T00:00:00Z' } },
      'invalidValue',
    ],
  ])('refuses %s', async (_, more, scimType) => {
    const answer = await server.post('/Badges', badge('T-2', more));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ schemas: [ERROR] });
    expect([scimType, 'invalidValue']).toContain(answer.body['scimType']);
  });

  it('refuses a resource without the required extension', async () => {
    expect((await server.post('/Badges', { schemas: [BADGE], number: 'T-3' })).status).toBe(400);
    const id = await create('T-4');
    expect((await server.patch(`/Badges/${id}`, [{ op: 'remove', path: ACCESS }])).status).toBe(400);
    expect((await server.ask(`/Badges/${id}`)).body).toHaveProperty([ACCESS, 'zone'], 'lab');
  });

  it('enforces uniqueness, with case where the schema says so', async () => {
    await create('u-1', { label: 'Front' });
    expect((await server.post('/Badges', badge('u-1'))).status).toBe(409);
    expect((await server.post('/Badges', badge('u-2', { label: 'FRONT' }))).status).toBe(409);
  });

  it('makes $ref for references to resources of this server, and keeps one to anything else', async () => {
    const first = await create('ref-1');
    const maker = { value: 'acme', $ref: 'https://acme.example/about' };
    const references = { maker, replaces: { value: first }, owner: { value: 'g1', type: 'Group' } };
    const id = await create('ref-2', references);
    expect((await server.ask(`/Badges/${id}`)).body).toMatchObject({
      maker,
      replaces: { value: first, $ref: `${server.baseUrl}/Badges/${first}` },
      owner: { value: 'g1', type: 'Group', $ref: `${server.baseUrl}/Groups/g1` },
    });
    const unsaid = await create('ref-3', { owner: { value: 'g1' } });
    expect((await server.ask(`/Badges/${unsaid}`)).body['owner']).toEqual({ value: 'g1' });
  });

  it('enforces mutability', async () => {
    const id = await create('M-1', { serial: 'ignored', pin: '1234' });
    const { body } = await server.ask(`/Badges/${id}?attributes=serial,pin,number`);
    expect(body).toMatchObject({ number: 'M-1' });
    expect(body).not.toHaveProperty('serial');
    expect(body).not.toHaveProperty('pin');
    const immutable = await server.patch(`/Badges/${id}`, [{ op: 'replace', path: 'number', value: 'M-2' }]);
    expect([immutable.status, immutable.body['scimType']]).toEqual([400, 'mutability']);
    const readOnly = await server.patch(`/Badges/${id}`, [{ op: 'replace', path: 'serial', value: 'x' }]);
    expect([readOnly.status, readOnly.body['scimType']]).toEqual([400, 'mutability']);
    const put = await server.ask(`/Badges/${id}`, { method: 'PUT', body: badge('M-9') });
    expect([put.status, put.body['scimType']]).toEqual([400, 'mutability']);
  });

  it('returns what returned says', async () => {
    const id = await create('R-1', { note: 'on request', site: 'always', level: 1 });
    const plain = (await server.ask(`/Badges/${id}`)).body;
    expect(plain).not.toHaveProperty('note');
    expect(plain).toMatchObject({ site: 'always' });
    expect((await server.ask(`/Badges/${id}?attributes=note`)).body).toMatchObject({
      note: 'on request',
      site: 'always',
    });
    expect((await server.ask(`/Badges/${id}?excludedAttributes=site,level`)).body).toMatchObject({
      site: 'always',
    });
  });

  it.each([
    ['level lt 0', 400],
    ['weight ge 2.5', 401],
    ['issued gt "2026-06-01T00:00:00Z"', 401],
    [`doors[floor gt 2 and type eq "side"]`, 401],
    ['tags eq "ALPHA"', 400],
    [`${ACCESS}:zone sw "va"`, 401],
    ['active eq false', 400],
    [`number eq "f-400"`, undefined],
  ])('answers the filter %s', async (filter, level) => {
    if (((await server.ask('/Badges?filter=number%20sw%20%22F-%22')).body['totalResults'] as number) === 0) {
      await create('F-400', {
        level: -400,
        weight: 1,
        issued: '2026-01-01T00:00:00Z',
        tags: ['alpha'],
        active: false,
      });
      await create('F-401', {
        level: 401,
        weight: 2.5,
        issued: '2026-07-01T00:00:00Z',
        doors: [{ value: 'x', floor: 3, type: 'side' }],
        [ACCESS]: { zone: 'vault' },
      });
    }
    const query = encodeURIComponent(`number sw "F-" and (${filter})`);
    const found = (await server.ask(`/Badges?filter=${query}`)).body['Resources'] as JsonObject[];
    expect(found.map(({ number }) => number)).toEqual(level === undefined ? [] : [`F-${level}`]);
  });

  it('publishes exactly what it enforces', async () => {
    const { body } = await server.ask(`/Schemas/${BADGE}`);
    const attributes = new Map(
      (body['attributes'] as JsonObject[]).map((attribute) => [attribute['name'], attribute]),
    );
    expect(attributes.get('number')).toMatchObject({
      required: true,
      uniqueness: 'server',
      caseExact: true,
      mutability: 'immutable',
      returned: 'default',
    });
    expect(attributes.get('pin')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(attributes.get('style')).toMatchObject({ canonicalValues: ['round', 'square'] });
    expect((await server.ask('/ResourceTypes/Badge')).body['schemaExtensions']).toEqual([
      { schema: ACCESS, required: true },
    ]);
  });
});
