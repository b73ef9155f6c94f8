import { ConnectorError } from '../../src/connectors/connector.js';
import { Previewing } from '../../src/delivery/preview.js';
import { EMPLOYMENT_SCHEMA } from '../../src/schema/builtin/employment.schema.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { caller, noView, objectDefinition, TestGateway, type TestTarget } from './gateway.js';
import { RecordingTarget } from './recording-target.js';
import { WallClock, withClock } from './wall-clock.js';

const day = 86_400_000;
const dates = (part: Record<string, string> | undefined) => ({ [EMPLOYMENT_SCHEMA]: part });
const joiner = dates({ startDate: '2027-01-04' });

describe('Joiners, movers and leavers', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let clock: WallClock;
    let target: RecordingTarget;
    let gateway: TestGateway | undefined;

    const start = async (
      timeZone = 'Europe/Berlin',
      more: TestTarget = {},
      rest: ConstructorParameters<typeof TestGateway>[4] = {},
    ) => {
      const settings = { timeZone, passPageSize: 20 };
      gateway = new TestGateway(withClock(opened, clock), more, settings, target, rest);
      await gateway.start();
      await gateway.delivery.passes.run();
      return gateway;
    };
    const stop = async () => {
      const stopped = gateway;
      gateway = undefined;
      await stopped?.close();
      expect(stopped?.errors ?? []).toEqual([]);
      expect(stopped?.warnings ?? []).toEqual([]);
    };
    const settled = () =>
      gateway!.until(async () => {
        const { due = 0 } = await opened.delivery.links.countByState('recording');
        return due === 0 && (await opened.delivery.edges.countOpen('recording')).due === 0;
      });
    /** Sets the clock and lets the scheduler look; how many resources changed. A look under way has read the old time. */
    const lookAt = async (at: string) => {
      const { scheduler } = gateway!.delivery;
      await scheduler.run();
      clock.set(at);
      return scheduler.run();
    };
    const itIs = async (at: string) => {
      const changed = await lookAt(at);
      await settled();
      return changed;
    };
    const enabled = (name: string) => target.byName(name)?.enabled;
    const row = (id: string) => opened.store.unitOfWork.run((tx) => opened.delivery.employment.lock(tx, id));

    beforeEach(async () => {
      opened = await open();
      target = new RecordingTarget();
      clock = new WallClock(opened.delivery.clock, '2026-12-20T12:00:00Z');
    });
    afterEach(stop);

    it('ends the account also in a target that was switched off on that day', async () => {
      const other = new RecordingTarget();
      const app = { name: 'app', connector: other };
      await start(undefined, {}, { others: [app] });
      await gateway!.user('nora', dates({ endDate: '2027-01-04' }));
      await gateway!.until(() => other.byName('nora')?.enabled === true);
      await stop();
      await start(undefined, {}, { off: [app] });
      await itIs('2027-01-05T12:00:00Z');
      expect([enabled('nora'), other.byName('nora')!.enabled]).toEqual([false, true]);
      await stop();
      await start(undefined, {}, { others: [app] });
      await gateway!.until(() => other.byName('nora')?.enabled === false);
    });

    it('creates the account of a joiner disabled, and enables it on the first day', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      expect(enabled('nora')).toBe(false);
      expect(await itIs('2027-01-03T22:59:59Z')).toBe(0);
      expect(enabled('nora')).toBe(false);
      expect(await itIs('2027-01-03T23:00:00Z')).toBe(1);
      expect(enabled('nora')).toBe(true);
      expect(await itIs('2030-01-01T00:00:00Z')).toBe(0);
      const [last] = await opened.delivery.logs.list({ resourceId: id, limit: 1 });
      expect(last).toMatchObject({ caller: 'the calendar', source: 'calendar', outcome: 'success' });
    });

    it('says in the provisioning log and in the plan why an account is disabled', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      const [created] = await opened.delivery.logs.list({ resourceId: id, limit: 1 });
      const reason = 'employment begins 2027-01-04 in Europe/Berlin';
      expect(created!.steps).toContainEqual(
        expect.objectContaining({ name: 'scope', detail: `in scope; ${reason}` }),
      );
      const { resource } = await gateway!.identity.get('User', id, caller, noView);
      const previews = await new Previewing(gateway!.delivery.parts).preview(
        resource,
        new AbortController().signal,
      );
      expect(previews).toMatchObject([
        { action: 'none', employment: { employed: false, reason, nextChangeAt: '2027-01-03T23:00:00.000Z' } },
      ]);
    });

    it('disables the account of a leaver after the last day, whatever clients say', async () => {
      await start();
      const id = await gateway!.user('nora', { active: true, ...dates({ endDate: '2026-12-31' }) });
      expect(enabled('nora')).toBe(true);
      await itIs('2026-12-31T22:59:59Z');
      expect(enabled('nora')).toBe(true);
      await itIs('2026-12-31T23:00:00Z');
      expect(enabled('nora')).toBe(false);
      const { resource } = await gateway!.identity.get('User', id, caller, noView);
      expect(resource.attributes.active).toBe(true);
    });

    it('never enables whom a client has deactivated', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      await gateway!.change('User', id, { active: false });
      await itIs('2027-01-04T12:00:00Z');
      expect(enabled('nora')).toBe(false);
      await gateway!.change('User', id, { active: true });
      await settled();
      expect(enabled('nora')).toBe(true);
    });

    it('follows a first day that is moved, and forgets a hire that is rescinded', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      await gateway!.change('User', id, dates({ startDate: '2027-02-01' }));
      await itIs('2027-01-20T12:00:00Z');
      expect(enabled('nora')).toBe(false);
      await gateway!.change('User', id, { active: false, ...dates(undefined) });
      expect(await row(id)).toBeUndefined();
      expect(await itIs('2027-02-10T12:00:00Z')).toBe(0);
      expect(enabled('nora')).toBe(false);
    });

    it('gives somebody who comes back the same account', async () => {
      await start();
      const id = await gateway!.user('nora', dates({ startDate: '2020-01-01', endDate: '2026-12-31' }));
      const { anchor } = (await gateway!.link(id))!;
      await itIs('2027-01-01T12:00:00Z');
      expect(enabled('nora')).toBe(false);
      await gateway!.change('User', id, dates({ startDate: '2027-03-01' }));
      await settled();
      expect(enabled('nora')).toBe(false);
      await itIs('2027-03-01T12:00:00Z');
      expect(enabled('nora')).toBe(true);
      expect((await gateway!.link(id))!.anchor).toBe(anchor);
      expect(target.writes.filter((write) => write === 'create nora')).toHaveLength(1);
    });

    it('disables an account for a long leave, and enables it afterwards', async () => {
      await start();
      await gateway!.user('nora', dates({ leaveFrom: '2027-01-01', leaveUntil: '2027-06-30' }));
      await itIs('2027-01-01T12:00:00Z');
      expect(enabled('nora')).toBe(false);
      await itIs('2027-06-30T21:59:59Z');
      expect(enabled('nora')).toBe(false);
      await itIs('2027-06-30T22:00:00Z');
      expect(enabled('nora')).toBe(true);
    });

    it('does after a restart what came due meanwhile', async () => {
      await start();
      await gateway!.user('nora', joiner);
      await gateway!.user('bert', dates({ endDate: '2026-12-31' }));
      await stop();
      clock.set('2027-01-10T12:00:00Z');
      await start();
      await gateway!.until(() => enabled('nora') === true && enabled('bert') === false);
    });

    it('takes back what a clock that was wrong made it do, and does it again on the day', async () => {
      await start();
      await gateway!.user('nora', joiner);
      await gateway!.user('bert', dates({ startDate: '2020-01-01', endDate: '2026-12-31' }));
      expect(await itIs('2027-06-01T12:00:00Z')).toBe(2);
      expect([enabled('nora'), enabled('bert')]).toEqual([true, false]);
      expect(await itIs('2026-12-20T12:00:00Z')).toBe(2);
      expect([enabled('nora'), enabled('bert')]).toEqual([false, true]);
      expect(await itIs('2026-12-20T12:00:01Z')).toBe(0);
      expect(await itIs('2027-01-04T12:00:00Z')).toBe(2);
      expect([enabled('nora'), enabled('bert')]).toEqual([true, false]);
    });

    it('loses no day to a clock that goes back between the waking and the delivery', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      await opened.delivery.targetStore.pause('recording', { reason: 'administrator', detail: '', at: 1 });
      await gateway!.delivery.parts.targets.get('recording')!.refresh();
      await lookAt('2027-01-04T12:00:00Z');
      clock.set('2027-01-03T12:00:00Z');
      await opened.delivery.targetStore.resume('recording');
      await gateway!.delivery.parts.targets.get('recording')!.refresh();
      gateway!.delivery.dispatcher.wake();
      await settled();
      expect(enabled('nora')).toBe(false);
      expect(await itIs('2027-01-04T12:00:01Z')).toBe(1);
      expect(await row(id)).toMatchObject({ since: Date.parse('2027-01-03T23:00:00Z') });
      expect(enabled('nora')).toBe(true);
    });

    it('wakes many in pages, one replica at a time', async () => {
      await start('Europe/Berlin', { answer: 'stored' });
      const all = Array.from({ length: 50 }, (_, n) => `user${n}`);
      await Promise.all(all.map((name) => gateway!.user(name, joiner)));
      await settled();
      const other = new TestGateway(
        withClock(opened, clock),
        { answer: 'stored' },
        { passPageSize: 20 },
        target,
      );
      const { scheduler } = gateway!.delivery;
      await scheduler.run();
      clock.set('2027-01-04T12:00:00Z');
      const [here = 0, there = 0] = await Promise.all([scheduler.run(), other.delivery.scheduler.run()]);
      expect(here + there).toBe(50);
      await settled();
      expect(all.map(enabled)).toEqual(all.map(() => true));
      expect(target.writes.filter((write) => write.startsWith('update'))).toHaveLength(50);
    });

    it('begins and ends days elsewhere when the employer does', async () => {
      await start('Europe/Berlin');
      await gateway!.user('nora', joiner);
      await gateway!.user('aiko', dates({ startDate: '2027-01-04', timeZone: 'Asia/Tokyo' }));
      await itIs('2027-01-03T22:00:00Z');
      expect([enabled('nora'), enabled('aiko')]).toEqual([false, true]);
      await stop();
      await start('Asia/Tokyo');
      await settled();
      expect([enabled('nora'), enabled('aiko')]).toEqual([true, true]);
      await stop();
      await start('America/New_York');
      await settled();
      expect([enabled('nora'), enabled('aiko')]).toEqual([false, true]);
      expect(await itIs('2027-01-04T05:00:00Z')).toBe(1);
      expect(enabled('nora')).toBe(true);
    });

    it('moves people into and out of rule groups', async () => {
      const staff = { displayName: 'Staff', rule: [[{ attribute: 'accountEnabled', operator: 'IS TRUE' }]] };
      await start('Europe/Berlin', {}, { ruleGroups: [staff] });
      await gateway!.user('nora', { active: true, ...joiner });
      await gateway!.user('bert', { active: true, ...dates({ endDate: '2026-12-31' }) });
      await settled();
      const members = () => target.byName('Staff')!.members;
      const anchor = (name: string) => target.byName(name)!.anchor;
      expect([...members()]).toEqual([anchor('bert')]);
      await itIs('2027-01-04T12:00:00Z');
      expect([...members()]).toEqual([anchor('nora')]);
    });

    it('lets scoping filters and expressions see what the day makes of `active`, and what clients say', async () => {
      const User = objectDefinition('User', {
        scope: [[{ attribute: 'active', operator: 'IS TRUE' }]],
        mapping: [
          { target: 'name', source: 'userName', unique: true },
          { target: 'said', source: 'clientActive' },
          { target: 'begins', source: `${EMPLOYMENT_SCHEMA}:startDate` },
        ],
      });
      await start('Europe/Berlin', { objects: { User } });
      await gateway!.user('nora', { active: true, ...joiner });
      expect(target.byName('nora')).toBeUndefined();
      await itIs('2027-01-04T12:00:00Z');
      expect(target.byName('nora')!.attributes).toMatchObject({ said: 'true', begins: '2027-01-04' });
    });

    it('restores the day with the change that the target refused', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      const before = await row(id);
      target.before = () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'the title is not liked' });
      };
      await expect(
        gateway!.change('User', id, { title: 'x', ...dates({ startDate: '2020-01-01' }) }),
      ).rejects.toMatchObject({ code: 'refusedByTarget' });
      target.before = () => undefined;
      expect(gateway!.warnings.splice(0)).toMatchObject([{ detail: 'the title is not liked' }]);
      expect(await row(id)).toEqual(before);
      await settled();
      await itIs('2027-01-04T12:00:00Z');
      expect(enabled('nora')).toBe(true);
    });

    it('keeps nothing of a resource that is deleted, and nothing of one without dates', async () => {
      await start();
      const id = await gateway!.user('nora', joiner);
      await gateway!.remove('User', id);
      expect(await opened.delivery.employment.count()).toBe(0);
      await stop();
      gateway = new TestGateway(withClock(opened, clock), {}, {}, target);
      const looks = clock.looks;
      const plain = gateway.user('bert');
      gateway.delivery.dispatcher.start();
      await plain;
      expect(clock.looks).toBe(looks);
      expect(await opened.delivery.employment.count()).toBe(0);
    });

    it('lets the initial password be revealed until some time after the first day', async () => {
      const now = await opened.delivery.clock.now();
      const inDays = (days: number) => new Date(now + days * day).toISOString();
      clock.set(inDays(0));
      await start();
      const id = await gateway!.user('nora', dates({ startDate: inDays(60) }));
      const initial = async () => (await opened.delivery.sealed.ofLink((await gateway!.link(id))!.id))[0]!;
      const lives = gateway!.delivery.parts.settings.initialPasswordMs;
      expect(await initial()).toMatchObject({ delivered: true, expiresAt: Date.parse(inDays(60)) + lives });
      await gateway!.change('User', id, dates({ startDate: inDays(90) }));
      expect((await initial()).expiresAt).toBe(Date.parse(inDays(90)) + lives);
      await itIs(inDays(91));
      const { password, enabled: works } = target.byName('nora')!;
      expect(works).toBe(true);
      const by = { name: 'admin', source: 'test', correlationId: 'c' };
      expect(await gateway!.reveal.reveal(id, by)).toMatchObject([{ password }]);
    });

    it('refuses dates that make no sense, whoever writes them', async () => {
      await start();
      const refused = { code: 'invalidValue', extra: { attribute: `${EMPLOYMENT_SCHEMA}:endDate` } };
      const wrong = dates({ startDate: '2027-01-04', endDate: '2027-01-03' });
      await expect(gateway!.user('nora', wrong)).rejects.toMatchObject(refused);
      const id = await gateway!.user('nora', joiner);
      await expect(gateway!.change('User', id, wrong)).rejects.toMatchObject(refused);
    });
  });
});
