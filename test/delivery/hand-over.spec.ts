import { ConnectorError } from '../../src/connectors/connector.js';
import { sqlOf } from '../../src/store/sql/sql.js';
import { onEveryEngine } from '../store/stores.js';
import { caller, objectDefinition, TestGateway, type TestTarget } from './gateway.js';

const refused = () => new ConnectorError({ kind: 'rejected', detail: 'the title is too long' });

/** A name passes from one account to another, while one of the two cannot be delivered yet. */
describe('A name that passes to somebody else', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async (target?: TestTarget) =>
      (gateway = await new TestGateway(
        await open(),
        { answerWithinMs: 100, ...target },
        { retry: { firstMs: 20, longestMs: 100, attempts: 10_000 } },
      ).start());
    /** Nothing is carried out, and everybody goes on trying: a target that does not answer would be left alone for a while. */
    const down = () => {
      gateway.target.before = () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'it fails', outcomeKnown: false });
      };
    };
    const up = () => {
      gateway.target.before = () => undefined;
    };
    const state = async (id: string) => (await gateway.link(id))?.state;
    const applied = async (id: string) => {
      await gateway.until(async () => (await state(id)) === 'applied');
      return id;
    };
    const user = async (name: string, attributes = {}) => applied(await gateway.user(name, attributes));
    const group = async (name: string, members: string[]) => applied(await gateway.group(name, members));
    const run = (text: string, parameters: string[]) =>
      gateway.opened.store.unitOfWork.run((tx) => sqlOf(tx).run(text, parameters));
    afterEach(async () => {
      await gateway?.close();
      expect(gateway?.errors ?? []).toEqual([]);
    });

    it('waits for the account of a leaver that is still to be deleted', async () => {
      await start();
      const [anna, bert] = [await user('anna'), await user('bert')];
      const { anchor } = (await gateway.link(bert))!;
      down();
      await gateway.remove('User', anna);
      await gateway.change('User', bert, { userName: 'anna' });
      await gateway.until(async () => (await gateway.link(bert))!.error?.waitsFor !== undefined);
      up();
      await gateway.until(() => gateway.target.byName('anna')?.anchor === anchor);
      expect(gateway.target.accounts.size).toBe(1);
      expect(await state(anna)).toBeUndefined();
    });

    it('is parked for a holder that is parked, and delivered as soon as the holder gives it up', async () => {
      await start();
      const [anna, bert] = [await user('anna'), await user('bert')];
      down();
      await gateway.change('User', anna, { userName: 'annette', title: 'bad' });
      await gateway.change('User', bert, { userName: 'anna' });
      gateway.target.before = ({ steps }) => {
        if (JSON.stringify(steps).includes('"bad"')) throw refused();
      };
      await gateway.until(async () => (await state(anna)) === 'parked' && (await state(bert)) === 'parked');
      expect((await gateway.link(bert))!.error).toMatchObject({
        kind: 'conflict',
        waitsFor: (await gateway.link(anna))!.id,
        detail: expect.stringContaining('"annette"') as string,
      });
      up();
      await gateway.change('User', anna, { title: 'good' });
      await gateway.until(async () => (await state(bert)) === 'applied');
      expect(gateway.target.byName('anna')?.anchor).toBe((await gateway.link(bert))!.anchor);
      expect(gateway.target.byName('annette')?.anchor).toBe((await gateway.link(anna))!.anchor);
    });

    it('is exchanged with a name whose owner was parked for the other', async () => {
      await start();
      const [anna, bert] = [await user('anna'), await user('bert')];
      down();
      await gateway.change('User', anna, { userName: 'somebody', title: 'bad' });
      await gateway.change('User', bert, { userName: 'anna' });
      await gateway.change('User', anna, { userName: 'bert' });
      gateway.target.before = ({ steps }) => {
        if (JSON.stringify(steps).includes('"bad"')) throw refused();
      };
      await gateway.until(async () => (await state(anna)) === 'parked');
      up();
      await gateway.change('User', anna, { title: 'good' });
      await gateway.until(async () => (await state(anna)) === 'applied' && (await state(bert)) === 'applied');
      expect(gateway.target.byName('bert')?.anchor).toBe((await gateway.link(anna))!.anchor);
      expect(gateway.target.byName('anna')?.anchor).toBe((await gateway.link(bert))!.anchor);
    });

    it('is exchanged by way of one temporary name, however long the other takes', async () => {
      await start();
      const [anna, bert] = [await user('anna'), await user('bert')];
      const [anchorA, anchorB] = [(await gateway.link(anna))!.anchor, (await gateway.link(bert))!.anchor];
      down();
      await gateway.change('User', anna, { userName: 'somebody' });
      await gateway.change('User', bert, { userName: 'anna' });
      await gateway.change('User', anna, { userName: 'bert' });
      let slow = 0;
      gateway.target.before = (plan) => {
        const temporary = gateway.target.writes.some((write) => write.startsWith('update tmp-'));
        const same = plan.anchor === (gateway.target.byName('anna') ? anchorB : anchorA);
        if (!temporary || same || slow++ > 5) return;
        throw new ConnectorError({ kind: 'rejected', detail: 'it fails', outcomeKnown: false });
      };
      await gateway.until(() => gateway.target.byName('bert')?.anchor === anchorA);
      expect(gateway.target.byName('anna')?.anchor).toBe(anchorB);
      expect(slow).toBeGreaterThan(5);
      expect(gateway.target.writes.filter((write) => write.startsWith('update tmp-'))).toHaveLength(1);
    });

    it('comes with one account, when its names were those of two leavers', async () => {
      await start({
        objects: {
          User: objectDefinition('User', {
            mapping: [
              { target: 'name', source: 'userName', unique: true },
              { target: 'short', source: 'nickName', unique: true },
            ],
          }),
        },
      });
      const leavers = [await user('anna', { nickName: 'an' }), await user('bert', { nickName: 'be' })];
      down();
      for (const leaver of leavers) await gateway.remove('User', leaver);
      const newcomer = await gateway.user('anna', { nickName: 'be' });
      await gateway.until(async () => (await gateway.link(newcomer))!.attempts > 0);
      up();
      await gateway.until(async () => (await state(newcomer)) === 'applied');
      await gateway.until(() => gateway.target.accounts.size === 1);
      expect(gateway.target.byName('anna')?.anchor).toBe((await gateway.link(newcomer))!.anchor);
    });

    it('comes with the account of the leaver, which is deleted when the newcomer leaves before anything was written', async () => {
      await start();
      const first = await user('anna');
      down();
      await gateway.remove('User', first);
      const second = await gateway.user('anna');
      await gateway.until(async () => (await gateway.link(second))!.anchor !== undefined);
      expect((await gateway.link(second))!.formerOwners).toEqual([first]);
      await gateway.remove('User', second);
      const third = await gateway.user('anna');
      await gateway.until(async () => (await gateway.link(third))?.anchor !== undefined);
      await gateway.remove('User', third);
      up();
      await gateway.until(async () => (await gateway.link(third)) === undefined);
      expect(gateway.target.accounts.size).toBe(0);
    });

    it('waits until the account of a leaver is found whose create was not answered', async () => {
      await start();
      const leaver = await user('anna');
      await run('UPDATE link SET anchor = NULL WHERE resource_id = ?', [leaver]);
      down();
      await gateway.remove('User', leaver);
      const newcomer = await gateway.user('anna');
      await gateway.until(async () => (await gateway.link(newcomer))!.error?.waitsFor !== undefined);
      up();
      await applied(newcomer);
      const stamps = [...gateway.target.accounts.values()].map(({ stamp }) => stamp);
      expect(stamps).toEqual([`${gateway.opened.facts.storeId}:${newcomer}`]);
    });

    it('comes with a new account when the account of the leaver is gone already', async () => {
      await start();
      const leaver = await user('anna');
      const { anchor } = (await gateway.link(leaver))!;
      gateway.target.after = ({ action }) => {
        if (action !== 'delete') return;
        down();
        throw new ConnectorError({ kind: 'rejected', detail: 'the answer was lost', outcomeKnown: false });
      };
      await gateway.remove('User', leaver);
      await gateway.until(() => gateway.target.accounts.size === 0);
      // The account is gone, and the gateway does not know it: the removal that would tell is held up.
      const plan = gateway.target.plan.bind(gateway.target);
      gateway.target.plan = (subject, account) => {
        if (account && 'removal' in subject.desired)
          throw new ConnectorError({ kind: 'rejected', detail: 'it fails', outcomeKnown: false });
        return plan(subject, account);
      };
      const newcomer = await gateway.user('anna');
      up();
      await applied(newcomer);
      expect(gateway.target.byName('anna')!.anchor).not.toBe(anchor);
      expect((await gateway.link(newcomer))!.formerOwners).toEqual([]);
    });

    it('comes with a new account for a group that is to be deleted, without its members', async () => {
      await start();
      const [anna, bert] = [await user('anna'), await user('bert')];
      const former = await group('staff', [anna]);
      const { anchor } = (await gateway.link(former))!;
      down();
      await gateway.remove('Group', former);
      const staff = await gateway.group('staff', [bert]);
      up();
      const bertAnchor = (await gateway.link(bert))!.anchor!;
      await gateway.until(() => gateway.target.byName('staff')?.members.has(bertAnchor));
      expect(gateway.target.byName('staff')?.anchor).not.toBe(anchor);
      expect(gateway.target.byName('staff')?.members).toEqual(new Set([bertAnchor]));
      await gateway.until(async () => (await gateway.opened.delivery.edges.countOpen('recording')).due === 0);
      await applied(staff);
    });

    it('comes with the account of somebody who has left, and with a password that only the newcomer knows', async () => {
      await start({ objects: { User: { onDelete: 'disable' } } });
      const leaver = await user('nora');
      const { anchor, password: former } = gateway.target.byName('nora')!;
      await gateway.remove('User', leaver);
      await gateway.until(async () => (await state(leaver)) === 'retained');
      const id = await user('nora');
      const { enabled, password } = gateway.target.byName('nora')!;
      expect([enabled, (await gateway.link(id))!.anchor]).toEqual([true, anchor]);
      expect(password).not.toBe(former);
      expect(await gateway.reveal.reveal(id, caller)).toMatchObject([{ password }]);
      await gateway.change('User', id, { title: 'Pilot' });
      expect(gateway.target.byName('nora')!.password).toBe(password);
    });

    it('comes with the password that the client sent for the newcomer', async () => {
      await start({ objects: { User: { onDelete: 'disable' } } });
      const leaver = await user('nora');
      await gateway.remove('User', leaver);
      await gateway.until(async () => (await state(leaver)) === 'retained');
      await applied(await gateway.user('nora', {}, { password: 'Given-1' }));
      expect(gateway.target.byName('nora')!.password).toBe('Given-1');
    });

    it('keeps the password of an account that nothing was done to yet', async () => {
      await start({ objects: { User: { onDelete: 'disable' } } });
      const leaver = await user('nora');
      const former = gateway.target.byName('nora')!.password;
      down();
      await gateway.remove('User', leaver);
      const id = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(id))!.anchor !== undefined);
      up();
      await applied(id);
      expect(gateway.target.byName('nora')!.password).toBe(former);
    });

    it('comes with the retained account of a group, which gets exactly the new members', async () => {
      await start({ objects: { Group: { onDelete: 'retain' } } });
      const [anna, bert] = [await user('anna'), await user('bert')];
      const former = await group('staff', [anna]);
      const { anchor } = (await gateway.link(former))!;
      await gateway.remove('Group', former);
      await gateway.until(async () => (await state(former)) === 'retained');
      expect(await gateway.opened.delivery.edges.countOpen('recording')).toEqual({ due: 0, parked: 0 });
      const staff = await gateway.group('staff', [bert]);
      const members = new Set([(await gateway.link(bert))!.anchor!]);
      await gateway.until(
        () => JSON.stringify([...gateway.target.byName('staff')!.members]) === JSON.stringify([...members]),
      );
      expect((await gateway.link(staff))!.anchor).toBe(anchor);
    });
  });
});
