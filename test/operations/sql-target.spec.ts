import { join } from 'node:path';
import { sqliteEngine } from '../../src/store/sqlite-engine.js';
import { GatewayInProcess } from './gateway-in-process.js';

const schemas = (type: string) => [`urn:ietf:params:scim:schemas:core:2.0:${type}`];

describe('A SQL target that keeps less than users, groups and memberships', () => {
  const gateway = new GatewayInProcess({
    'config/targets/people.yaml': `kind: sql
answer: stored
settings: { engine: sqlite, file: ../application.sqlite, users: { table: users } }
`,
    'config/targets/teams.yaml': `kind: sql
answer: stored
settings: { engine: sqlite, file: ../application.sqlite, users: { table: people }, groups: { table: teams } }
`,
    'application.sqlite': '',
  });
  const application = sqliteEngine().open(join(gateway.folder, 'application.sqlite'));
  const columns = `(id text PRIMARY KEY, landfall_stamp text, user_name text, display_name text, given_name text, family_name text,
    email text)`;
  application.exec(
    `CREATE TABLE users ${columns}; CREATE TABLE people ${columns}; CREATE TABLE teams ${columns}`,
  );

  beforeAll(async () => {
    await gateway.start();
    const user = { schemas: schemas('User'), userName: 'nora' };
    const { json } = await gateway.ask('scim', 'POST', '/scim/v2/Users', user);
    const group = { schemas: schemas('Group'), displayName: 'Staff', members: [{ value: json.id }] };
    expect((await gateway.ask('scim', 'POST', '/scim/v2/Groups', group)).status).toBe(201);
  });
  afterAll(async () => {
    application.close();
    await gateway.remove();
  });

  const operations = async (method: string, path: string, body?: object) =>
    (await gateway.ask('operations', method, `/operations/v1${path}`, body)).json;
  const until = async <T>(look: () => Promise<T>, is: (found: T) => boolean): Promise<T> => {
    const end = performance.now() + 10_000;
    for (;;) {
      const found = await look();
      if (is(found) || performance.now() > end) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const reconciled = async (target: string) => {
    const { job } = await operations('POST', '/reconcile', { target });
    const look = () => operations('GET', `/jobs/${job.id}`);
    return until(look, ({ state }) => state !== 'running');
  };

  it('gets users alone where its settings name no table of groups, and is reconciled', async () => {
    const status = () => operations('GET', '/targets/people');
    expect(await until(status, ({ links }) => links.applied === 1)).toMatchObject({
      state: 'active',
      links: { applied: 1 },
      openEdges: { due: 0, parked: 0 },
    });
    expect(await reconciled('people')).toMatchObject({ state: 'done', result: { differences: 0 } });
  });

  it('is told of memberships that it has no table for, one by one, and stays active', async () => {
    const status = () => operations('GET', '/targets/teams');
    expect(await until(status, ({ openEdges }) => openEdges.parked === 1)).toMatchObject({
      state: 'active',
      links: { applied: 2 },
      openEdges: { due: 0, parked: 1 },
    });
    expect(await reconciled('teams')).toMatchObject({ state: 'done' });
    const { records } = await operations('GET', '/log?target=teams&outcome=failure');
    expect(records).toMatchObject([
      { label: 'Staff', error: { detail: expect.stringContaining('settings.memberships') } },
    ]);
  });
});
