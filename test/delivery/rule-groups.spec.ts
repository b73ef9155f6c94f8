import { ConnectorError } from '../../src/connectors/connector.js';
import type { RuleGroupOptions } from '../../src/delivery/rule-groups/rule-group-definition.js';
import { RecordingTarget } from './recording-target.js';
import { caller, noView, TestGateway, type TestTarget } from './gateway.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';

const clerks = (value = 'Clerk'): RuleGroupOptions => ({
  displayName: 'Clerks',
  rule: [[{ attribute: 'title', operator: 'EQUALS', value }]],
});

describe('A rule group', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let gateway: TestGateway | undefined;
    let target: RecordingTarget;

    const start = async (ruleGroups: RuleGroupOptions[], more: TestTarget = {}) => {
      gateway = new TestGateway(opened, more, { passPageSize: 3 }, target, { ruleGroups });
      await gateway.start();
      await gateway.delivery.passes.run();
      return gateway;
    };
    const stop = async () => {
      const stopped = gateway;
      gateway = undefined;
      await stopped?.close();
      expect(stopped?.errors ?? []).toEqual([]);
    };
    const names = () =>
      [...(target.byName('Clerks')?.members ?? [])]
        .map((anchor) => target.accounts.get(anchor)!.attributes.name)
        .sort();
    const delivered = (...wanted: string[]) =>
      gateway!.until(() => JSON.stringify(names()) === JSON.stringify(wanted));
    const groupId = () => gateway!.delivery.rules.all()[0]!.groupId;
    const stored = async () =>
      (await opened.resources.members(groupId())).map(({ display }) => display).sort();

    beforeEach(async () => {
      opened = await open();
      target = new RecordingTarget();
    });
    afterEach(stop);

    it('takes in and lets go in the transaction that changes the user', async () => {
      await start([clerks()]);
      const nora = await gateway!.user('nora', { title: 'Clerk' });
      expect(await stored()).toEqual(['nora']);
      await delivered('nora');
      await gateway!.change('User', nora, { title: 'Head clerk' });
      expect(await stored()).toEqual([]);
      await delivered();
      await gateway!.change('User', nora, { title: 'Clerk' });
      await delivered('nora');
      await gateway!.remove('User', nora);
      await delivered();
    });

    it('is made once, and keeps its id when the gateway starts again', async () => {
      await start([clerks()]);
      const first = groupId();
      await stop();
      await start([clerks()]);
      expect(groupId()).toBe(first);
      expect(target.writes).toEqual(['create Clerks']);
    });

    it('keeps clients from its members, its name and its deletion', async () => {
      await start([clerks()]);
      const nora = await gateway!.user('nora');
      const refused = { code: 'mutability', detail: expect.stringContaining('"Clerks" is a rule group') };
      await expect(gateway!.members(groupId(), 'add', [nora])).rejects.toMatchObject(refused);
      await expect(gateway!.members(groupId(), 'replace', [nora])).rejects.toMatchObject(refused);
      await expect(gateway!.change('Group', groupId(), { displayName: 'Mine' })).rejects.toMatchObject(
        refused,
      );
      await expect(gateway!.remove('Group', groupId())).rejects.toMatchObject(refused);
      expect(await stored()).toEqual([]);
      await gateway!.members(groupId(), 'replace', []);
      const other = await gateway!.group('Others', [nora]);
      await gateway!.members(other, 'remove', [nora]);
    });

    it('is not made where a client manages a group of its name', async () => {
      await start([]);
      const nora = await gateway!.user('nora', { title: 'Clerk' });
      const theirs = await gateway!.group('CLERKS');
      await stop();
      await start([clerks()]);
      expect(gateway!.warnings).toEqual([
        expect.objectContaining({ displayName: 'Clerks', message: expect.stringContaining('not used') }),
      ]);
      await gateway!.change('User', nora, { nickName: 'N' });
      expect(await opened.resources.members(theirs)).toEqual([]);
      await gateway!.members(theirs, 'add', [nora]);
    });

    it('looks at everybody when its rule changes, page by page', async () => {
      await start([clerks()]);
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
        await gateway!.user(name, { title: name < 'e' ? 'Clerk' : 'Cook' });
      await delivered('a', 'b', 'c', 'd');
      await stop();
      await start([clerks('Cook')]);
      expect(await stored()).toEqual(['e', 'f', 'g']);
      await delivered('e', 'f', 'g');
      expect(await opened.delivery.passProgress.get('rule groups')).toMatchObject({ state: 'done', done: 7 });
    });

    it('goes on where a pass was interrupted', async () => {
      await start([]);
      for (const name of ['a', 'b', 'c', 'd', 'e']) await gateway!.user(name, { title: 'Clerk' });
      await stop();
      gateway = new TestGateway(opened, {}, { passPageSize: 2 }, target, { ruleGroups: [clerks()] });
      const save = opened.delivery.passProgress.save.bind(opened.delivery.passProgress);
      let pages = 0;
      opened.delivery.passProgress.save = async (tx, name, of, progress) => {
        if (name === 'rule groups' && ++pages === 2) throw new Error('the process ends here');
        await save(tx, name, of, progress);
      };
      await gateway.start();
      await gateway.until(() => gateway!.warnings.length > 0);
      expect(await stored()).toEqual(['a', 'b']);
      opened.delivery.passProgress.save = save;
      await stop();
      await start([clerks()]);
      expect(await stored()).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await opened.delivery.passProgress.get('rule groups')).toMatchObject({ state: 'done', done: 5 });
    });

    it('moves with the calendar', async () => {
      const starters: RuleGroupOptions = {
        displayName: 'Clerks',
        rule: [[{ attribute: 'meta.created', operator: 'ON_OR_BEFORE', value: 'today-1d' }]],
      };
      await start([starters]);
      await gateway!.user('nora');
      expect(await stored()).toEqual([]);
      const { clock } = gateway!.delivery.parts;
      const wall = clock.wall.bind(clock);
      clock.wall = async (tx) => (await wall(tx)) + 2 * 86_400_000;
      await gateway!.delivery.passes.run();
      clock.wall = wall;
      expect(await stored()).toEqual(['nora']);
    });

    it('removes under the guard', async () => {
      const guard = { windowMs: 60_000, thresholds: { memberRemovals: 1 } };
      await start([clerks()], { guard });
      for (const name of ['a', 'b', 'c']) await gateway!.user(name, { title: 'Clerk' });
      await delivered('a', 'b', 'c');
      await stop();
      await start([clerks('Cook')], { guard });
      await gateway!.until(async () => (await gateway!.guard.held()).length === 1);
      expect(await stored()).toEqual([]);
      expect(names()).toEqual(['a', 'b', 'c']);
    });

    it('follows a change that the target refuses back to where it was', async () => {
      await start([clerks()]);
      const nora = await gateway!.user('nora', { title: 'Clerk' });
      await delivered('nora');
      target.before = (plan) => {
        if (plan.action === 'update')
          throw new ConnectorError({ kind: 'rejected', detail: 'no', scimType: 'invalidValue' });
      };
      await expect(gateway!.change('User', nora, { title: 'Cook' })).rejects.toMatchObject({
        code: 'refusedByTarget',
      });
      target.before = () => undefined;
      expect(await stored()).toEqual(['nora']);
      await delivered('nora');
    });

    it('shows in a preview who would join and leave', async () => {
      await start([clerks()]);
      const id = await gateway!.user('nora');
      const { resource } = await gateway!.identity.get('User', id, caller, noView);
      const { rules } = gateway!.delivery;
      expect(await rules.preview(resource)).toEqual([]);
      expect(await rules.preview({ ...resource, attributes: { title: 'Clerk' } })).toMatchObject([
        { group: 'Clerks', action: 'join', scope: { inScope: true } },
      ]);
    });
  });
});
