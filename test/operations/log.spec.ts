import { GatewayInProcess } from './gateway-in-process.js';

interface Logged {
  id: string;
  label: string;
  outcome: string;
  steps: { name: string; status: string; detail: string }[];
}

describe('The provisioning log over HTTP', () => {
  let gateway: GatewayInProcess;
  const ids: string[] = [];

  beforeAll(async () => {
    gateway = await new GatewayInProcess({
      'config/targets/people.yaml': 'kind: memory\nanswer: delivered\n',
      'config/delivery.yaml': "secrets: { keys: [{ name: test, value: 'file:../key' }] }\n",
      key: Buffer.alloc(32, 3).toString('base64'),
    }).start();
    for (const userName of ['anna', 'bert', 'cleo', 'dora', 'emil']) {
      const made = await gateway.ask(
        'scim',
        'POST',
        '/scim/v2/Users',
        {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName,
          password: 'Sesame-open-4711',
        },
        { 'x-correlation-id': `asked-${userName}` },
      );
      expect(made.status).toBe(201);
      ids.push(made.json.id as string);
    }
  });
  afterAll(() => gateway?.remove());

  const log = async (query: Record<string, string>) => {
    const answer = await gateway.ask('operations', 'GET', `/operations/v1/log?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    return answer.json as { records: (Logged & Record<string, unknown>)[]; more: boolean; next?: string };
  };
  const names = async (query: Record<string, string>) => (await log(query)).records.map(({ label }) => label);

  it('tells of a change who asked, what became of it, and every step, without the password', async () => {
    const { records } = await log({ resource: 'anna' });
    expect(records).toMatchObject([
      {
        caller: 'scim',
        source: expect.any(String),
        target: 'people',
        resourceId: ids[0],
        resourceType: 'User',
        label: 'anna',
        anchor: expect.any(String),
        account: 'anna',
        action: 'create',
        outcome: 'success',
        attempt: 1,
        correlationId: expect.any(String),
        durationMs: expect.any(Number),
      },
    ]);
    expect(records[0]!.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
      ['import', 'scope', 'match', 'plan', 'apply', 'verify'].map((name) => `${name} success`),
    );
    expect(records[0]!.changes).toContainEqual(expect.objectContaining({ old: [], new: ['anna'] }));
    expect(JSON.stringify(records)).not.toContain('Sesame');
  });

  it('pages to the end in both directions, and says when there is more', async () => {
    const newest = await log({ limit: '2' });
    expect([newest.more, newest.records.map(({ label }) => label)]).toEqual([true, ['emil', 'dora']]);
    const last = await log({ limit: '3', before: newest.records[1]!.id });
    expect([last.more, last.records.map(({ label }) => label)]).toEqual([false, ['cleo', 'bert', 'anna']]);
    const oldest = await log({ limit: '4', after: '0' });
    expect([oldest.more, oldest.records.map(({ label }) => label)]).toEqual([
      true,
      ['anna', 'bert', 'cleo', 'dora'],
    ]);
    expect(await log({ limit: '4', after: oldest.next! })).toMatchObject({
      more: false,
      records: [{ label: 'emil' }],
    });
  });

  it('finds by caller, target, outcome, action, resource, correlation id and time', async () => {
    const [record] = (await log({ resource: ids[2]! })).records;
    expect(record!.label).toBe('cleo');
    const correlationId = String(record!.correlationId);
    expect(await names({ correlationId })).toEqual(['cleo']);
    const all = { caller: 'scim', target: 'people', outcome: 'success', action: 'create', since: '1h' };
    expect(await names(all)).toHaveLength(5);
    for (const [name, other] of Object.entries({
      caller: 'nobody',
      target: 'other',
      outcome: 'failure',
      action: 'delete',
      since: '2099-01-01T00:00:00Z',
    }))
      expect([name, await names({ ...all, [name]: other })]).toEqual([name, []]);
    expect(await names({ until: String(record!.at) })).not.toContain('cleo');
  });
});

describe('The provisioning log of what is not delivered', () => {
  it('names the step that failed and what to do, and who is out of scope', async () => {
    const gateway = await new GatewayInProcess({
      'config/targets/badges.yaml': `kind: memory
answer: stored
settings: { unique: [badge] }
users:
  scope: [[{ attribute: userType, operator: EQUALS, value: Employee }]]
  mapping: [{ target: badge, constant: same }]
`,
    }).start();
    try {
      for (const [userName, userType] of Object.entries({
        anna: 'Employee',
        bert: 'Guest',
        cleo: 'Employee',
      }))
        await gateway.ask('scim', 'POST', '/scim/v2/Users', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName,
          userType,
        });
      const end = performance.now() + 5000;
      let found: Record<string, Logged & { error?: object }> = {};
      while (Object.keys(found).length < 3 && performance.now() < end) {
        const { json } = await gateway.ask('operations', 'GET', '/operations/v1/log');
        found = Object.fromEntries((json.records as Logged[]).map((record) => [record.label, record]));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(found).toMatchObject({
        anna: { outcome: 'success', action: 'create' },
        bert: { outcome: 'skipped', action: 'none', steps: [{ name: 'import' }, { name: 'scope' }] },
        cleo: {
          outcome: 'failure',
          action: 'create',
          error: { kind: 'conflict', attribute: 'badge', recommendedAction: expect.any(String) },
        },
      });
      expect(found.bert!.steps.at(-1)!.detail).toBe('out of scope');
      expect(found.cleo!.steps.at(-1)).toMatchObject({ name: 'apply', status: 'failure' });
    } finally {
      await gateway.remove();
    }
  });
});
