import { IdentityService } from '../../src/identity/identity-service.js';
import { ChangeLog, Settlement } from '../../src/identity/ports.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import { onEveryEngine } from '../store/stores.js';
import { checkEntraRequest } from './entra-expectations.js';
import { entraRequests } from './entra-requests.js';
import { ENTERPRISE, GROUP, ScimServer, USER } from './scim-server.js';

/** A gateway without targets: nothing is delivered and nobody is waited for. */
class NoTargets extends ChangeLog implements Settlement {
  override admit = () => Promise.resolve();
  override record = () => Promise.resolve(undefined);
  override undecidedOn = () => Promise.resolve(undefined);
  override keep = () => Promise.resolve();
  override rearm = () => Promise.resolve();
  override wake = () => undefined;
  settle = () => Promise.resolve({ kind: 'kept' as const });
  decided = () => Promise.resolve();
  deadline = () => 0;
}

const registry = SchemaRegistry.builtIn();

describe('SCIM over HTTP on the real store', () => {
  onEveryEngine(
    (open) => {
      let server: ScimServer<IdentityService>;

      beforeEach(async () => {
        const opened = await open();
        const quiet = new NoTargets();
        const identity = new IdentityService({
          unitOfWork: opened.store.unitOfWork,
          store: opened.resources,
          indexer: opened.indexer,
          changeLog: quiet,
          settlement: quiet,
          now: Date.now,
        });
        server = await ScimServer.start({}, registry, identity);
      });
      afterEach(() => server.stop());

      it('answers every request of Entra', async () => {
        for (const request of entraRequests()) await checkEntraRequest(request, server.baseUrl, 'entra');
      });

      it('filters by what it computes', async () => {
        const boss = await server.user('bella');
        const user = await server.user('nora', { [ENTERPRISE]: { manager: { value: boss } } });
        const group = await server.group('staff', [user]);
        const found = async (filter: string, type = 'Users') => {
          const { status, body } = await server.ask(`/${type}?filter=${encodeURIComponent(filter)}`);
          return status === 200
            ? ((body['Resources'] ?? []) as JsonObject[]).map(({ id }) => id).sort()
            : body['detail'];
        };
        const everyone = [boss, user].sort();
        expect(await found(`${ENTERPRISE}:manager.$ref pr`)).toEqual([user]);
        expect(await found(`${ENTERPRISE}:manager.$ref ew "/Users/${boss}"`)).toEqual([user]);
        expect(await found('meta.location pr')).toEqual(everyone);
        expect(await found(`meta.location ew "/Users/${boss}"`)).toEqual([boss]);
        expect(await found('meta.version pr')).toEqual(everyone);
        expect(await found('groups.$ref pr')).toEqual([user]);
        expect(await found(`groups[$ref ew "/Groups/${group}"]`)).toEqual([user]);
        expect(await found('groups.type eq "direct"')).toEqual([user]);
        expect(await found('groups.display eq "staff"')).toEqual([user]);
        expect(await found('members.$ref pr', 'Groups')).toEqual([group]);
        expect(await found(`members[$ref ew "/Users/${user}"]`, 'Groups')).toEqual([group]);
        expect(await found('members.type eq "User"', 'Groups')).toEqual([group]);
        expect(await found('members.display eq "nora"', 'Groups')).toEqual([group]);
      });

      it('finds the members of a group through the groups in it', async () => {
        const [direct, nested, stranger] = [
          await server.user('nora'),
          await server.user('olga'),
          await server.user('pia'),
        ];
        const inner = await server.group('inner', [nested]);
        const outer = await server.group('outer', [direct, inner]);
        await server.patch(`/Groups/${inner}`, [{ op: 'add', path: 'members', value: [{ value: outer }] }]);
        const found = async (filter: string) => {
          const { body } = await server.ask(`/Users?filter=${encodeURIComponent(filter)}`);
          return ((body['Resources'] ?? []) as JsonObject[]).map(({ id }) => id).sort();
        };
        const both = [direct, nested].sort();
        expect(await found(`groups eq "${outer}"`)).toEqual(both);
        expect(await found(`groups.value eq "${inner}" and userName pr`)).toEqual(both);
        expect(await found(`groups[value eq "${outer}" and type eq "direct"]`)).toEqual([direct]);
        expect(await found(`groups[value eq "${outer}" and type eq "indirect"]`)).toEqual([nested]);
        expect(await found('groups.display co "OUT"')).toEqual(both);
        expect(await found('not (groups pr)')).toEqual([stranger]);
      });

      it('sorts by what is kept beside the resource', async () => {
        const zoe = await server.user('zoe');
        const adam = await server.user('adam');
        const manager = (value: string) => ({ [ENTERPRISE]: { manager: { value } } });
        const one = await server.user('one', { ...manager(zoe), externalId: 'b' });
        const two = await server.user('two', { ...manager(adam), externalId: 'c' });
        const sorted = async (by: string, filter: string) => {
          const { status, body } = await server.ask(
            `/Users?sortBy=${by}&filter=${encodeURIComponent(filter)}`,
          );
          return [status, ((body['Resources'] ?? []) as JsonObject[]).map(({ id }) => id)];
        };
        expect(await sorted(`${ENTERPRISE}:manager.displayName`, `${ENTERPRISE}:manager pr`)).toEqual([
          200,
          [two, one],
        ]);
        expect(await sorted('externalId', 'externalId pr')).toEqual([200, [one, two]]);
      });

      it('finds empty values, which no index holds', async () => {
        const empty = await server.user('nora', { nickName: '', emails: [{ value: '', type: 'work' }] });
        await server.user('olga', { nickName: 'o' });
        const found = async (filter: string) => {
          const { body } = await server.ask(`/Users?filter=${encodeURIComponent(filter)}`);
          return ((body['Resources'] ?? []) as JsonObject[]).map(({ id }) => id);
        };
        expect(await found('nickName eq ""')).toEqual([empty]);
        expect(await found('emails.value eq ""')).toEqual([empty]);
        expect(await found('nickName pr')).not.toContain(empty);
      });

      it('tells direct from indirect groups', async () => {
        const user = await server.user('nora');
        const inner = await server.group('inner', [user]);
        const outer = await server.group('outer', [inner]);
        const groups = (await server.ask(`/Users/${user}`)).body['groups'] as JsonObject[];
        expect(groups.map(({ value, type }) => [value, type]).sort()).toEqual(
          [
            [inner, 'direct'],
            [outer, 'indirect'],
          ].sort(),
        );
      });

      it('runs a circular Bulk, pages by cursor and keeps versions apart', async () => {
        const answer = await server.post('/Bulk', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'POST',
              path: '/Groups',
              bulkId: 'g',
              data: { schemas: [GROUP], displayName: 'g', members: [{ value: 'bulkId:h' }] },
            },
            {
              method: 'POST',
              path: '/Groups',
              bulkId: 'h',
              data: { schemas: [GROUP], displayName: 'h', members: [{ value: 'bulkId:g' }] },
            },
            {
              method: 'POST',
              path: '/Users',
              bulkId: 'u',
              data: {
                schemas: [USER, ENTERPRISE],
                userName: 'u',
                [ENTERPRISE]: { manager: { value: 'bulkId:u' } },
              },
            },
          ],
        });
        const operations = answer.body['Operations'] as JsonObject[];
        expect(operations.map(({ status }) => status)).toEqual(['201', '201', '201']);
        for (const { location, version } of operations) {
          const current = await server.ask((location as string).slice(server.baseUrl.length));
          expect(current.headers.get('etag')).toBe(version);
        }
        const first = (await server.ask('/Groups?cursor=&count=1&attributes=displayName')).body;
        const second = (
          await server.ask(`/Groups?cursor=${first['nextCursor'] as string}&count=1&attributes=displayName`)
        ).body;
        expect(
          [first, second].map((page) => (page['Resources'] as JsonObject[])[0]!['displayName']).sort(),
        ).toEqual(['g', 'h']);
        expect(second).not.toHaveProperty('nextCursor');
        expect((await server.ask(`/Groups?cursor=${'x'.repeat(40)}`)).body['scimType']).toBe('invalidCursor');
      });
    },
    () => registry,
  );
});
