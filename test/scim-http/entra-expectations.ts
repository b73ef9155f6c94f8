import type { JsonObject } from '../../src/schema/types.js';
import {
  ENTERPRISE,
  type EntraAnswer,
  type EntraRequest,
  entraRequests,
  EntraWorld,
} from './entra-requests.js';
type Check = (after: JsonObject, answer: EntraAnswer, world: EntraWorld) => unknown;

const enterprise = (user: JsonObject): JsonObject => (user[ENTERPRISE] ?? {}) as JsonObject;
const memberIds = (group: JsonObject): unknown[] =>
  ((group['members'] ?? []) as JsonObject[]).map(({ value }) => value);
const managerIsSet: Check = (user, _, { variables }) =>
  expect(enterprise(user)['manager']).toMatchObject({ value: variables['managerId'] });
const managerIsGone: Check = (user) => expect(enterprise(user)).not.toHaveProperty('manager');
const silent: Check = (_, answer) => expect([answer.status, answer.text]).toEqual([204, '']);

/** The assertions of the file, by name of the request; `after` is the user or group as a GET shows it afterwards. */
const CHECKS: Readonly<Record<string, Check>> = {
  'group-create': (_, { body }) => expect(body['id']).toEqual(expect.any(String)),
  'discover-schemas': (_, { text, body }) => {
    expect((body['Resources'] as JsonObject[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['User', 'Group', 'EnterpriseUser']),
    );
    expect(text).not.toContain('null');
  },
  'user-lookup-by-employeenumber': (_, { body }) =>
    expect(body).toHaveProperty('Resources.0.meta.resourceType', 'User'),
  'user-get-by-cached-id': (user, { body }, { variables }) => {
    expect(body).toMatchObject({ id: variables['userId'] });
    expect(enterprise(user)['manager']).toMatchObject({ value: variables['managerId'] });
  },
  'group-get': (_, { body }) => expect(body).not.toHaveProperty('members'),
  'user-null-update-empty-string': (user) => {
    expect(user).not.toHaveProperty('title');
    expect(enterprise(user)).not.toHaveProperty('department');
  },
  'user-create-roles-string-primary': (_, { body }) => expect(body).toHaveProperty('roles.0.primary', true),
  'user-manager-remove': managerIsGone,
  'user-manager-clear-empty-string': managerIsGone,
  'user-list-page': (_, { body }) => expect(body['startIndex']).toBe(6),
  'user-lookup-inactive': (_, { body }) => expect(body).toHaveProperty('Resources.0.active', false),
  'legacy-user-add-valuepath-creates-element': (user) => {
    expect(user['phoneNumbers']).toEqual([{ type: 'work', value: '+44 113 111 1111' }]);
    expect(user['addresses']).toEqual([{ type: 'work', streetAddress: '2 Mill Lane' }]);
  },
  'legacy-group-add-members': (group, answer, world) => {
    silent(group, answer, world);
    expect(memberIds(group)).toEqual(
      expect.arrayContaining([world.variables['memberId'], world.variables['memberId2']]),
    );
    expect(memberIds(group)).toHaveLength(3);
  },
  'user-create-manager-as-string': (_, { body }, { variables }) =>
    expect(enterprise(body)['manager']).toMatchObject({ value: variables['managerId'] }),
  'legacy-user-manager-array-short-path': managerIsSet,
  'legacy-user-manager-string': managerIsSet,
  'legacy-user-manager-dot-urn': managerIsSet,
  'compliant-user-manager-add': managerIsSet,
  'legacy-user-replace-valuepath-missing-element': (user) =>
    expect(user['emails']).toEqual([{ type: 'work', value: 'new@contoso.example' }]),
  'legacy-user-roles-json-string': (user) =>
    expect(user['roles']).toMatchObject([{ value: 'Admin', display: 'Admin' }]),
  'legacy-user-remove-with-value': (user) =>
    expect(JSON.stringify(user)).not.toContain('old@contoso.example'),
  'validator-group-replace-members': (group, _, { variables }) =>
    expect(memberIds(group)).toEqual([variables['memberId']]),
  'compliant-user-add-verbose': (user) => {
    expect(user).toMatchObject({
      name: { formatted: 'Nora Quill', givenName: 'Nora', honorificPrefix: 'Dr' },
      addresses: [{ type: 'work', country: 'GB' }],
    });
    expect(user['emails']).toEqual([{ type: 'work', value: 'nora@contoso.example', primary: true }]);
    expect(user['roles']).toEqual([{ primary: true, value: 'Admin' }]);
    expect(enterprise(user)).toMatchObject({ division: 'EMEA', department: 'Payroll' });
  },
  'compliant-user-disable': async (user, _, world) => {
    expect(user['active']).toBe(false);
    const found = await world.read('/Users?filter=userName+eq+%22nora.quill%40contoso.example%22');
    expect(found.body).toHaveProperty('Resources.0.active', false);
  },
  'compliant-user-restore': (user) => expect(user['active']).toBe(true),
  'compliant-user-rename': (user, _, { variables }) =>
    expect(user).toMatchObject({ id: variables['userId'], userName: 'nora.new@contoso.example' }),
  'compliant-group-add-member': (group, answer, world) => {
    silent(group, answer, world);
    expect(memberIds(group)).toContain(world.variables['memberId']);
    expect(memberIds(group)).toHaveLength(2);
  },
  'compliant-group-rename': (group, answer, world) => {
    silent(group, answer, world);
    expect(group['displayName']).toBe('Payroll reviewers EMEA');
  },
  'user-patch-mixed-ops-same-attribute': (user) => expect(user['externalId']).toBe('b'),
  'compliant-user-patch-multi': (user) => {
    expect(user).toMatchObject({
      displayName: 'Nora Q.',
      name: { formatted: 'Nora Quill', givenName: 'Nora', familyName: 'Quill' },
    });
    expect(user).not.toHaveProperty(['name.givenName']);
    expect(enterprise(user)['employeeNumber']).toBe('880418');
  },
};

const withoutAny = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== '{{any}}'));

/** Declares one test for each request of the file; `target` is asked when the test runs. */
export function describeEntraRequests(title: string, target: () => { baseUrl: string; token: string }): void {
  describe(title, () => {
    it.each(entraRequests().map((request) => [request.name, request] as const))(
      '%s is answered as Entra expects',
      async (_, request) => {
        const { baseUrl, token } = target();
        await checkEntraRequest(request, baseUrl, token);
      },
    );

    it('every assertion belongs to a request', () => {
      const names = entraRequests().map(({ name }) => name);
      expect(Object.keys(CHECKS).filter((name) => !names.includes(name))).toEqual([]);
    });
  });
}

/** Sends one request to any server and checks everything that the file says of its answer and of what it leaves behind. */
export async function checkEntraRequest(
  request: EntraRequest,
  baseUrl: string,
  token: string,
): Promise<void> {
  const world = new EntraWorld(baseUrl, token);
  try {
    await world.prepare(request);
    await check(request, world);
  } finally {
    await world.cleanUp();
  }
}

async function check(request: EntraRequest, world: EntraWorld): Promise<void> {
  const answer = await world.send(request);
  const { status, contentType, body, bodyContains } = request.expect;
  expect([status].flat()).toContain(answer.status);
  if (answer.text !== '') expect(answer.contentType).toBe(contentType ?? 'application/scim+json');
  expect(answer.body).toMatchObject({ ...withoutAny(body ?? {}), ...bodyContains });
  const path = ['/Users/{{userId}}', '/Groups/{{groupId}}'].find((start) => request.path.startsWith(start));
  const after = path === undefined ? {} : (await world.read(path)).body;
  await CHECKS[request.name]?.(after, answer, world);
}
