import type { MemoryResources } from './memory-resources.js';
import { ENTERPRISE, ERROR, GROUP, PATCH_OP, ScimServer, USER } from './scim-server.js';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.resources.clear());

const UNKNOWN = '019aaaaa-0000-7000-8000-000000000000';

describe('RFC 7644 §3.3 create', () => {
  it('answers 201 with the resource, Location, ETag and the bare media type', async () => {
    const answer = await server.post('/Users', {
      schemas: [USER],
      userName: 'nora',
      externalId: 'x1',
      name: { familyName: 'Quill' },
    });
    const id = answer.body['id'] as string;
    const location = `${server.baseUrl}/Users/${id}`;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/scim+json');
    expect(answer.headers.get('location')).toBe(location);
    expect(answer.headers.get('etag')).toBe('W/"1-1"');
    expect(answer.body).toMatchObject({
      schemas: [USER],
      userName: 'nora',
      externalId: 'x1',
      name: { familyName: 'Quill' },
      meta: { resourceType: 'User', location, version: 'W/"1-1"' },
    });
    expect(answer.body).not.toHaveProperty('active');
  });

  it('answers 409 uniqueness with the attribute in the detail', async () => {
    await server.user('nora');
    const answer = await server.post('/Users', { schemas: [USER], userName: 'NORA' });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: '409', scimType: 'uniqueness' });
    expect(answer.body['detail']).toContain('userName');
  });

  it('projects the created resource', async () => {
    const answer = await server.post('/Users?attributes=userName', {
      schemas: [USER],
      userName: 'nora',
      title: 'x',
    });
    expect(answer.body).toMatchObject({ userName: 'nora' });
    expect(answer.body).not.toHaveProperty('title');
  });

  it('never answers a password', async () => {
    const answer = await server.post('/Users', {
      schemas: [USER],
      userName: 'nora',
      password: 'correct horse',
    });
    expect(answer.status).toBe(201);
    expect(answer.text).not.toContain('correct horse');
  });
});

describe('RFC 7644 §3.4.1 read', () => {
  it('answers the resource, and 404 with a SCIM error where there is none', async () => {
    const id = await server.user('nora');
    expect((await server.ask(`/Users/${id}`)).body).toMatchObject({ id, userName: 'nora' });
    const gone = await server.ask(`/Users/${UNKNOWN}`);
    expect(gone.status).toBe(404);
    expect(gone.body).toMatchObject({
      schemas: [ERROR],
      status: '404',
      detail: expect.any(String) as string,
    });
  });

  it('does not find a user under /Groups', async () => {
    expect((await server.ask(`/Groups/${await server.user('nora')}`)).status).toBe(404);
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await server.ask(`/Users/${await server.user('nora')}`, { method: 'HEAD' });
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([200, '', 'W/"1-1"']);
  });

  it('renders members with $ref and type, and the groups of a user', async () => {
    const user = await server.user('nora');
    const inner = await server.group('inner');
    const group = await server.group('outer', [user, inner]);
    const { members } = (await server.ask(`/Groups/${group}`)).body;
    expect(members).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: user, type: 'User', $ref: `${server.baseUrl}/Users/${user}` }),
        expect.objectContaining({ value: inner, type: 'Group', $ref: `${server.baseUrl}/Groups/${inner}` }),
      ]),
    );
    const { groups } = (await server.ask(`/Users/${user}`)).body;
    expect(groups).toEqual([
      { value: group, display: 'outer', type: 'direct', $ref: `${server.baseUrl}/Groups/${group}` },
    ]);
  });

  it('renders a manager given as a bare id as an object with the name of the user', async () => {
    const boss = await server.user('boss', { displayName: 'The Boss' });
    const answer = await server.post(
      '/Users',
      { schemas: [USER, ENTERPRISE], userName: 'nora', [ENTERPRISE]: { manager: boss } },
      { token: 'entra' },
    );
    expect(answer.body[ENTERPRISE]).toMatchObject({
      manager: { value: boss, displayName: 'The Boss', $ref: `${server.baseUrl}/Users/${boss}` },
    });
  });
});

describe('RFC 7644 §3.9 attributes and excludedAttributes', () => {
  it('does not load the members of a group that excludes them', async () => {
    const group = await server.group('g', [await server.user('nora')]);
    server.resources.views.length = 0;
    const answers = [
      await server.ask(`/Groups/${group}?excludedAttributes=members`),
      await server.ask(`/Groups?excludedAttributes=members&filter=displayName%20eq%20%22g%22`),
      await server.ask(`/Groups/${group}?attributes=displayName`),
    ];
    for (const answer of answers) expect(answer.text).not.toContain('members');
    expect(server.resources.views.map(({ members }) => members)).toEqual([false, false, false]);
  });

  it('returns the named attributes and those always returned', async () => {
    const id = await server.user('nora', { title: 'x', emails: [{ value: 'a@b.example', type: 'work' }] });
    const { body } = await server.ask(`/Users/${id}?attributes=emails.value,TITLE`);
    expect(body).toMatchObject({ schemas: [USER], id, title: 'x', emails: [{ value: 'a@b.example' }] });
    expect(body).not.toHaveProperty('userName');
    expect(body).not.toHaveProperty('emails.0.type');
  });

  it('projects the answers to PUT and PATCH', async () => {
    const id = await server.user('nora', { title: 'x' });
    const put = await server.ask(`/Users/${id}?excludedAttributes=title`, {
      method: 'PUT',
      body: { schemas: [USER], userName: 'nora', title: 'y' },
    });
    expect(put.body).not.toHaveProperty('title');
    const patch = await server.patch(`/Users/${id}?attributes=title`, [
      { op: 'replace', path: 'title', value: 'z' },
    ]);
    expect(patch.body).toMatchObject({ title: 'z' });
    expect(patch.body).not.toHaveProperty('userName');
  });
});

describe('RFC 7644 §3.5.1 replace', () => {
  it('replaces what clients may write and answers the whole resource', async () => {
    const id = await server.user('nora', { title: 'x', nickName: 'n' });
    const answer = await server.ask(`/Users/${id}`, {
      method: 'PUT',
      body: { schemas: [USER], userName: 'nora', title: 'y' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, title: 'y', meta: { version: 'W/"1-2"' } });
    expect(answer.body).not.toHaveProperty('nickName');
  });

  it('keeps memberships where members is absent and clears them where it is empty', async () => {
    const user = await server.user('nora');
    const group = await server.group('g', [user]);
    const put = (more: object) =>
      server.ask(`/Groups/${group}`, {
        method: 'PUT',
        body: { schemas: [GROUP], displayName: 'g', ...more },
      });
    expect((await put({})).body['members']).toHaveLength(1);
    expect((await put({ members: [] })).body).not.toHaveProperty('members.0');
  });

  it('answers 404 for an id that does not exist', async () => {
    const answer = await server.ask(`/Users/${UNKNOWN}`, {
      method: 'PUT',
      body: { schemas: [USER], userName: 'nora' },
    });
    expect(answer.status).toBe(404);
  });
});

describe('RFC 7644 §3.5.2 PATCH answers', () => {
  it('answers a user whole', async () => {
    const id = await server.user('nora');
    const answer = await server.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'False' }], {
      token: 'entra',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, userName: 'nora', active: false });
  });

  it('answers a group 204 with its ETag and never loads its members', async () => {
    const group = await server.group('g');
    const user = await server.user('nora');
    server.resources.views.length = 0;
    const answer = await server.patch(`/Groups/${group}`, [
      { op: 'add', path: 'members', value: [{ value: user }] },
    ]);
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([204, '', 'W/"1-2"']);
    const named = await server.patch(`/Groups/${group}?excludedAttributes=externalId`, [
      { op: 'replace', path: 'displayName', value: 'h' },
    ]);
    expect(named.body).toMatchObject({ displayName: 'h' });
    expect(named.body).not.toHaveProperty('members');
    expect(server.resources.views).toEqual([
      { call: 'edit', members: false, groups: false, accounts: false },
      { call: 'edit', members: false, groups: false, accounts: false },
    ]);
    expect((await server.ask(`/Groups/${group}`)).body['members']).toHaveLength(1);
  });

  it('keeps version and lastModified where nothing changes', async () => {
    const id = await server.user('nora', { title: 'x' });
    const before = (await server.ask(`/Users/${id}`)).body;
    const answer = await server.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }]);
    expect(answer.body['meta']).toEqual(before['meta']);
  });
});

describe('RFC 7644 §3.6 delete', () => {
  it('answers 204 once and 404 afterwards', async () => {
    const id = await server.user('nora');
    const first = await server.ask(`/Users/${id}`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/scim+json' },
    });
    expect([first.status, first.text]).toEqual([204, '']);
    expect((await server.ask(`/Users/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await server.ask(`/Users/${id}`)).status).toBe(404);
  });
});

describe('RFC 7644 §3.14 versions', () => {
  it('answers 304 to If-None-Match with the present version', async () => {
    const id = await server.user('nora');
    const same = await server.ask(`/Users/${id}`, { headers: { 'if-none-match': 'W/"1-1"' } });
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', 'W/"1-1"']);
    expect((await server.ask(`/Users/${id}`, { headers: { 'if-none-match': 'W/"1-9"' } })).status).toBe(200);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])(
    'answers 412 to %s with another version in If-Match and goes on with the right one',
    async (method) => {
      const id = await server.user('nora');
      const operation = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'y' }] };
      const body = { PUT: { schemas: [USER], userName: 'nora' }, PATCH: operation, DELETE: undefined }[
        method
      ];
      const send = (version: string) =>
        server.ask(`/Users/${id}`, { method, body, headers: { 'if-match': version } });
      const stale = await send('W/"1-7"');
      expect(stale.status).toBe(412);
      expect(stale.body).toMatchObject({ schemas: [ERROR], status: '412' });
      expect((await send('W/"1-7", W/"1-1"')).status).toBeLessThan(300);
    },
  );
});

describe('RFC 7644 §3.11 /Me', () => {
  it('is the user whom the token speaks for, under every verb', async () => {
    const id = await server.user('nora');
    const read = await server.ask('/Me', { token: 'nora' });
    expect(read.headers.get('location')).toBe(`${server.baseUrl}/Users/${id}`);
    expect(read.body).toMatchObject({ id, userName: 'nora' });
    const patched = await server.patch('/Me', [{ op: 'add', path: 'title', value: 'Chief' }], {
      token: 'nora',
    });
    expect(patched.body).toMatchObject({ title: 'Chief' });
    const put = await server.ask('/Me', {
      method: 'PUT',
      token: 'nora',
      body: { schemas: [USER], userName: 'nora' },
    });
    expect(put.body).not.toHaveProperty('title');
    expect((await server.ask('/Me', { method: 'DELETE', token: 'nora' })).status).toBe(204);
  });

  it('is 404 for a token without user or whose user does not exist, and 501 to create', async () => {
    expect((await server.ask('/Me')).status).toBe(404);
    expect((await server.ask('/Me', { token: 'nora' })).status).toBe(404);
    expect((await server.post('/Me', { schemas: [USER], userName: 'nora' }, { token: 'nora' })).status).toBe(
      501,
    );
  });
});
