import { RECORD_RESULT_SCHEMA } from '../../src/scim/http/bulk-upload.controller.js';
import { RunningGateway } from './running-gateway.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const tokens = {
  hcm: ['inbound'],
  entra: ['scim', 'inbound'],
  reader: ['scim'],
  operations: ['operations'],
};
const files = {
  'scim.yaml': 'maxBodySize: 200KB\nmaxBulkOperations: 20\n',
  'sources/hcm.yaml': 'kind: api\nmatch: [employeeNumber, userName]\n',
  'authority.yaml': 'User:\n  - { attributes: [title], sources: [hcm, entra] }\n',
};

describe('bulkUpload', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await RunningGateway.start(tokens, files);
  }, 20_000);
  afterAll(() => gateway.stop());

  const request = (operations: object[], more: object = {}) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: operations,
    failOnErrors: null,
    ...more,
  });
  const post = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', bulkId, path, data });
  const person = (externalId: string, more: object = {}) => ({
    schemas: [USER, ENTERPRISE],
    externalId,
    userName: `${externalId}@example.com`,
    ...more,
  });
  const upload = (body: unknown, token = 'hcm', source = 'hcm') =>
    gateway.ask('POST', `/inbound/v1/${source}/bulkUpload`, token, body);
  const read = async (location: string) =>
    (await gateway.ask('GET', new URL(location).pathname, 'reader')).body;

  it('creates, then merges, and answers record by record', async () => {
    const first = await upload(request([post('a', person('701', { title: 'Engineer', nickName: 'Sev' }))]));
    expect(first).toMatchObject({
      status: 200,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
        Operations: [{ method: 'POST', bulkId: 'a', status: '201' }],
      },
    });
    const { location } = first.body.Operations[0];
    const again = await upload(
      request([
        post('a', person('701', { title: 'Head' })),
        post('b', { schemas: [USER], externalId: '702' }),
        post('c', person('701', { title: 'Head' })),
      ]),
    );
    const [changed, refused, unchanged] = again.body.Operations;
    expect(changed).toEqual({
      method: 'POST',
      bulkId: 'a',
      status: '200',
      location,
      [RECORD_RESULT_SCHEMA]: { externalId: '701', outcome: 'updated', changes: [{ path: 'title' }] },
    });
    expect(refused).toMatchObject({
      bulkId: 'b',
      status: '400',
      response: { scimType: 'invalidValue', detail: expect.stringContaining('"userName"') },
      [RECORD_RESULT_SCHEMA]: { outcome: 'rejected' },
    });
    expect(unchanged).toMatchObject({ status: '200', [RECORD_RESULT_SCHEMA]: { outcome: 'unchanged' } });
    expect(await read(location)).toMatchObject({ title: 'Head', nickName: 'Sev' });
  });

  it('resolves managers and members by externalId and bulkId, in any order', async () => {
    const { body } = await upload(
      request([
        post('one', person('801', { [ENTERPRISE]: { manager: { value: '802' } } })),
        post('two', person('802', { [ENTERPRISE]: { manager: { value: 'bulkId:three' } } })),
        post('three', person('803', { [ENTERPRISE]: { manager: { value: 'nobody' } } })),
        post(
          'four',
          { externalId: 'g1', displayName: 'Team', members: [{ value: '801' }, { value: '803' }] },
          '/Groups',
        ),
      ]),
    );
    const locations = body.Operations.map(({ location }: { location: string }) => location);
    const ids = locations.map((location: string) => location.split('/').at(-1));
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual([
      '201',
      '201',
      '201',
      '201',
    ]);
    expect((await read(locations[0]))[ENTERPRISE].manager.value).toBe(ids[1]);
    expect((await read(locations[1]))[ENTERPRISE].manager.value).toBe(ids[2]);
    expect(await read(locations[2])).not.toHaveProperty([ENTERPRISE, 'manager']);
    expect(body.Operations[2][RECORD_RESULT_SCHEMA]).toMatchObject({
      outcome: 'created',
      unknownReferences: ['manager "nobody"'],
    });
    const { members } = await read(`${locations[3]}?attributes=members`);
    expect(members.map(({ value }: { value: string }) => value).sort()).toEqual([ids[0], ids[2]].sort());
  });

  it('sets a manager who comes with a later request', async () => {
    const { body } = await upload(
      request([post('one', person('811', { [ENTERPRISE]: { manager: { value: '812' } } }))]),
    );
    const { location } = body.Operations[0];
    await upload(request([post('two', person('812'))]));
    for (let round = 0; round < 100 && !(await read(location))[ENTERPRISE]?.manager; round++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await read(location))[ENTERPRISE].manager.value).toMatch(/^[\da-f-]{36}$/);
  });

  it('refuses operations that are no records, each alone', async () => {
    const { body } = await upload(
      request([
        { method: 'DELETE', path: '/Users/1' },
        post('b', person('901'), '/Nothing'),
        post('c', { schemas: [USER], userName: 'x' }),
        post('d', person('902')),
      ]),
    );
    expect(
      body.Operations.map(({ status, response }: { status: string; response?: { detail: string } }) => [
        status,
        response?.detail,
      ]),
    ).toEqual([
      ['400', expect.stringContaining('takes POST only')],
      ['404', expect.stringContaining('/Nothing')],
      ['400', expect.stringContaining('"externalId" is missing')],
      ['201', undefined],
    ]);
  });

  it('stops at failOnErrors', async () => {
    const { body } = await upload(
      request([post('a', { externalId: '1' }), post('b', person('903'))], { failOnErrors: 1 }),
    );
    expect(body.Operations).toHaveLength(1);
  });

  it('asks for a token of the source with the scope inbound', async () => {
    const body = request([post('a', person('904'))]);
    expect(await upload(body, 'reader', 'reader')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('inbound') },
    });
    expect(await upload(body, 'entra')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('speaks for the source "entra"') },
    });
    expect(await upload(body, 'entra', 'entra')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('no file in sources') },
    });
    expect(await upload(body, 'unknown')).toMatchObject({ status: 401, body: { status: '401' } });
    expect((await gateway.ask('GET', '/scim/v2/Users', 'hcm')).status).toBe(403);
  });

  it('has the ordinary limits', async () => {
    const many = Array.from({ length: 21 }, (_, index) => post(`${index}`, person(`${index}`)));
    expect(await upload(request(many))).toMatchObject({ status: 413 });
    const large = request([post('a', person('905', { nickName: 'x'.repeat(300_000) }))]);
    expect(await upload(large)).toMatchObject({ status: 413 });
    expect(await upload('{"Operations": [')).toMatchObject({
      status: 400,
      body: { scimType: 'invalidSyntax' },
    });
  });

  it('parks what is unclear, until a person decides', async () => {
    const create = async (userName: string, employeeNumber?: string) =>
      (
        await gateway.ask('POST', '/scim/v2/Users', 'entra', {
          schemas: [USER],
          userName,
          ...(employeeNumber === undefined ? {} : { [ENTERPRISE]: { employeeNumber } }),
        })
      ).body.id as string;
    const [one, two] = [await create('p1@example.com'), await create('p2@example.com', '77')];
    const record = person('p1', {
      title: 'Painter',
      password: 'never stored',
      [ENTERPRISE]: { employeeNumber: '77' },
    });
    expect((await upload(request([post('a', record)]))).body.Operations).toMatchObject([
      {
        status: '409',
        response: { detail: expect.stringContaining('landfall source assign') },
        [RECORD_RESULT_SCHEMA]: { outcome: 'parked' },
      },
    ]);
    const { body } = await gateway.operations('GET', '/sources/parked?source=hcm');
    expect(body.parked).toHaveLength(1);
    expect(body.parked[0]).toMatchObject({ source: 'hcm', type: 'User', externalId: 'p1', place: 'a' });
    expect(body.parked[0].candidates).toEqual(
      expect.arrayContaining([
        { id: one, name: 'p1@example.com' },
        { id: two, name: 'p2@example.com' },
      ]),
    );
    expect(JSON.stringify(body)).not.toContain('never stored');
    const assign = (externalId: string, resource: string) =>
      gateway.operations('POST', '/sources/hcm/assign', { externalId, resource });
    expect(await assign('p9', one)).toMatchObject({ status: 404 });
    expect(await assign('p1', 'nobody')).toMatchObject({ status: 404 });
    expect(await assign('p1', 'new')).toMatchObject({ status: 409 });
    expect(await assign('p1', one)).toMatchObject({
      status: 200,
      body: { result: { outcome: 'updated', resourceId: one } },
    });
    expect((await gateway.operations('GET', '/sources/parked')).body.parked).toEqual([]);
    expect((await gateway.ask('GET', `/scim/v2/Users/${one}`, 'reader')).body).toMatchObject({
      title: 'Painter',
    });
    expect((await upload(request([post('a', record)]))).body.Operations).toMatchObject([
      { status: '200', [RECORD_RESULT_SCHEMA]: { outcome: 'unchanged' } },
    ]);
    await gateway.ask('PATCH', `/scim/v2/Users/${one}`, 'entra', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'title', value: 'Artist' }],
    });
    const plan = (await gateway.operations('POST', '/plan', { user: 'p1@example.com' })).body;
    expect(plan.attributes).toEqual(
      expect.arrayContaining([
        {
          path: 'title',
          value: 'Painter',
          author: 'hcm',
          offers: [{ source: 'entra', value: 'Artist' }],
        },
      ]),
    );
  });

  it('creates a parked record that is nobody of the store', async () => {
    await upload(request([post('a', person('q1', { [ENTERPRISE]: { employeeNumber: '88' } }))]));
    const other = person('q2', { [ENTERPRISE]: { employeeNumber: '88' } });
    expect((await upload(request([post('a', other)]))).body.Operations[0].status).toBe('409');
    const { body } = await gateway.operations('POST', '/sources/hcm/assign', {
      externalId: 'q2',
      resource: 'new',
    });
    expect(body.result).toMatchObject({ outcome: 'created' });
    expect((await upload(request([post('a', other)]))).body.Operations[0].status).toBe('200');
  });
});
