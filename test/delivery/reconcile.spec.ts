import { MemoryConnector, memory, MemoryTarget } from '../../src/connectors/memory/index.js';
import { MemorySettings } from '../../src/connectors/memory/settings.js';
import { createJobs } from '../../src/delivery/jobs/create-jobs.js';
import type { Job } from '../../src/delivery/jobs/job.js';
import type { Jobs } from '../../src/delivery/jobs/jobs.js';
import type { MappingLine, ObjectMapping } from '../../src/mapping/types.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { onEveryEngine } from '../store/stores.js';
import { caller, objectDefinition, TestGateway } from './gateway.js';

const lines = (drift: Record<string, MappingLine['drift']> = {}) =>
  memory.defaultMapping.User!.mapping.map((line) => {
    const policy = drift[line.target];
    return policy === undefined ? line : { ...line, drift: policy };
  });

/** A gateway over a target in memory that lists, with its jobs. */
class Scene {
  readonly target = new MemoryTarget();
  readonly connector = new MemoryConnector(this.target, new MemorySettings());
  gateway!: TestGateway;
  jobs!: Jobs;

  async open(
    opened: ConstructorParameters<typeof TestGateway>[0],
    drift: Record<string, MappingLine['drift']> = {},
    settings: ConstructorParameters<typeof TestGateway>[2] = {},
    groups: Partial<ObjectMapping> = {},
  ): Promise<this> {
    this.gateway = new TestGateway(
      opened,
      {
        connector: this.connector,
        kind: memory as never,
        settings: new MemorySettings(),
        definitions: {
          User: objectDefinition('User', { mapping: lines(drift) }),
          Group: objectDefinition('Group', { ...memory.defaultMapping.Group!, ...groups }),
        },
      },
      { reconcile: { perSecond: 100_000 }, ...settings },
    );
    await this.gateway.start();
    this.jobs = createJobs(this.gateway.delivery, SchemaRegistry.builtIn());
    return this;
  }

  /** A busy machine may pass the time after which a change is answered undelivered: reconcile calls such a link due. */
  private async delivered(): Promise<void> {
    const { links, edges } = this.gateway.opened.delivery;
    await this.gateway.until(async () => {
      const due = await links.list({ target: 'recording', state: 'due', limit: 5000 });
      const tried = due.every(({ attempts }) => attempts > 0);
      return tried && (due.length > 0 || (await edges.countOpen('recording')).due === 0);
    });
  }

  async run(kind: Job['kind'], apply: boolean): Promise<Job & { result: Result }> {
    await this.delivered();
    const job = await this.jobs.begin(kind, 'recording', apply);
    await this.jobs.idle();
    return (await this.gateway.opened.delivery.jobs.get(job!.id)) as Job & { result: Result };
  }

  byName(userName: string) {
    return this.target.find('User', ({ attributes }) => attributes.userName?.[0] === userName)[0]!;
  }

  groupByName(displayName: string) {
    return this.target.find('Group', ({ attributes }) => attributes.displayName?.[0] === displayName)[0]!;
  }

  async close(): Promise<void> {
    await this.jobs?.stop();
    await this.gateway?.close();
  }
}

type Result = {
  counts: Record<string, number>;
  rows: Record<string, { label: string; detail: string; resourceId?: string }[]>;
  differences: number;
} & Job['result'];

const stranger = (userName: string, more: Record<string, readonly string[]> = {}) => ({
  kind: 'User',
  enabled: true,
  attributes: { userName: [userName], ...more },
  members: new Set<string>(),
});

describe('Jobs over a whole target', () => {
  onEveryEngine((open) => {
    let scene: Scene;
    afterEach(async () => {
      await scene?.close();
      expect(scene?.gateway.errors ?? []).toEqual([]);
    });

    describe('reconcile', () => {
      it('finds nothing to do where the target is as the store wants it', async () => {
        scene = await new Scene().open(await open());
        const nora = await scene.gateway.user('nora', { title: 'Clerk' });
        await scene.gateway.group('Sales', [nora]);
        const job = await scene.run('reconcile', true);
        expect(job).toMatchObject({ state: 'done', progress: { done: 2, total: 2 } });
        expect(job.result).toMatchObject({ counts: { inOrder: 2, listed: 2 }, differences: 0 });
      });

      it('leaves the members of groups alone that are out of scope', async () => {
        const scope = [[{ attribute: 'displayName', operator: 'NOT EQUALS', value: 'outside' }]];
        scene = await new Scene().open(await open(), {}, {}, { scope });
        const [nora, ola] = [await scene.gateway.user('nora'), await scene.gateway.user('ola')];
        const group = await scene.gateway.group('Sales', [nora]);
        await scene.gateway.change('Group', group, { displayName: 'outside' });
        await scene.gateway.members(group, 'replace', [ola]);
        const job = await scene.run('reconcile', true);
        expect(job.result).toMatchObject({ counts: { inOrder: 3 }, differences: 0 });
        expect(scene.groupByName('Sales').members.size).toBe(1);
      });

      it('compares several accounts at once, and leaves half of the places of the target to others', async () => {
        scene = await new Scene().open(await open());
        for (let n = 0; n < 12; n++) await scene.gateway.user(`user${n}`);
        const { parallel } = scene.gateway.delivery.parts.targets.get('recording')!.definition;
        let active = 0;
        let most = 0;
        const plan = scene.connector.plan.bind(scene.connector);
        scene.connector.plan = async (...asked) => {
          most = Math.max(most, ++active);
          await new Promise((resolve) => setTimeout(resolve, 5));
          active--;
          return plan(...asked);
        };
        const { result } = await scene.run('reconcile', false);
        expect(result.counts).toMatchObject({ inOrder: 12 });
        expect(most).toBe(Math.floor(parallel / 2));
      });

      it('reports drift without writing, and repairs it when told to', async () => {
        scene = await new Scene().open(await open());
        await scene.gateway.user('nora', { title: 'Clerk' });
        scene.byName('nora').attributes.title = ['Queen'];
        const preview = await scene.run('reconcile', false);
        expect(preview.result.rows.drifted).toMatchObject([
          { label: 'nora', detail: 'title: Queen → Clerk' },
        ]);
        expect(preview.result.differences).toBe(1);
        expect(scene.byName('nora').attributes.title).toEqual(['Queen']);
        expect((await scene.run('reconcile', true)).result).toMatchObject({
          counts: { repairing: 1 },
          differences: 0,
        });
        await scene.gateway.until(() => scene.byName('nora').attributes.title?.[0] === 'Clerk');
      });

      it('follows the policy of each attribute: enforce, report or adopt', async () => {
        scene = await new Scene().open(await open(), { title: 'report', mail: 'adopt' });
        const attributes = { title: 'Clerk', emails: [{ type: 'work', value: 'nora@a.example' }] };
        const id = await scene.gateway.user('nora', attributes);
        Object.assign(scene.byName('nora').attributes, { title: ['Queen'], mail: ['nora@b.example'] });
        const job = await scene.run('reconcile', true);
        expect(job.result.counts).toMatchObject({ drifted: 1, reportAttributes: 1, adopted: 1 });
        const view = await scene.gateway.identity.get('User', id, caller, { members: false, groups: false });
        expect(view.resource.attributes.emails).toEqual([{ type: 'work', value: 'nora@b.example' }]);
        expect(scene.byName('nora').attributes.mail).toEqual(['nora@b.example']);
      });

      it('leaves an account alone whose only drift is to be reported', async () => {
        scene = await new Scene().open(await open(), { title: 'report' });
        const id = await scene.gateway.user('nora', { title: 'Clerk' });
        scene.byName('nora').attributes.title = ['Queen'];
        const before = (await scene.gateway.link(id))!.generation;
        const job = await scene.run('reconcile', true);
        expect(job.result).toMatchObject({
          counts: { drifted: 1, reportAttributes: 1, leftAlone: 1 },
          differences: 1,
        });
        expect((await scene.gateway.link(id))!.generation).toBe(before);
      });

      it('puts memberships right in both directions and leaves strangers in the group', async () => {
        scene = await new Scene().open(await open());
        const [nora, ola] = [await scene.gateway.user('nora'), await scene.gateway.user('ola')];
        await scene.gateway.group('Sales', [nora]);
        const sales = scene.groupByName('Sales');
        const foreign = scene.target.insert(stranger('visitor'));
        sales.members.clear();
        sales.members.add(scene.byName('ola').anchor).add(foreign.anchor);
        const job = await scene.run('reconcile', true);
        expect(job.result.counts).toMatchObject({ membersMissing: 1, membersSurplus: 1, membersNotOurs: 1 });
        const wanted = [foreign.anchor, scene.byName('nora').anchor].sort().join();
        await scene.gateway.until(() => [...sales.members].sort().join() === wanted);
        expect(ola).toBeDefined();
      });

      it('lists what the target calls left over from a conflict, and takes it for nobody', async () => {
        scene = await new Scene().open(await open());
        const nora = await scene.gateway.user('nora');
        scene.target.insert(stranger('NORA'));
        const list = scene.connector.list.bind(scene.connector);
        scene.connector.list = async function* (kind) {
          for await (const account of list(kind)) yield { ...account, conflict: 'two of a name' };
        };
        const { result } = await scene.run('reconcile', false);
        expect(result.counts).toMatchObject({ listed: 2, conflicts: 2 });
        expect(result.counts).not.toHaveProperty('lookAlikes');
        const rows = result.rows.conflicts!.map(({ resourceId, detail }) => [resourceId, detail]);
        expect(rows).toEqual(
          expect.arrayContaining([
            [nora, 'two of a name'],
            [undefined, 'two of a name'],
          ]),
        );
      });

      it('tells orphans, duplicates, look-alikes and strangers apart', async () => {
        scene = await new Scene().open(await open());
        const nora = await scene.gateway.user('nora');
        const { storeId } = scene.gateway.opened.facts;
        scene.target.insert({ ...stranger('gone'), stamp: `${storeId}:no-such-resource` });
        scene.target.insert({ ...stranger('twin'), stamp: `${storeId}:${nora}` });
        scene.target.insert(stranger('NORA'));
        scene.target.insert({ ...stranger('theirs'), stamp: 'another-store:1' });
        scene.target.insert(stranger('visitor'));
        const { result } = await scene.run('reconcile', false);
        expect(result.counts).toMatchObject({
          orphans: 1,
          duplicates: 1,
          lookAlikes: 1,
          otherGateways: 1,
          unmanaged: 1,
          listed: 6,
        });
        expect(result.rows.lookAlikes).toMatchObject([{ label: 'NORA', resourceId: nora }]);
      });

      it('compares 2,000 accounts, with what drifted, is missing and is orphaned', async () => {
        scene = await new Scene().open(await open());
        await many(scene, 2000);
        const accounts = scene.target.find('User', () => true);
        for (const account of accounts.slice(0, 150)) account.attributes.title = ['drifted'];
        for (const account of accounts.slice(150, 180)) scene.target.remove(account.anchor);
        const { storeId } = scene.gateway.opened.facts;
        for (let n = 0; n < 40; n++)
          scene.target.insert({ ...stranger(`orphan${n}`), stamp: `${storeId}:gone-${n}` });
        const job = await scene.run('reconcile', false);
        expect(job.state).toBe('done');
        expect(job.result).toMatchObject({
          counts: { drifted: 150, missing: 30, orphans: 40, inOrder: 1820, listed: 2010 },
          differences: 220,
        });
      }, 60_000);

      it('goes on behind the last link that was worked off, and counts nothing twice', async () => {
        scene = await new Scene().open(await open());
        await many(scene, 450);
        const { jobs } = scene.gateway.opened.delivery;
        const save = jobs.save.bind(jobs);
        let pages = 0;
        jobs.save = async (job) => {
          const saved = await save(job);
          if (++pages === 1) void scene.jobs.stop();
          return saved;
        };
        const begun = await scene.jobs.begin('reconcile', 'recording', false);
        await scene.jobs.idle();
        const halfway = (await jobs.get(begun!.id))!;
        expect(halfway).toMatchObject({ state: 'running', progress: { done: 200 } });
        const next = createJobs(scene.gateway.delivery, SchemaRegistry.builtIn());
        next.start();
        await scene.gateway.until(async () => (await jobs.get(begun!.id))?.state === 'done');
        await next.stop();
        expect((await jobs.get(begun!.id))!.result).toMatchObject({ counts: { inOrder: 450, listed: 450 } });
      }, 30_000);

      it('waits for a target that is down, and finishes when it is back', async () => {
        scene = await new Scene().open(await open());
        await scene.gateway.user('nora');
        scene.target.fail('read', 'unavailable');
        const job = await scene.run('reconcile', false);
        expect(job).toMatchObject({ state: 'running', progress: { waiting: expect.any(String) } });
        scene.target.mend();
        await scene.jobs.look();
        await scene.jobs.idle();
        expect(await scene.gateway.opened.delivery.jobs.get(job.id)).toMatchObject({ state: 'done' });
      });

      it('runs once for each target and kind, and ends when it is cancelled', async () => {
        scene = await new Scene().open(await open());
        await many(scene, 300);
        const first = await scene.jobs.begin('reconcile', 'recording', false);
        expect(await scene.jobs.begin('reconcile', 'recording', true)).toBeUndefined();
        const { jobs } = scene.gateway.opened.delivery;
        await jobs.cancel(first!.id);
        await scene.jobs.idle();
        expect(await jobs.get(first!.id)).toMatchObject({ state: 'cancelled' });
      }, 30_000);

      it('is started by its schedule once, whichever replica looks first', async () => {
        scene = await new Scene().open(
          await open(),
          {},
          { reconcile: { perSecond: 1000, everyMs: 3_600_000 } },
        );
        const other = createJobs(scene.gateway.delivery, SchemaRegistry.builtIn());
        await Promise.all([scene.jobs.look(), other.look()]);
        await scene.jobs.look();
        await Promise.all([scene.jobs.idle(), other.idle()]);
        expect(await scene.gateway.opened.delivery.jobs.list({ limit: 10 })).toMatchObject([
          { kind: 'reconcile', state: 'done', progress: { apply: true } },
        ]);
      });
    });

    describe('import', () => {
      const existing = () => {
        const nora = scene.target.insert(
          stranger('nora', { mail: ['nora@a.example'], title: ['Clerk'], displayName: ['Nora N'] }),
        );
        const ola = scene.target.insert({ ...stranger('ola'), enabled: false });
        scene.target.insert({ ...stranger('x'), attributes: { displayName: ['No name'] } });
        const inner = scene.target.insert({
          ...stranger(''),
          kind: 'Group',
          attributes: { displayName: ['Inner'] },
          members: new Set([ola.anchor]),
        });
        scene.target.insert({
          ...stranger(''),
          kind: 'Group',
          attributes: { displayName: ['Outer'] },
          members: new Set([nora.anchor, inner.anchor]),
        });
      };
      const stored = async (type: 'User' | 'Group') =>
        (
          await scene.gateway.identity.search(
            { types: [type], count: 5000, withMembers: true, withGroups: false },
            caller,
          )
        ).resources;

      it('shows what would come, and why the rest cannot, without writing', async () => {
        scene = await new Scene().open(await open());
        existing();
        const job = await scene.run('import', false);
        expect(job.result.counts).toMatchObject({ imported: 4, rejected: 1 });
        expect(job.result.rows.rejected?.[0]?.detail).toContain('userName');
        expect(job.result.differences).toBe(5);
        expect(await stored('User')).toEqual([]);
      });

      it('makes linked resources of users, and groups with their members, and writes nothing equal back', async () => {
        scene = await new Scene().open(await open());
        existing();
        const job = await scene.run('import', true);
        expect(job.result.counts).toMatchObject({ imported: 4, memberships: 3, rejected: 1 });
        const users = (await stored('User')).map(({ resource }) => resource.attributes);
        expect(users).toEqual(
          expect.arrayContaining([
            {
              userName: 'nora',
              displayName: 'Nora N',
              title: 'Clerk',
              active: true,
              emails: [{ type: 'work', value: 'nora@a.example' }],
            },
            { userName: 'ola', active: false },
          ]),
        );
        const groups = await stored('Group');
        expect(
          Object.fromEntries(groups.map((one) => [one.resource.attributes.displayName, one.members?.length])),
        ).toEqual({ Inner: 1, Outer: 2 });
        const { links, edges } = scene.gateway.opened.delivery;
        for (const link of await links.list({ target: 'recording', limit: 10 }))
          expect(link).toMatchObject({ state: 'applied', createdByUs: false, anchor: expect.any(String) });
        await scene.gateway.until(async () => (await edges.countOpen('recording')).due === 0);
        expect(scene.target.operations).toMatchObject({ create: 0, update: 0, delete: 0, members: 0 });
      });

      it('finds nothing more the second time', async () => {
        scene = await new Scene().open(await open());
        existing();
        await scene.run('import', true);
        const again = await scene.run('import', true);
        expect(again.result.counts).toMatchObject({ alreadyLinked: 4, rejected: 1 });
        expect(again.result.counts.imported).toBeUndefined();
        expect(await stored('User')).toHaveLength(2);
      });

      it('lets a client find the imported user, whose change then updates the same account', async () => {
        scene = await new Scene().open(await open());
        existing();
        await scene.run('import', true);
        const nora = (await stored('User')).find(({ resource }) => resource.attributes.userName === 'nora')!;
        await scene.gateway.change('User', nora.resource.id, { title: 'Lead' });
        expect(scene.byName('nora').attributes.title).toEqual(['Lead']);
        expect(scene.target.operations.create).toBe(0);
      });

      it('refuses an account whose userName a resource of the store has', async () => {
        scene = await new Scene().open(await open());
        scene.target.insert(stranger('nora'));
        scene.target.fail('write', 'unavailable');
        await scene.gateway.user('NORA').catch(() => undefined);
        scene.target.mend();
        const job = await scene.run('import', true);
        expect(job.result.counts).toMatchObject({ rejected: 1 });
        expect(await stored('User')).toHaveLength(1);
      });
    });
  });
});

/** Accounts with resources and links, as many as a test wants at once. */
async function many(scene: Scene, count: number): Promise<void> {
  for (let n = 0; n < count; n++) scene.target.insert(stranger(`u${n}`, { title: ['Clerk'] }));
  const { result } = await scene.run('import', true);
  expect(result.counts).toEqual({ imported: count, alreadyLinked: 0 });
}
