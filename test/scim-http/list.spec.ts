import type { JsonObject } from '../../src/schema/types.js';
import type { MemoryResources } from './memory-resources.js';
import { ERROR, ScimServer, SEARCH_REQUEST, USER } from './scim-server.js';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start({ defaultPageSize: 5, maxPageSize: 8 });
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.resources.clear();
  for (let number = 10; number < 22; number += 1)
    await server.user(`user${number}`, { title: number % 2 === 0 ? 'even' : 'odd' });
});

const names = (body: JsonObject): unknown[] =>
  (body['Resources'] as JsonObject[]).map(({ userName, displayName }) => userName ?? displayName);

describe('RFC 7644 §3.4.2 lists', () => {
  it('answers a filter without a hit with an empty ListResponse', async () => {
    const { status, body } = await server.ask('/Users?filter=userName+eq+%22nobody%40x%22');
    expect(status).toBe(200);
    expect(body).toEqual({ schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
  });

  it('takes names of parameters without case and ignores unknown ones', async () => {
    const { body } = await server.ask(
      '/Users?aadOptscim062020&STARTINDEX=3&Count=2&Filter=title%20eq%20%22even%22',
    );
    expect(body).toMatchObject({ totalResults: 6, startIndex: 3, itemsPerPage: 2 });
    expect(names(body)).toEqual(['user14', 'user16']);
  });

  it.each([
    ['', 1, 5],
    ['?count=0', 1, 0],
    ['?count=-3', 1, 0],
    ['?count=500', 1, 8],
    ['?startIndex=0&count=2', 1, 2],
    ['?startIndex=-9&count=2', 1, 2],
    ['?startIndex=11&count=5', 11, 2],
    ['?startIndex=13', 13, 0],
  ])('page %s begins at %d and has %d', async (query, startIndex, itemsPerPage) => {
    const { body } = await server.ask(`/Users${query}`);
    expect(body).toMatchObject({ totalResults: 12, startIndex, itemsPerPage });
    expect(body['Resources']).toHaveLength(itemsPerPage);
  });

  it('sorts in both directions', async () => {
    expect(names((await server.ask('/Users?sortBy=userName&sortOrder=descending&count=2')).body)).toEqual([
      'user21',
      'user20',
    ]);
    expect(names((await server.ask('/Users?sortBy=userName&count=2')).body)).toEqual(['user10', 'user11']);
  });

  it.each([
    ['filter=userName%20eq', 'invalidFilter'],
    ['filter=noSuch%20eq%20%22x%22', 'invalidFilter'],
    ['sortOrder=upwards', 'invalidValue'],
    ['startIndex=one', 'invalidValue'],
    ['filter=a%20pr&filter=b%20pr', 'invalidFilter'],
  ])('%s is answered 400 %s', async (query, scimType) => {
    const { status, body } = await server.ask(`/Users?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ schemas: [ERROR], scimType });
  });
});

describe('RFC 9865 cursors', () => {
  it('walks over every resource once', async () => {
    const walked: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page += 1) {
      const { body } = await server.ask(`/Users?cursor=${cursor}&count=4`);
      expect(body).not.toHaveProperty('startIndex');
      walked.push(...names(body));
      if (body['nextCursor'] === undefined) break;
      cursor = body['nextCursor'] as string;
    }
    expect(walked).toHaveLength(12);
    expect(new Set(walked).size).toBe(12);
  });

  it.each([
    ['cursor=forged', 'invalidCursor'],
    ['cursor=&count=-1', 'invalidCount'],
    ['cursor=&startIndex=1', 'invalidCursor'],
    ['cursor=&sortBy=userName', 'invalidValue'],
  ])('%s is answered 400 %s', async (query, scimType) => {
    const { status, body } = await server.ask(`/Users?${query}`);
    expect([status, body['scimType']]).toEqual([400, scimType]);
  });
});

describe('RFC 7644 §3.4.3 .search', () => {
  it('searches one type', async () => {
    const { status, body } = await server.post('/Users/.search', {
      schemas: [SEARCH_REQUEST],
      filter: 'title eq "odd"',
      attributes: ['userName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 1,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 6, startIndex: 2, itemsPerPage: 1 });
    expect(body['Resources']).toEqual([expect.objectContaining({ userName: 'user19' })]);
    expect(body).not.toHaveProperty('Resources.0.title');
  });

  it('pages by cursor', async () => {
    const ask = { schemas: [SEARCH_REQUEST], count: 7, filter: 'userName sw "user"' };
    const first = (await server.post('/Users/.search', { ...ask, cursor: '' })).body;
    const second = (await server.post('/Users/.search', { ...ask, cursor: first['nextCursor'] })).body;
    expect(new Set([...names(first), ...names(second)]).size).toBe(12);
    expect(second).not.toHaveProperty('nextCursor');
  });

  it('searches every type at the root, by GET and by POST', async () => {
    await server.group('even');
    const filter = 'title eq "even" or displayName eq "even"';
    const post = await server.post('/.search', { schemas: [SEARCH_REQUEST], filter, count: 8 });
    const get = await server.ask(`/?count=8&filter=${encodeURIComponent(filter)}`);
    for (const { body } of [post, get]) {
      expect(body['totalResults']).toBe(7);
      expect(
        new Set((body['Resources'] as JsonObject[]).map(({ meta }) => (meta as JsonObject)['resourceType'])),
      ).toEqual(new Set(['User', 'Group']));
    }
    const bare = await server.ask(`?filter=${encodeURIComponent('meta.resourceType eq "Group"')}`);
    expect(names(bare.body)).toEqual(['even']);
  });

  it('refuses a body of another schema', async () => {
    const { status, body } = await server.post('/Users/.search', { schemas: [USER] });
    expect([status, body['scimType']]).toEqual([400, 'invalidSyntax']);
  });
});
