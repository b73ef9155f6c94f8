import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { ConnectorError } from '../../src/connectors/connector.js';
import { Authority } from '../../src/identity/authority/authority.js';
import { authorOf } from '../../src/identity/authority/authorship.js';
import { compileAuthority, type AuthorityEntry } from '../../src/identity/authority/compile-authority.js';
import type { Caller } from '../../src/identity/model.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import { entra } from '../../src/scim/clients/entra.js';
import { generic } from '../../src/scim/clients/generic.js';
import { compilePatch } from '../../src/scim/patch/compile-patch.js';
import { compileReplace } from '../../src/scim/patch/compile-replace.js';
import { caller as entraCaller, noView } from '../delivery/gateway.js';
import { ENTERPRISE, FeedGateway, hcmCaller } from './feed-gateway.js';

const registry = SchemaRegistry.builtIn();
const userType = registry.resourceType('User')!;

const hcmFirst: AuthorityEntry = {
  attributes: ['title', 'name.familyName', 'manager', 'emails', 'active', 'password'],
  sources: ['hcm', 'entra'],
};

const ruled = (...entries: AuthorityEntry[]) =>
  new Authority({ User: compileAuthority(userType, entries).rules });

describe('who has the say about an attribute', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let gateway: FeedGateway;
    const start = async (authority = ruled(hcmFirst)) => {
      opened = await open();
      gateway = new FeedGateway(opened, { match: { User: ['userName'] } }, authority);
      await gateway.start();
    };
    afterEach(() => gateway.close());

    const patch = (id: string, operations: unknown[], caller: Caller = entraCaller) =>
      gateway.identity.edit(
        'User',
        id,
        compilePatch(
          userType,
          {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
            Operations: operations as JsonObject[],
          },
          caller.client === 'entra' ? entra : generic,
          id,
        ),
        {},
        caller,
        noView,
      );
    const set = (id: string, path: string, value: unknown, caller?: Caller) =>
      patch(id, [{ op: 'replace', path, value }], caller);
    const anna = () => gateway.user('anna@example.com', { title: 'from entra' }, { externalId: 'e1' });

    it('is the source of higher precedence, and the other one is remembered as an offer', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', { userName: 'anna@example.com', title: 'from hcm' });
      const { version } = await gateway.stored(id);
      const { changed, kept, view } = await set(id, 'title', 'from entra again');
      expect({ changed, kept }).toEqual({
        changed: false,
        kept: [{ path: 'title', offered: 'from entra again', by: 'hcm' }],
      });
      expect(view.resource.attributes['title']).toBe('from hcm');
      const stored = await gateway.stored(id);
      expect(stored.version).toBe(version);
      expect(stored.authorship!.offers).toEqual({ title: { entra: 'from entra again' } });
      expect(authorOf(stored.authorship, 'title')).toBe('hcm');
      expect(authorOf(stored.authorship, 'userName')).toBe('entra');
    });

    it('is the highest remaining one when the highest withdraws', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', { userName: 'anna@example.com', title: 'from hcm' });
      expect(await gateway.take('1', { title: null })).toMatchObject({
        outcome: 'updated',
        changes: [{ path: 'title', from: 'from hcm', to: 'from entra' }],
      });
      const { attributes, authorship } = await gateway.stored(id);
      expect(attributes['title']).toBe('from entra');
      expect(authorship).toEqual({ authors: { '': 'entra' }, offers: {} });
      await set(id, 'title', 'now it counts');
      expect((await gateway.stored(id)).attributes['title']).toBe('now it counts');
    });

    it('goes to the higher source also when both state the same', async () => {
      await start();
      const id = await anna();
      expect(await gateway.take('1', { userName: 'anna@example.com', title: 'from entra' })).toMatchObject({
        changes: [],
      });
      await set(id, 'title', 'other');
      expect((await gateway.stored(id)).attributes['title']).toBe('from entra');
    });

    it('forgets the offer of a source that takes it back', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', { userName: 'anna@example.com', title: 'from hcm' });
      await patch(id, [{ op: 'remove', path: 'title' }]);
      expect((await gateway.stored(id)).attributes['title']).toBe('from hcm');
      await gateway.take('1', { title: null });
      expect((await gateway.stored(id)).attributes['title']).toBeUndefined();
    });

    it('holds for PUT as for PATCH', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', {
        userName: 'anna@example.com',
        title: 'from hcm',
        name: { familyName: 'Berg' },
      });
      const put = (body: JsonObject) =>
        gateway.identity.edit(
          'User',
          id,
          compileReplace(userType, { schemas: [userType.schema.id], ...body }, entra),
          {},
          entraCaller,
          noView,
        );
      const name = { givenName: 'Anna', familyName: 'Other' };
      expect((await put({ userName: 'anna@example.com', name })).kept).toEqual([
        { path: 'title', by: 'hcm' },
        { path: 'name.familyName', offered: 'Other', by: 'hcm' },
      ]);
      expect((await gateway.stored(id)).attributes).toEqual({
        userName: 'anna@example.com',
        title: 'from hcm',
        name: { givenName: 'Anna', familyName: 'Berg' },
      });
    });

    it('covers complex and multi-valued attributes as a whole', async () => {
      await start();
      const boss = await gateway.user('boss');
      const other = await gateway.user('other');
      const id = await anna();
      await gateway.take('1', {
        userName: 'anna@example.com',
        emails: [{ value: 'hcm@example.com', type: 'work' }],
        [ENTERPRISE]: { manager: { value: boss } },
      });
      await set(id, 'emails[type eq "work"].value', 'entra@example.com');
      await set(id, `${ENTERPRISE}:manager`, { value: other });
      const { attributes, authorship } = await gateway.stored(id);
      expect(attributes['emails']).toEqual([{ value: 'hcm@example.com', type: 'work' }]);
      expect(attributes[ENTERPRISE]).toEqual({ manager: { value: boss } });
      expect(Object.keys(authorship!.offers).sort()).toEqual(['emails', `${ENTERPRISE}:manager`]);
      await gateway.take('1', { [ENTERPRISE]: { manager: null }, emails: [] });
      const after = (await gateway.stored(id)).attributes;
      expect(after[ENTERPRISE]).toEqual({ manager: { value: other } });
      expect(after['emails']).toEqual([{ value: 'entra@example.com', type: 'work' }]);
    });

    it('lets a client edit within a value that it reads and did not state', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', {
        userName: 'anna@example.com',
        emails: [{ value: 'hcm@example.com', type: 'work' }],
      });
      const strict = { ...entraCaller, client: 'generic' as const };
      const { kept } = await set(id, 'emails[type eq "work"].value', 'entra@example.com', strict);
      expect(kept).toEqual([
        { path: 'emails', offered: [{ value: 'entra@example.com', type: 'work' }], by: 'hcm' },
      ]);
    });

    it('keeps a lower source from enabling whom the higher one disabled', async () => {
      await start();
      const id = await anna();
      await gateway.take('1', { userName: 'anna@example.com', active: true });
      expect(await gateway.leave('1')).toMatchObject({ outcome: 'updated' });
      await set(id, 'active', true);
      expect((await gateway.stored(id)).attributes['active']).toBe(false);
    });

    it('reports what a record states in vain, once', async () => {
      await start(ruled({ attributes: ['title', 'active'], sources: ['entra', 'hcm'] }));
      const id = await anna();
      const record = { userName: 'anna@example.com', title: 'from hcm' };
      const kept = [{ path: 'title', to: 'from hcm', keptFor: 'entra' }];
      expect(await gateway.preview('1', record)).toMatchObject({ outcome: 'updated', changes: kept });
      expect(await gateway.take('1', record)).toMatchObject({ outcome: 'updated', changes: kept });
      expect(await gateway.take('1', record)).toMatchObject({ outcome: 'unchanged', changes: [] });
      await set(id, 'active', true);
      const leaving = { outcome: 'unchanged', changes: [{ path: 'active', to: false, keptFor: 'entra' }] };
      expect(await gateway.intake.previewLeave('hcm', 'User', '1')).toMatchObject(leaving);
      expect(await gateway.leave('1')).toMatchObject(leaving);
    });

    it('drops a password of lower precedence', async () => {
      await start();
      const { resourceId: id } = await gateway.take('1', {
        userName: 'anna@example.com',
        password: 'Secret-1',
      });
      const { kept, changed } = await set(id!, 'password', 'Secret-2');
      expect({ kept, changed }).toEqual({ kept: [{ path: 'password', by: 'hcm' }], changed: false });
      expect((await set(id!, 'password', 'Secret-3', hcmCaller)).changed).toBe(true);
      expect(JSON.stringify(await gateway.stored(id!))).not.toContain('Secret');
    });

    it('is the last writer among sources that the rule does not name, after all that it names', async () => {
      await start();
      const [helpdesk, portal] = ['helpdesk', 'portal'].map((source) => ({
        ...hcmCaller,
        name: source,
        source,
      }));
      const id = await gateway.user('anna@example.com');
      await set(id, 'title', 'helpdesk', helpdesk);
      await set(id, 'title', 'portal', portal);
      expect((await gateway.stored(id)).attributes['title']).toBe('portal');
      await set(id, 'title', 'entra');
      await set(id, 'title', 'helpdesk again', helpdesk);
      expect((await gateway.stored(id)).attributes['title']).toBe('entra');
      expect((await gateway.stored(id)).authorship!.offers).toEqual({
        title: { helpdesk: 'helpdesk again' },
      });
    });

    it('is the last writer without a rule, and the author is remembered', async () => {
      await start(new Authority());
      const id = await anna();
      await gateway.take('1', { userName: 'anna@example.com', title: 'from hcm', nickName: 'Ann' });
      let { authorship } = await gateway.stored(id);
      expect(authorship).toEqual({ authors: { '': 'entra', title: 'hcm', nickName: 'hcm' }, offers: {} });
      await set(id, 'title', 'from entra again');
      ({ authorship } = await gateway.stored(id));
      expect(authorship!.authors).toEqual({ '': 'entra', nickName: 'hcm' });
    });

    it('comes back with the attributes when the deciding target refuses', async () => {
      await start();
      const id = await anna();
      const before = await gateway.stored(id);
      await gateway.until(async () => (await gateway.link(id))?.state === 'applied');
      gateway.target.before = () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'no' });
      };
      const operations = ['title', 'displayName'].map((path) => ({ op: 'replace', path, value: 'Head' }));
      await expect(patch(id, operations, hcmCaller)).rejects.toThrow('no');
      const after = await gateway.stored(id);
      expect(after.attributes).toEqual(before.attributes);
      expect(after.authorship).toEqual(before.authorship);
    });
  });
});

describe('rules of authority', () => {
  const problems = (...entries: AuthorityEntry[]) =>
    compileAuthority(userType, entries).problems.map(({ detail }) => detail);

  it('name attributes that sources write, each once', () => {
    const sources = ['hcm'];
    expect(
      problems(
        { attributes: ['name', 'titel', 'groups', 'emails.value', 'externalId'], sources },
        { attributes: ['name.familyName', 'nickName', 'department'], sources },
      ),
    ).toEqual([
      'User has no attribute "titel"',
      '"groups" is readOnly: no source writes it',
      '"emails" has several values: name it as a whole',
      'every source has an externalId of its own',
      'is ruled by "name" already',
    ]);
  });
});
