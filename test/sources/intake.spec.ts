import { onEveryEngine, type OpenStores } from '../store/stores.js';
import type { Attributes, Json } from '../../src/schema/types.js';
import type { SourceDefinition } from '../../src/sources/intake/source-definition.js';
import { ENTERPRISE, FeedGateway, hcmCaller } from './feed-gateway.js';

const matching = { match: { User: [`${ENTERPRISE}:employeeNumber`, 'userName'], Group: ['displayName'] } };

describe('taking records of a source', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let gateway: FeedGateway;
    const start = async (source: Partial<SourceDefinition> = matching) => {
      opened = await open();
      gateway = new FeedGateway(opened, source);
      await gateway.start();
    };
    afterEach(() => gateway.close());

    it('creates, then finds again by externalId and changes what differs', async () => {
      await start();
      const anna = { userName: 'anna@example.com', name: { givenName: 'Anna', familyName: 'Berg' } };
      const created = await gateway.take('1', anna);
      expect(created).toMatchObject({ outcome: 'created', place: 'people.csv:1', externalId: '1' });
      expect(created.changes).toContainEqual({ path: 'name.familyName', to: 'Berg' });
      const id = created.resourceId!;
      expect(await gateway.take('1', { name: { familyName: 'Holm' } })).toEqual({
        place: 'people.csv:1',
        externalId: '1',
        outcome: 'updated',
        resourceId: id,
        changes: [{ path: 'name.familyName', from: 'Berg', to: 'Holm' }],
      });
      const { attributes, externalId } = await gateway.stored(id);
      expect(attributes).toEqual({
        userName: 'anna@example.com',
        name: { givenName: 'Anna', familyName: 'Holm' },
      });
      expect(externalId).toBe('1');
    });

    it('writes nothing for an unchanged record', async () => {
      await start();
      const record: Attributes & { emails: Json[] } = {
        userName: 'anna@example.com',
        emails: [
          { value: 'a@example.com', type: 'work', primary: true },
          { value: 'b@example.com', type: 'home' },
        ],
        [ENTERPRISE]: { employeeNumber: '7' },
      };
      const { resourceId } = await gateway.take('1', record);
      const reordered = { ...record, emails: [...record.emails].reverse() };
      expect(await gateway.take('1', reordered)).toMatchObject({ outcome: 'unchanged', changes: [] });
      expect((await gateway.stored(resourceId!)).version).toBe(1);
    });

    it('tells null from absent, and merges values by their type', async () => {
      await start();
      const { resourceId: id } = await gateway.take('1', {
        userName: 'anna@example.com',
        title: 'Engineer',
        nickName: 'Ann',
        emails: [
          { value: 'a@example.com', type: 'work', primary: true },
          { value: 'b@example.com', type: 'home' },
        ],
        phoneNumbers: [
          { value: '1', type: 'work' },
          { value: '2', type: 'mobile' },
        ],
        [ENTERPRISE]: { employeeNumber: '7', department: 'R&D' },
      });
      await gateway.take('1', {
        title: null,
        emails: [{ value: 'new@example.com', type: 'work' }],
        phoneNumbers: [{ type: 'mobile', value: null }],
        [ENTERPRISE]: { department: null },
      });
      expect((await gateway.stored(id!)).attributes).toEqual({
        userName: 'anna@example.com',
        nickName: 'Ann',
        emails: [
          { value: 'new@example.com', type: 'work', primary: true },
          { value: 'b@example.com', type: 'home' },
        ],
        phoneNumbers: [{ value: '1', type: 'work' }],
        [ENTERPRISE]: { employeeNumber: '7' },
      });
    });

    it('adopts whom a rule finds', async () => {
      await start();
      const id = await gateway.user(
        'anna@example.com',
        { [ENTERPRISE]: { employeeNumber: '7' } },
        { externalId: 'e1' },
      );
      const taken = await gateway.take('1', {
        userName: 'anna@example.com',
        [ENTERPRISE]: { employeeNumber: '7' },
      });
      expect(taken).toMatchObject({ outcome: 'updated', resourceId: id });
      expect(await opened.resources.externalIds(undefined, id)).toEqual({ entra: 'e1', hcm: '1' });
      expect(await gateway.take('1', { title: 'Engineer' })).toMatchObject({
        outcome: 'updated',
        resourceId: id,
      });
    });

    it('parks what two rules find differently, until it is no longer ambiguous', async () => {
      await start();
      const one = await gateway.user('anna@example.com');
      const two = await gateway.user('berta@example.com', { [ENTERPRISE]: { employeeNumber: '7' } });
      const record = {
        userName: 'anna@example.com',
        password: 'never stored',
        [ENTERPRISE]: { employeeNumber: '7' },
      };
      expect(await gateway.preview('1', record)).toMatchObject({ outcome: 'parked' });
      expect(await opened.parkedRecords.list('hcm', 10)).toEqual([]);
      const taken = await gateway.take('1', record);
      expect(taken).toMatchObject({ outcome: 'parked', changes: [], reason: expect.stringContaining(two) });
      const [parked] = await opened.parkedRecords.list('hcm', 10);
      expect(parked).toMatchObject({ externalId: '1', place: 'people.csv:1', type: 'User' });
      expect([...parked!.candidates].sort()).toEqual([one, two].sort());
      expect(JSON.stringify(parked)).not.toContain('never stored');
      await gateway.change('User', two, { [ENTERPRISE]: { employeeNumber: '8' } });
      expect(await gateway.take('1', record)).toMatchObject({ outcome: 'updated', resourceId: one });
      expect(await opened.parkedRecords.list(undefined, 10)).toEqual([]);
    });

    it('parks a record that finds the resource of another record', async () => {
      await start();
      await gateway.take('1', { userName: 'anna@example.com', [ENTERPRISE]: { employeeNumber: '7' } });
      expect(
        await gateway.take('2', { userName: 'other@example.com', [ENTERPRISE]: { employeeNumber: '7' } }),
      ).toMatchObject({
        outcome: 'parked',
        reason: expect.stringContaining('"1"'),
      });
    });

    it('gives a resource that two records match at once to one of them', async () => {
      await start();
      const id = await gateway.user('anna@example.com', { [ENTERPRISE]: { employeeNumber: '7' } });
      const taken = await Promise.all(
        ['1', '2', '3'].map((externalId) =>
          gateway.take(externalId, { [ENTERPRISE]: { employeeNumber: '7' } }),
        ),
      );
      expect(taken.map(({ outcome }) => outcome).sort()).toEqual(['parked', 'parked', 'updated']);
      expect(taken.find(({ outcome }) => outcome === 'updated')!.resourceId).toBe(id);
    });

    it('parks a record whose externalId stands for two resources', async () => {
      await start();
      for (const userName of ['anna@example.com', 'berta@example.com'])
        await gateway.identity.create(
          'User',
          { attributes: { userName }, externalId: '1' },
          { name: 'hcm', client: 'generic', source: 'hcm', scopes: [], correlationId: '' },
          { members: false, groups: false },
        );
      expect(await gateway.take('1', { title: 'Engineer' })).toMatchObject({ outcome: 'parked' });
    });

    it.each([1, 2])(
      'makes nobody new of a parked record whose externalId stands for %i already, and takes it from none',
      async (holders) => {
        await start();
        await gateway.user('anna@example.com', { [ENTERPRISE]: { employeeNumber: '7' } });
        await gateway.user('berta@example.com', { [ENTERPRISE]: { employeeNumber: '7' } });
        const record = { userName: 'cilla@example.com', [ENTERPRISE]: { employeeNumber: '7' } };
        expect(await gateway.take('1', record)).toMatchObject({ outcome: 'parked' });
        const ids: string[] = [];
        for (let n = 0; n < holders; n++) {
          const held = { attributes: { userName: `holder${n}@example.com` }, externalId: '1' };
          const view = { members: false, groups: false };
          ids.push((await gateway.identity.create('User', held, hcmCaller, view)).resource.id);
        }
        const [parked] = await gateway.decisions.find('hcm', '1');
        const decided = await gateway.decisions.create(parked!, hcmCaller);
        expect(decided).toMatchObject({ outcome: 'rejected', status: 409, scimType: 'uniqueness' });
        expect(decided.reason).toContain('landfall source assign hcm 1 ID');
        for (const id of ids) {
          expect(decided.reason).toContain(id);
          expect((await gateway.stored(id)).externalId).toBe('1');
        }
        expect(await gateway.decisions.find('hcm', '1')).toEqual([parked]);
      },
    );

    it('sets managers and members when those who were named arrive, by whatever channel', async () => {
      await start({ ...matching, leavers: 'deactivate' });
      const named = (value: string | null) => ({
        [ENTERPRISE]: { manager: value === null ? null : { value } },
      });
      const person = (externalId: string, manager: string) =>
        gateway.take(externalId, { userName: `${externalId}@example.com`, active: true, ...named(manager) });
      const anna = await person('anna', 'boss');
      expect(anna.unknownReferences).toEqual(['manager "boss"']);
      const [berta, cilla, dora] = [
        await person('berta', 'boss'),
        await person('cilla', 'boss'),
        await person('dora', 'nobody'),
      ];
      const team = { displayName: 'Team', members: ['anna', 'boss'].map((value) => ({ value })) };
      const group = await gateway.take('team', team, 'Group');
      await gateway.take('berta', named(null));
      await gateway.leave('cilla');
      await gateway.preview('dora', named('boss'));
      await gateway.take('anna', { title: 'Engineer' });
      expect(await gateway.late.run()).toBe(0);

      // Not a record: an ordinary SCIM client of the same source.
      const boss = (
        await gateway.identity.create(
          'User',
          { attributes: { userName: 'boss@example.com' }, externalId: 'boss' },
          hcmCaller,
          { members: false, groups: false },
        )
      ).resource.id;
      expect(await gateway.late.run()).toBe(3);
      expect(await gateway.late.run()).toBe(0);
      const managerOf = async ({ resourceId }: { resourceId?: string }) =>
        ((await gateway.stored(resourceId!)).attributes[ENTERPRISE] as { manager?: { value: string } })
          ?.manager?.value;
      expect(await Promise.all([anna, berta, cilla, dora].map(managerOf))).toEqual([
        boss,
        undefined,
        undefined,
        undefined,
      ]);
      expect((await gateway.stored(cilla.resourceId!)).attributes.active).toBe(false);
      const members = await opened.resources.members(group.resourceId!);
      expect(members.map(({ value }) => value).sort()).toEqual([anna.resourceId, boss].sort());
      await gateway.until(
        async () =>
          gateway.target.byName('anna@example.com')?.attributes.manager ===
          ((await gateway.link(boss))?.anchor ?? 'none yet'),
      );
    });

    it('passes over a late reference that is refused: the others do not wait for it', async () => {
      await start();
      const members = ['boss', 'team', 'worker'].map((value) => ({ value }));
      // A group cannot be a member of itself, which shows only once it has its name.
      const team = await gateway.take('team', { displayName: 'Team', members }, 'Group');
      for (const name of ['boss', 'worker'])
        await gateway.take(name, { userName: `${name}@example.com`, active: true });
      expect(await gateway.late.run()).toBeGreaterThan(1);
      expect(gateway.refusals).toEqual([expect.stringMatching(/^team: /)]);
      expect(await opened.resources.members(team.resourceId!)).toHaveLength(2);
      expect(await gateway.late.run()).toBe(0);
    });

    it('adds all late members of a group in one change', async () => {
      await start();
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      const team = { displayName: 'Team', members: names.map((value) => ({ value })) };
      const { resourceId } = await gateway.take('team', team, 'Group');
      for (const name of names) await gateway.take(name, { userName: `${name}@example.com`, active: true });
      const before = (await gateway.stored(resourceId!, 'Group')).version;
      expect(await gateway.late.run()).toBe(20);
      expect(await opened.resources.members(resourceId!)).toHaveLength(20);
      expect((await gateway.stored(resourceId!, 'Group')).version).toBe(before + 1);
    });

    it('finds who arrives among many who do not', async () => {
      await start();
      const names = Array.from({ length: 2_500 }, (_, index) => `p${index}`);
      const team = { displayName: 'Team', members: names.map((value) => ({ value })) };
      const { resourceId } = await gateway.take('team', team, 'Group');
      for (const name of ['p0', 'p999']) await gateway.take(name, { userName: name, active: true });
      expect(await gateway.late.run()).toBe(2);
      expect(await gateway.late.run()).toBe(0);
      expect(await opened.resources.members(resourceId!)).toHaveLength(2);
    });

    it('takes a record that two bring at once one time', async () => {
      await start();
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          gateway.take('1', { userName: `anna${index}@example.com`, title: 'Engineer' }),
        ),
      );
      expect(taken.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
      expect(taken.filter(({ outcome }) => outcome === 'updated')).toHaveLength(7);
      expect(new Set(taken.map(({ resourceId }) => resourceId)).size).toBe(1);
    });

    it('rejects what a POST refuses, with the status', async () => {
      await start();
      expect(await gateway.take('1', { displayName: 'nobody' })).toMatchObject({
        outcome: 'rejected',
        status: 400,
        scimType: 'invalidValue',
        reason: expect.stringContaining('"userName"'),
      });
      expect(await gateway.take('1', { userName: 'a', titel: 'x' })).toMatchObject({
        outcome: 'rejected',
        reason: expect.stringContaining('"titel"'),
      });
      const { resourceId } = await gateway.take('1', { userName: 'anna@example.com' });
      expect(await gateway.take('1', { userName: null })).toMatchObject({ outcome: 'rejected', status: 400 });
      expect((await gateway.stored(resourceId!)).version).toBe(1);
    });

    it('rejects a taken userName and says how the two become one', async () => {
      await start({});
      await gateway.user('anna@example.com');
      const record = { userName: 'ANNA@example.com' };
      for (const result of [await gateway.preview('1', record), await gateway.take('1', record)])
        expect(result).toMatchObject({
          outcome: 'rejected',
          status: 409,
          scimType: 'uniqueness',
          reason: expect.stringContaining('name "userName" under match'),
        });
    });

    it('previews exactly what taking does, and writes nothing', async () => {
      await start();
      const anna = { userName: 'anna@example.com', title: 'Engineer' };
      expect(await gateway.preview('1', anna)).toMatchObject({ outcome: 'created' });
      expect(await gateway.preview('1', anna)).toMatchObject({ outcome: 'created' });
      await gateway.take('1', anna);
      const change = { title: 'Head', nickName: 'Ann' };
      const previewed = await gateway.preview('1', change);
      expect(await gateway.take('1', change)).toEqual(previewed);
      expect(previewed.changes).toEqual([
        { path: 'title', from: 'Engineer', to: 'Head' },
        { path: 'nickName', to: 'Ann' },
      ]);
    });

    it('gives a password to a new account only', async () => {
      await start();
      const { resourceId } = await gateway.take('1', { userName: 'anna@example.com', password: 'Secret-1' });
      expect(await gateway.take('1', { userName: 'anna@example.com', password: 'Secret-2' })).toMatchObject({
        outcome: 'unchanged',
      });
      expect((await gateway.stored(resourceId!)).attributes).toEqual({ userName: 'anna@example.com' });
      await gateway.until(() => gateway.target.byName('anna@example.com')?.password === 'Secret-1');
    });

    it('keeps members as the source states them', async () => {
      await start();
      const [one, two] = [await gateway.user('one'), await gateway.user('two')];
      const { resourceId } = await gateway.take(
        'g',
        { displayName: 'Sales', members: [{ value: one }, { value: two }] },
        'Group',
      );
      expect(await opened.resources.members(resourceId!)).toHaveLength(2);
      expect(await gateway.preview('g', { members: [{ value: two }] }, 'Group')).toMatchObject({
        outcome: 'updated',
      });
      expect(await gateway.take('g', { members: [{ value: two }] }, 'Group')).toMatchObject({
        outcome: 'updated',
      });
      expect(await gateway.take('g', { members: [{ value: two }] }, 'Group')).toMatchObject({
        outcome: 'unchanged',
      });
      expect((await opened.resources.members(resourceId!)).map(({ value }) => value)).toEqual([two]);
    });

    describe('of a leaver', () => {
      it('deactivates once, and takes who comes back', async () => {
        await start();
        const { resourceId: id } = await gateway.take('1', { userName: 'anna@example.com' });
        expect(await gateway.intake.previewLeave('hcm', 'User', '1')).toMatchObject({ outcome: 'updated' });
        expect(await gateway.leave('1')).toMatchObject({
          outcome: 'updated',
          resourceId: id,
          changes: [{ path: 'active', to: false }],
        });
        expect(await gateway.leave('1')).toMatchObject({ outcome: 'unchanged' });
        expect(await gateway.intake.known('hcm', 'User', undefined, 10)).toEqual([]);
        expect(await gateway.take('1', { userName: 'anna@example.com' })).toMatchObject({
          changes: [{ path: 'active', from: false, to: true }],
        });
        expect(await gateway.intake.known('hcm', 'User', undefined, 10)).toEqual([
          { externalId: '1', resourceId: id },
        ]);
      });

      it('leaves inactive whom somebody else deactivated', async () => {
        await start();
        const { resourceId: id } = await gateway.take('1', { userName: 'anna@example.com' });
        await gateway.change('User', id!, { active: false });
        expect(await gateway.leave('1')).toMatchObject({ outcome: 'unchanged' });
        expect(await gateway.take('1', { userName: 'anna@example.com' })).toMatchObject({
          outcome: 'unchanged',
        });
        expect((await gateway.stored(id!)).attributes['active']).toBe(false);
        expect(await gateway.intake.known('hcm', 'User', undefined, 10)).toHaveLength(1);
      });

      it('deletes or ignores where the source says so', async () => {
        await start({ leavers: 'delete' });
        const { resourceId: id } = await gateway.take('1', { userName: 'anna@example.com' });
        expect(await gateway.leave('1')).toMatchObject({ outcome: 'updated', resourceId: id });
        await expect(gateway.stored(id!)).rejects.toThrow();
        expect(await gateway.leave('1')).toMatchObject({ outcome: 'rejected', status: 404 });
        await gateway.close();
        gateway = new FeedGateway(opened, { leavers: 'ignore' });
        await gateway.start();
        await gateway.take('2', { userName: 'berta@example.com' });
        expect(await gateway.leave('2')).toMatchObject({ outcome: 'unchanged' });
        expect(await gateway.intake.known('hcm', 'User', undefined, 10)).toEqual([]);
      });
    });

    it('knows its resources in pages', async () => {
      await start();
      for (const id of ['c', 'a', 'b']) await gateway.take(id, { userName: id });
      await gateway.user('somebody of entra', {}, { externalId: 'd' });
      const first = await gateway.intake.known('hcm', 'User', undefined, 2);
      expect(first.map(({ externalId }) => externalId)).toEqual(['a', 'b']);
      const rest = await gateway.intake.known('hcm', 'User', 'b', 2);
      expect(rest.map(({ externalId }) => externalId)).toEqual(['c']);
    });
  });
});
