import { ConnectorError } from '../../src/connectors/connector.js';
import type { ObjectDefinition } from '../../src/delivery/target-definition.js';
import { onEveryEngine } from '../store/stores.js';
import { objectDefinition, TestGateway, type TestTarget } from './gateway.js';
import { recordingKind, RecordingTarget } from './recording-target.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Users whose title, and groups whose kind, says so are out of scope. */
function definitions(outOfScope: ObjectDefinition['outOfScope']): Record<string, ObjectDefinition> {
  const { User, Group } = recordingKind.defaultMapping;
  const inScope = (attribute: string) => [[{ attribute, operator: 'NOT EQUALS', value: 'outside' }]];
  return {
    User: objectDefinition('User', { ...User!, scope: inScope('title') }, { outOfScope }),
    Group: objectDefinition('Group', { ...Group!, scope: inScope('displayName') }, { outOfScope }),
  };
}

describe('Whoever leaves the scope of a target', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async (
      outOfScope: ObjectDefinition['outOfScope'],
      more: TestTarget = {},
      others: (TestTarget & { name: string })[] = [],
    ) =>
      (gateway = await new TestGateway(
        await open(),
        { definitions: definitions(outOfScope), answerWithinMs: 5000, ...more },
        {},
        undefined,
        { others },
      ).start());
    afterEach(async () => {
      await gateway?.close();
      expect(gateway?.errors ?? []).toEqual([]);
    });
    const user = (name: string, more = {}) => gateway.user(name, { title: 'Clerk', ...more });
    const quiet = () =>
      gateway.until(async () => (await gateway.opened.delivery.edges.countOpen('recording')).due === 0);
    const leave = (id: string) => gateway.change('User', id, { title: 'outside' });
    const comeBack = (id: string) => gateway.change('User', id, { title: 'Clerk' });
    const title = async (id: string) =>
      (await gateway.opened.resources.load(undefined, 'User', id, ''))?.attributes.title;
    const lost = () => {
      throw new ConnectorError({ kind: 'unknown', detail: 'the connection was lost' });
    };

    it('keeps the account with "retain" and "ignore"', async () => {
      for (const policy of ['retain', 'ignore'] as const) {
        await start(policy);
        const id = await user('nora');
        await leave(id);
        expect(gateway.target.writes).toEqual(['create nora']);
        expect(gateway.target.byName('nora')!.enabled).toBe(true);
        await gateway.close();
      }
    });

    it('is disabled, keeps the memberships, and is enabled on the return', async () => {
      await start('disable');
      const id = await user('nora', { active: true });
      const { anchor } = gateway.target.byName('nora')!;
      await gateway.group('team', [id]);
      await quiet();
      await leave(id);
      expect(gateway.target.byName('nora')!.enabled).toBe(false);
      expect(gateway.target.byName('team')!.members).toEqual(new Set([anchor]));
      await comeBack(id);
      expect(gateway.target.byName('nora')).toMatchObject({ anchor, enabled: true });
    });

    it('is a member again on the return where the policy took it out of its groups', async () => {
      await start('disable');
      gateway.target.stripsGroups = true;
      const [id, other] = [await user('nora', { active: true }), await user('ola')];
      const [team, staff] = [await gateway.group('team', [id]), await gateway.group('staff', [id, other])];
      await quiet();
      const { anchor } = gateway.target.byName('nora')!;
      const members = (name: string) => gateway.target.byName(name)!.members;
      await leave(id);
      await quiet();
      expect([members('team').size, members('staff').size]).toEqual([0, 1]);
      await gateway.change('Group', team, { displayName: 'crew' });
      await gateway.members(staff, 'remove', [id]);
      await quiet();
      expect([members('crew').size, members('staff').size]).toEqual([0, 1]);
      await comeBack(id);
      await quiet();
      expect(members('crew')).toEqual(new Set([anchor]));
      expect(members('staff').size).toBe(1);
    });

    it('is deleted, and comes back with a new account, the memberships and the reports', async () => {
      await start('delete');
      const id = await user('nora');
      const report = await user('rob', { [enterprise]: { manager: { value: id } } });
      const team = await gateway.group('team', [id, report]);
      await quiet();
      const before = gateway.target.byName('nora')!;
      await leave(id);
      expect(gateway.target.byName('nora')).toBeUndefined();
      expect((await gateway.link(id))!.facts).toEqual({});
      expect(await gateway.reveal.reveal(id, { name: 'ann', source: 'cli', correlationId: 'x' })).toEqual([]);
      await gateway.members(team, 'add', [await user('ola')]);
      await comeBack(id);
      await quiet();
      const after = gateway.target.byName('nora')!;
      expect(after.anchor).not.toBe(before.anchor);
      expect(after.password).not.toBe(before.password);
      expect(gateway.target.byName('team')!.members).toContain(after.anchor);
      expect(gateway.target.byName('team')!.members.size).toBe(3);
      await gateway.until(() => gateway.target.byName('rob')!.attributes.manager === after.anchor);
    });

    it('as a group is deleted, and comes back with its members', async () => {
      await start('delete');
      const team = await gateway.group('team', [await user('nora'), await user('ola')]);
      await quiet();
      await gateway.change('Group', team, { displayName: 'outside' });
      expect(gateway.target.byName('team')).toBeUndefined();
      await gateway.change('Group', team, { displayName: 'team' });
      await gateway.until(() => gateway.target.byName('team')?.members.size === 2);
    });

    it('as a group keeps its account and its members as they are, and has them brought up to date on the return', async () => {
      await start('disable');
      const [nora, ola] = [await user('nora'), await user('ola')];
      const team = await gateway.group('team', [nora]);
      await quiet();
      const { anchor } = gateway.target.byName('nora')!;
      await gateway.change('Group', team, { displayName: 'outside' });
      await gateway.members(team, 'replace', [ola]);
      await quiet();
      expect(gateway.target.byName('team')!.members).toEqual(new Set([anchor]));
      await gateway.change('Group', team, { displayName: 'team' });
      await quiet();
      expect(gateway.target.byName('team')!.members).toEqual(new Set([gateway.target.byName('ola')!.anchor]));
    });

    it('as a group with members that never was in scope is answered at once, and not looked at over and over', async () => {
      await start('disable');
      const { leases } = gateway.opened.delivery;
      const claim = leases.claim.bind(leases);
      let claimed = 0;
      leases.claim = async (...asked) => {
        const links = await claim(...asked);
        claimed += links.length;
        return links;
      };
      const began = performance.now();
      const group = await gateway.group('outside', [await user('nora')]);
      await gateway.members(group, 'add', [await user('ola')]);
      expect(performance.now() - began).toBeLessThan(4000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(claimed).toBeLessThan(5);
      await gateway.change('Group', group, { displayName: 'team' });
      await gateway.until(() => gateway.target.byName('team')?.members.size === 2);
    });

    it('is gone for good, whether or not the deletion was answered', async () => {
      await start('delete');
      const id = await user('nora');
      gateway.target.after = lost;
      await leave(id);
      gateway.target.after = () => undefined;
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.writes).toEqual(['create nora', 'delete nora']);
      expect((await gateway.link(id))!.anchor).toBeUndefined();
    });

    it('and comes back before the answer to the deletion gets a new account', async () => {
      await start('delete', { answerWithinMs: 300 });
      const id = await user('nora');
      const { anchor } = gateway.target.byName('nora')!;
      let back: Promise<unknown> | undefined;
      gateway.target.after = async ({ action }) => {
        if (action !== 'delete') return;
        back ??= comeBack(id);
        await gateway.until(async () => (await title(id)) === 'Clerk');
        lost();
      };
      await leave(id);
      await back;
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.byName('nora')!.anchor).not.toBe(anchor);
      expect(gateway.target.writes).toEqual(['create nora', 'delete nora', 'create nora']);
    });

    it('before the answer to the create has the account disabled that was made', async () => {
      await start('disable', { answerWithinMs: 200 });
      let answers = false;
      gateway.target.before = () => {
        if (gateway.target.accounts.size > 0 && !answers)
          throw new ConnectorError({ kind: 'unavailable', detail: 'down' });
      };
      gateway.target.after = () => {
        if (!answers) lost();
      };
      const id = await user('nora');
      await gateway.until(() => gateway.target.byName('nora')?.enabled);
      await leave(id);
      answers = true;
      await gateway.until(() => gateway.target.byName('nora')!.enabled === false);
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
    });

    it('by a change that the deciding target refuses keeps the account of another', async () => {
      const other = new RecordingTarget();
      await start('disable', {}, [{ name: 'other', connector: other, definitions: definitions('delete') }]);
      const id = await user('nora');
      await gateway.until(() => other.byName('nora') !== undefined);
      gateway.target.before = async ({ action }) => {
        if (action !== 'disable') return;
        await new Promise((resolve) => setTimeout(resolve, 500));
        throw new ConnectorError({ kind: 'rejected', detail: 'not now' });
      };
      const { leases } = gateway.opened.delivery;
      const claim = leases.claim.bind(leases);
      let leaving: Promise<unknown> | undefined;
      leases.claim = async (...asked) => {
        const claimed = await claim(...asked);
        if (asked[0] === 'other' && claimed.length > 0 && !leaving) {
          leaving = leave(id).catch((error: unknown) => error);
          await gateway.until(async () => (await title(id)) === 'outside');
        }
        return claimed;
      };
      await gateway.change('User', id, { title: 'Lead' });
      await gateway.until(() => other.byName('nora')?.attributes.title === 'Lead');
      expect(await leaving).toMatchObject({ code: 'refusedByTarget' });
      expect(other.writes).toEqual(['create nora', 'update nora']);
    });
  });
});
