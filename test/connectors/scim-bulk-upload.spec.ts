import type { Connector } from '../../src/connectors/connector.js';
import { scim } from '../../src/connectors/scim/index.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';
import type { Document } from './scim-servers/accounts.js';
import { refusal, ScimHost, type Call, type Reply } from './scim-servers/scim-host.js';

const names = { name: 'userName', title: 'title', createOnly: 'nickName' };
const soon = () => AbortSignal.timeout(20_000);
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Exactly what is documented of Entra's bulkUpload, and a refusal for everything else. */
class InboundProvisioning {
  readonly calls: number[] = [];
  readonly records = new Map<string, Document>();

  handle({ method, segments, headers, body }: Call): Reply {
    if (method !== 'POST' || segments.join('/') !== 'jobs/1/bulkUpload')
      return refusal(404, undefined, 'not found');
    if (headers['content-type'] !== 'application/scim+json') return refusal(400, undefined, 'Content-Type');
    this.calls.push(performance.now());
    if (this.calls.filter((at) => at > performance.now() - 5000).length > 40)
      return refusal(429, undefined, 'too many calls');
    const operations = body?.Operations as {
      method: string;
      bulkId?: string;
      path: string;
      data: Document;
    }[];
    const sound = operations.every(
      ({ method: verb, bulkId, path }) => verb === 'POST' && bulkId && path === '/Users',
    );
    const schemas = body?.schemas as string[];
    if (!sound || operations.length > 50 || schemas[0] !== BULK_REQUEST || body?.failOnErrors !== null) {
      return refusal(400, undefined, 'not a request of this API');
    }
    for (const { data } of operations) {
      this.records.set(String(data.externalId), { ...this.records.get(String(data.externalId)), ...data });
    }
    return { status: 202, headers: { location: 'https://graph.example/auditLogs/provisioning?jobId=1' } };
  }
}

describe("Entra's bulkUpload as a target", () => {
  const entra = new InboundProvisioning();
  const host = new ScimHost((call) => entra.handle(call));
  let connector: Connector;
  beforeAll(async () => {
    await host.start();
    const settings = Object.assign(new scim.Settings(), {
      baseUrl: `${host.baseUrl}/jobs/1/bulkUpload`,
      bearer: host.token,
      profile: 'entra-bulk-upload',
    });
    connector = scim.create(settings, connectorContext());
  });
  afterAll(async () => {
    await connector.close();
    await host.stop();
  });
  const user = (index: number, more = {}) =>
    desiredSubject('User', { id: `id-${index}`, name: `user-${index}`, enabled: true, ...more }, names);
  const upload = async (subject: ReturnType<typeof user>, anchor?: string) => {
    const account = anchor === undefined ? undefined : { anchor, createdByUs: true };
    return connector.execute(await connector.plan(subject, account, soon()), soon());
  };

  it('carries what is delivered at the same time in calls of at most 50', async () => {
    const applied = await Promise.all(Array.from({ length: 120 }, (_, index) => upload(user(index))));
    expect(entra.records.size).toBe(120);
    expect(entra.calls.length).toBe(3);
    expect(applied[0]).toMatchObject({ anchor: 'id-0', createdByUs: true });
    expect(applied[0]!.warnings[0]).toContain('auditLogs/provisioning');
  });

  it('uploads a leaver as inactive under the same externalId', async () => {
    const plan = await connector.plan(
      { ...user(1), desired: { removal: { policy: 'delete' } } },
      { anchor: 'id-1', createdByUs: true },
      soon(),
    );
    expect(plan).toMatchObject({ action: 'disable', effects: { disables: 1 } });
    await connector.execute(plan, soon());
    expect(entra.records.get('id-1')).toMatchObject({ active: false, userName: 'user-1' });
  });

  it('takes a mapped externalId for the anchor', async () => {
    const subject = user(500);
    const externalId = {
      name: 'externalId',
      values: ['E-500'],
      apply: 'always' as const,
      mapping: 'externalId',
    };
    const desired = { ...subject.desired, attributes: [externalId] } as typeof subject.desired;
    expect((await upload({ ...subject, desired })).anchor).toBe('E-500');
    expect(entra.records.get('E-500')).toMatchObject({ userName: 'user-500' });
  });

  it('refuses groups, whose memberships the API does not take', async () => {
    const group = desiredSubject('Group', { id: 'g', name: 'g' }, { ...names, name: 'displayName' });
    await expect(connector.plan(group, undefined, soon())).rejects.toMatchObject({ kind: 'rejected' });
  });

  it('keeps to 40 calls in 5 seconds', async () => {
    const before = entra.calls.length;
    const started = performance.now();
    for (let index = 0; index < 44 - before; index++) await upload(user(index));
    expect(entra.calls.length).toBe(44);
    expect(performance.now() - started).toBeGreaterThan(4000);
  }, 20_000);
});
