import type { Connector, DesiredAttribute, Subject } from '../../src/connectors/connector.js';
import { scim, type ScimTargetSettings } from '../../src/connectors/scim/index.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';
import { Accounts, type Document } from './scim-servers/accounts.js';
import { patchLibraryApplication } from './scim-servers/patch-library-application.js';
import { refusal, ScimHost, type Handler } from './scim-servers/scim-host.js';
import { scimmyApplication } from './scim-servers/scimmy-application.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const soon = () => AbortSignal.timeout(10_000);
const names = { name: 'userName', title: 'title', createOnly: 'nickName' };
const jane = { id: '01920000-0000-7000-8000-0000000000a1', name: 'jane', title: 'Engineer' };

function connectorTo(host: ScimHost, more: Partial<ScimTargetSettings> = {}): Connector {
  const settings = Object.assign(new scim.Settings(), { baseUrl: host.baseUrl, bearer: host.token, ...more });
  return scim.create(settings, connectorContext({ User: ['userName'] }));
}

/** The subject with more attributes than the kit's. */
function withValues(values: Record<string, string[]>): Subject {
  const subject = desiredSubject('User', jane, names);
  const attributes = Object.entries(values).map(([name, list]): DesiredAttribute => ({
    name,
    values: list,
    apply: 'always',
    mapping: name,
  }));
  return { ...subject, desired: { ...subject.desired, attributes } as Subject['desired'] };
}

async function apply(connector: Connector, subject: Subject, anchor?: string) {
  const account = anchor === undefined ? undefined : { anchor, createdByUs: true };
  const plan = await connector.plan(subject, account, soon());
  return plan.action === 'none'
    ? { anchor, plan }
    : { anchor: (await connector.execute(plan, soon())).anchor, plan };
}

const applications: [string, (accounts: Accounts) => Handler][] = [
  ['SCIMMY with PATCH', scimmyApplication],
  ['scim-patch', patchLibraryApplication],
  ['a server with PUT only', (accounts) => patchLibraryApplication(accounts, { patch: false, etag: true })],
];

describe.each(applications)('SCIM paths against %s', (_title, application) => {
  const accounts = new Accounts();
  const host = new ScimHost(application(accounts));
  let connector: Connector;
  beforeAll(async () => {
    await host.start();
    connector = connectorTo(host);
  });
  afterAll(async () => {
    await connector.close();
    await host.stop();
  });

  it('make, change and clear every form of attribute, and nothing else', async () => {
    const first = {
      'name.givenName': ['Jane'],
      'emails[type eq "work"].value': ['jane@work.example'],
      'addresses[type eq "work"].locality': ['Oslo'],
      'addresses[type eq "work"].country': ['NO'],
      [`${ENTERPRISE}:department`]: ['Research'],
    };
    const { anchor } = await apply(connector, withValues(first));
    const stored = () =>
      accounts.users.get(anchor!) as Document & { emails?: Document[]; addresses?: Document[] };
    expect(stored()).toMatchObject({
      name: { givenName: 'Jane' },
      emails: [{ type: 'work', value: 'jane@work.example' }],
      addresses: [{ type: 'work', locality: 'Oslo', country: 'NO' }],
      [ENTERPRISE]: { department: 'Research' },
    });
    accounts.users.get(anchor!)!.emails = [...stored().emails!, { type: 'home', value: 'jane@home.example' }];
    const second = {
      ...first,
      'emails[type eq "work"].value': ['j.doe@work.example'],
      'emails[type eq "other"].value': ['other@x.example'],
      'addresses[type eq "work"].country': ['SE'],
      [`${ENTERPRISE}:department`]: [],
      [`${ENTERPRISE}:costCenter`]: ['47'],
    };
    await apply(connector, withValues(second), anchor);
    const emails = stored().emails!.map(({ type, value }) => `${String(type)} ${String(value)}`);
    expect(emails.sort()).toEqual([
      'home jane@home.example',
      'other other@x.example',
      'work j.doe@work.example',
    ]);
    expect(stored().addresses).toMatchObject([{ type: 'work', locality: 'Oslo', country: 'SE' }]);
    expect(stored()[ENTERPRISE]).toMatchObject({ costCenter: '47' });
    expect((stored()[ENTERPRISE] as Document).department).toBeUndefined();
    expect((await apply(connector, withValues(second), anchor)).plan.action).toBe('none');
    await apply(connector, withValues({ ...second, 'emails[type eq "work"].value': [] }), anchor);
    expect(stored().emails!.some(({ type }) => type === 'work')).toBe(false);
  });

  it('write the manager as a reference, once the manager has an account', async () => {
    const boss = await apply(
      connector,
      desiredSubject('User', { id: `${jane.id.slice(0, -1)}b`, name: 'boss' }, names),
    );
    const clerk = desiredSubject('User', { id: `${jane.id.slice(0, -1)}c`, name: 'clerk' }, names);
    const managed = (anchors: string[], pending: string[] = []): Subject => {
      const references = [{ attribute: `${ENTERPRISE}:manager.value`, anchors, pending, mapping: 'manager' }];
      return { ...clerk, desired: { ...clerk.desired, references } as Subject['desired'] };
    };
    const { anchor } = await apply(connector, managed([], ['somebody']));
    expect((await apply(connector, managed([], ['somebody']), anchor)).plan.action).toBe('none');
    await apply(connector, managed([boss.anchor!]), anchor);
    expect(accounts.users.get(anchor!)![ENTERPRISE]).toMatchObject({ manager: { value: boss.anchor } });
    expect((await apply(connector, managed([boss.anchor!]), anchor)).plan.action).toBe('none');
  });
});

describe('the SCIM session', () => {
  const accounts = new Accounts();
  const host = new ScimHost(patchLibraryApplication(accounts));
  const opened: Connector[] = [];
  const open = (more: Partial<ScimTargetSettings> = {}) => {
    const connector = connectorTo(host, more);
    opened.push(connector);
    return connector;
  };
  beforeAll(() => host.start());
  beforeEach(() => {
    host.trouble = () => undefined;
    host.requests.length = 0;
  });
  afterAll(async () => {
    await Promise.all(opened.map((connector) => connector.close()));
    await host.stop();
  });
  const subject = desiredSubject('User', jane, names);

  it('waits for a short Retry-After and goes on', async () => {
    let refusals = 1;
    host.trouble = () => (refusals-- > 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined);
    const started = Date.now();
    expect((await open().match(subject, soon())).kind).toBe('none');
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
  });

  it('ends the attempt at a long Retry-After, and asks nothing before it is over', async () => {
    const connector = open();
    host.trouble = () => ({ status: 503, headers: { 'retry-after': '120' } });
    await expect(connector.match(subject, soon())).rejects.toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('120 s'),
    });
    const asked = host.requests.length;
    await expect(connector.match(subject, soon())).rejects.toMatchObject({ kind: 'unavailable' });
    expect(host.requests).toHaveLength(asked);
  });

  it.each([
    ['a read', 'GET', 'misconfigured'],
    ['a create', 'POST', 'misconfigured'],
  ])('takes 403 to %s for a matter of rights', async (_title, method, kind) => {
    const connector = open();
    const plan = await connector.plan(subject, undefined, soon());
    await connector.match(subject, soon());
    host.trouble = (call) => (call.method === method ? refusal(403, undefined, 'no') : undefined);
    const work = method === 'GET' ? connector.match(subject, soon()) : connector.execute(plan, soon());
    await expect(work).rejects.toMatchObject({ kind });
  });

  it('takes 403 to one object for a matter of that object, and a write without an answer for unknown', async () => {
    const connector = open({ timeoutMs: 300 });
    const { anchor } = await apply(connector, subject);
    const changed = desiredSubject('User', { ...jane, title: 'Boss' }, names);
    const plan = await connector.plan(changed, { anchor: anchor!, createdByUs: true }, soon());
    host.trouble = () => refusal(403, undefined, 'protected');
    await expect(connector.execute(plan, soon())).rejects.toMatchObject({
      kind: 'rejected',
      outcomeKnown: true,
    });
    host.trouble = () => refusal(500, undefined, 'oops');
    await expect(connector.execute(plan, soon())).rejects.toMatchObject({
      kind: 'rejected',
      outcomeKnown: false,
    });
    host.trouble = () => 'silence';
    await expect(connector.execute(plan, soon())).rejects.toMatchObject({
      kind: 'unknown',
      outcomeKnown: false,
    });
    await expect(connector.match(subject, soon())).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('says unavailable when nobody listens', async () => {
    const connector = open({ baseUrl: 'http://127.0.0.1:9/scim' });
    const plan = await connector.plan(subject, undefined, soon());
    await expect(connector.execute(plan, soon())).rejects.toMatchObject({
      kind: 'unavailable',
      outcomeKnown: true,
    });
  });

  it('signs in once with client credentials, and again when the token is refused', async () => {
    let issued = 0;
    const tokens = new ScimHost(() => ({ status: 200, body: {} }));
    tokens.trouble = () => ({ status: 200, body: { access_token: `token-${++issued}`, expires_in: 3600 } });
    await tokens.start();
    host.token = 'token-1';
    const oauth = { tokenUrl: tokens.baseUrl, clientId: 'landfall', clientSecret: 's3cret' };
    const connector = open({ bearer: undefined, oauth });
    await Promise.all([connector.match(subject, soon()), connector.match(subject, soon())]);
    expect(issued).toBe(1);
    host.token = 'token-2';
    await connector.match(subject, soon());
    expect(issued).toBe(2);
    tokens.trouble = () => ({ status: 401, body: { error: 'invalid_client' } });
    host.token = 'token-3';
    await expect(connector.match(subject, soon())).rejects.toMatchObject({ kind: 'misconfigured' });
    await tokens.stop();
    host.token = 'secret-of-the-application';
  });

  it('sends a thousand members in requests of a hundred, and finds the one that is refused', async () => {
    const connector = open();
    const group = accounts.save('Group', undefined, { displayName: 'crowd' });
    const ids = Array.from({ length: 1000 }, (_, index) =>
      String(accounts.save('User', undefined, { userName: `crowd-${index}` }).id),
    );
    const edges = [...ids, 'nobody'].map((id) => ({
      memberId: id,
      memberKind: 'User',
      memberAnchor: id,
      present: true,
    }));
    const account = { anchor: String(group.id), createdByUs: true, resourceId: 'crowd', label: 'crowd' };
    const applied = await connector.execute(await connector.planMembers(account, edges, soon()), soon());
    expect(applied.edges!.filter(({ kind }) => kind === 'failed').map(({ memberId }) => memberId)).toEqual([
      'nobody',
    ]);
    expect(accounts.members(accounts.groups.get(String(group.id)))).toHaveLength(1000);
    expect(host.requests.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(13);
  });

  it('knows the new name of an account also where the answer to a change is empty', async () => {
    const connector = open();
    const person = { ...jane, id: `${jane.id.slice(0, -1)}e`, name: 'married' };
    const { anchor } = await apply(connector, desiredSubject('User', person, names));
    const account = { anchor: anchor!, createdByUs: true };
    const renamed = desiredSubject('User', { ...person, name: 'renamed' }, names);
    const plan = await connector.plan(renamed, account, soon());
    host.trouble = (call) => (call.method === 'PATCH' ? { status: 204 } : undefined);
    expect((await connector.execute(plan, soon())).facts).toEqual({ id: anchor, name: 'renamed' });
  });

  it('writes a password without showing it', async () => {
    const password = { value: 'Pa55word!', mustChange: false };
    const newcomer = {
      ...desiredSubject('User', { ...jane, id: `${jane.id.slice(0, -1)}d`, name: 'secretive' }, names),
      password,
    };
    const connector = open();
    const plan = await connector.plan(newcomer, undefined, soon());
    expect(JSON.stringify(plan.changes)).not.toContain('Pa55word');
    expect((await connector.execute(plan, soon())).passwordSet).toBe(true);
    expect(host.requests.find(({ method }) => method === 'POST')?.body).toMatchObject({
      password: 'Pa55word!',
    });
  });
});
