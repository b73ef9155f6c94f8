import { ConnectorError, type Applied, type Plan } from '../../src/connectors/connector.js';
import { deliveryDefaults } from '../../src/delivery/target-definition.js';
import { sqlOf } from '../../src/store/sql/sql.js';
import { onEveryEngine } from '../store/stores.js';
import { caller, noView, objectDefinition, TestGateway, type TestTarget } from './gateway.js';
import { recordingKind, RecordingTarget } from './recording-target.js';

const rejected = (detail = 'the title is too long') => new ConnectorError({ kind: 'rejected', detail });
const unavailable = () => new ConnectorError({ kind: 'unavailable', detail: 'nobody answers' });
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Rules of docs/delivery-rules.md that no other specification shows. */
describe('The rules of delivery', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async (target?: TestTarget, settings?: object) =>
      (gateway = await new TestGateway(await open(), target, settings).start());
    const run = (text: string, parameters: (string | number)[] = []) =>
      gateway.opened.store.unitOfWork.run((tx) => sqlOf(tx).run(text, parameters));
    const title = async (id: string) =>
      (await gateway.identity.get('User', id, caller, noView)).resource.attributes.title;
    const setPassword = (id: string, password: string) =>
      gateway.identity.edit(
        'User',
        id,
        { apply: ({ attributes }) => ({ attributes, secrets: { password } }), members: [] },
        {},
        caller,
        noView,
      );
    afterEach(async () => {
      await gateway?.close();
      expect(gateway?.errors ?? []).toEqual([]);
    });

    it('keep what was answered at the deadline, and park a refusal that comes later (1)', async () => {
      await start({ answerWithinMs: 150 });
      gateway.target.before = async () => {
        await after(400);
        throw rejected();
      };
      const id = await gateway.user('nora', { title: 'Clerk' });
      await gateway.until(async () => (await gateway.link(id))!.state === 'parked');
      expect(await title(id)).toBe('Clerk');
    });

    it('undo nothing that is kept at its deadline at the same time (1)', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Queen' });
      const { parts, settlement } = gateway.delivery;
      const undo = parts.undo.undo.bind(parts.undo);
      let kept: Promise<boolean> | undefined;
      parts.undo.undo = async (tx, undoing) => {
        kept = settlement.keepOverdue(undoing.changeId);
        await after(200);
        return undo(tx, undoing);
      };
      gateway.target.before = () => {
        throw rejected();
      };
      await expect(gateway.change('User', id, { title: 'King' })).rejects.toMatchObject({
        code: 'refusedByTarget',
      });
      expect(await kept).toBe(false);
      expect(await title(id)).toBe('Queen');
    });

    it('give time that was spent waiting for an earlier change only once (2)', async () => {
      await start({ answerWithinMs: 1500 });
      const id = await gateway.user('nora');
      const durations = [1000, 4000];
      gateway.target.before = () => after(durations.shift() ?? 0).then(() => undefined);
      const began = performance.now();
      const first = gateway.change('User', id, { title: 'Clerk' });
      await gateway.until(() => durations.length === 1);
      await gateway.change('User', id, { title: 'Queen' });
      expect(performance.now() - began).toBeLessThan(2200);
      await first;
      expect(await title(id)).toBe('Queen');
    });

    it('undo nothing whose outcome is unknown, and nothing under a later change (3)', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      gateway.target.before = () => {
        gateway.target.before = () => undefined;
        throw new ConnectorError({ kind: 'rejected', detail: 'half of it', outcomeKnown: false });
      };
      await gateway.change('User', id, { title: 'Queen' });
      await gateway.until(() => gateway.target.byName('nora')!.attributes.title === 'Queen');
      expect(await title(id)).toBe('Queen');
    });

    it('bring to another target only what was decided, and nothing of what was undone (4)', async () => {
      const other = new RecordingTarget();
      gateway = await new TestGateway(await open(), {}, {}, undefined, {
        others: [{ name: 'other', connector: other }],
      }).start();
      let seen: string[] | undefined;
      let refuses = false;
      gateway.target.before = async () => {
        await after(300);
        seen = [...other.writes];
        if (refuses) throw rejected();
      };
      const id = await gateway.user('nora', { title: 'Clerk' });
      expect(seen).toEqual([]);
      await gateway.until(() => other.byName('nora') !== undefined);
      refuses = true;
      await expect(gateway.user('ola')).rejects.toMatchObject({ code: 'refusedByTarget' });
      await expect(gateway.change('User', id, { title: 'Queen' })).rejects.toMatchObject({
        code: 'refusedByTarget',
      });
      await expect(setPassword(id, 'Refused-1')).rejects.toMatchObject({ code: 'refusedByTarget' });
      refuses = false;
      const { links } = gateway.opened.delivery;
      await gateway.until(
        async () => (await links.list({ target: 'other', state: 'due', limit: 10 })).length === 0,
      );
      expect(other.writes).toEqual(['create nora']);
      expect(await links.list({ target: 'other', limit: 10 })).toHaveLength(1);
      const waiting = "SELECT target FROM sealed WHERE purpose = 'set'";
      expect(await gateway.opened.store.reader.all(waiting)).toEqual([]);
    });

    it('write nothing to another target that was read while its decision was pending (4)', async () => {
      const other = new RecordingTarget();
      gateway = await new TestGateway(await open(), {}, {}, undefined, {
        others: [{ name: 'other', connector: other }],
      }).start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      await gateway.until(() => other.byName('nora') !== undefined);
      const titles: string[] = [];
      other.after = () => void titles.push(other.byName('nora')!.attributes.title!);
      gateway.target.before = async (plan) => {
        if (!JSON.stringify(plan.steps).includes('"Queen"')) return;
        await after(500);
        throw rejected();
      };
      const { leases } = gateway.opened.delivery;
      const claim = leases.claim.bind(leases);
      let changing: Promise<unknown> | undefined;
      leases.claim = async (...asked) => {
        const claimed = await claim(...asked);
        if (asked[0] === 'other' && claimed.length > 0 && !changing) {
          changing = gateway.change('User', id, { title: 'Queen' }).catch((error: unknown) => error);
          await gateway.until(async () => (await title(id)) === 'Queen');
        }
        return claimed;
      };
      await gateway.change('User', id, { title: 'Lead' });
      await gateway.until(() => titles.length > 0);
      expect(await changing).toMatchObject({ code: 'refusedByTarget' });
      await gateway.until(
        async () =>
          (await gateway.opened.delivery.links.list({ target: 'other', state: 'due', limit: 10 })).length ===
          0,
      );
      expect(titles).toEqual(['Lead']);
    });

    it('answer DELETE at the commit, and park what the target refuses (5)', async () => {
      await start();
      const id = await gateway.user('nora');
      gateway.target.before = async () => {
        await after(600);
        throw rejected('it is protected');
      };
      const began = performance.now();
      await gateway.remove('User', id);
      expect(performance.now() - began).toBeLessThan(500);
      await gateway.until(async () => (await gateway.link(id))!.state === 'parked');
      expect(await gateway.link(id)).toMatchObject({
        anchor: gateway.target.byName('nora')!.anchor,
        label: 'nora',
        removal: { policy: 'delete' },
        error: { detail: 'it is protected' },
      });
    });

    it('refuse before anything is written where an unavailable target is to say so (6)', async () => {
      await start({ whenUnavailable: 'reject' });
      gateway.target.before = () => {
        throw unavailable();
      };
      const id = await gateway.user('nora', { title: 'Clerk' });
      const began = performance.now();
      await expect(gateway.change('User', id, { title: 'Queen' })).rejects.toMatchObject({
        code: 'targetUnavailable',
      });
      await expect(gateway.user('ola')).rejects.toMatchObject({ code: 'targetUnavailable' });
      expect(performance.now() - began).toBeLessThan(1000);
      expect(await title(id)).toBe('Clerk');
    });

    it('never undo what came in bulk (7)', async () => {
      await start();
      gateway.target.before = () => {
        throw rejected();
      };
      const bulk = { ...caller, mode: 'bulk' as const };
      const view = await gateway.identity.create('User', { attributes: { userName: 'nora' } }, bulk, noView);
      await gateway.until(async () => (await gateway.link(view.resource.id))!.state === 'parked');
    });

    it('look again when a reference gained its account while the attempt was under way (9)', async () => {
      await start({ answerWithinMs: 300 });
      let release = () => undefined as void;
      const released = new Promise<void>((resolve) => (release = resolve));
      let boss = '';
      gateway.target.before = async (plan) => {
        if (JSON.stringify(plan.steps).includes('"boss"')) return released;
        gateway.target.before = () => undefined;
        release();
        await gateway.until(async () => (await gateway.link(boss))!.anchor !== undefined);
      };
      boss = await gateway.user('boss');
      await gateway.user('nora', { [enterprise]: { manager: { value: boss } } });
      await gateway.until(
        () => gateway.target.byName('nora')?.attributes.manager === gateway.target.byName('boss')!.anchor,
      );
      expect(gateway.target.writes).toEqual(['create boss', 'create nora', 'update nora']);
    });

    it('decide by an attempt only what it has seen (1)', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      gateway.target.byName('nora')!.attributes.title = 'of somebody else';
      let began = false;
      gateway.target.before = async () => {
        gateway.target.before = () => undefined;
        began = true;
        await gateway.until(async () => (await title(id)) === 'Queen');
        throw rejected('of the state before');
      };
      await gateway.opened.delivery.links.retry({ resourceId: id });
      gateway.delivery.dispatcher.wake();
      await gateway.until(() => began);
      await gateway.change('User', id, { title: 'Queen' });
      expect(gateway.target.byName('nora')!.attributes.title).toBe('Queen');
      expect(await title(id)).toBe('Queen');
    });

    it('give an account to one link only, and delete none that was touched after it was looked at (10)', async () => {
      await start();
      const [id, other] = [await gateway.user('nora'), await gateway.user('ola')];
      const { anchor, id: linkId } = (await gateway.link(id))!;
      await expect(
        run('UPDATE link SET anchor = ? WHERE resource_id = ?', [anchor!, other]),
      ).rejects.toMatchObject({ kind: 'constraint' });
      const { plan } = gateway.target;
      const seen: string[] = [];
      gateway.target.plan = async (...looked: Parameters<typeof plan>) => {
        const planned = await plan.apply(gateway.target, looked);
        if (planned.action !== 'delete') return planned;
        seen.push(...gateway.target.writes.filter((write) => write.startsWith('delete')));
        if (seen.push('planned') === 1)
          await run('UPDATE link SET generation = generation + 1 WHERE id = ?', [linkId]);
        return planned;
      };
      await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.link(id)) === undefined);
      expect(seen).toEqual(['planned', 'planned']);
    });

    it('delete the account that somebody took over who is deleted between claim and delivery (10)', async () => {
      await start({ answerWithinMs: 100 }, { retry: { firstMs: 20, longestMs: 100, attempts: 10_000 } });
      const leaver = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(leaver))!.state === 'applied');
      gateway.target.before = () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'it fails', outcomeKnown: false });
      };
      await gateway.remove('User', leaver);
      const id = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(id))!.anchor !== undefined);
      const { resources } = gateway.opened;
      const load = resources.load.bind(resources);
      let deleted = false;
      resources.load = async (...asked) => {
        if (asked[0] === undefined && asked[2] === id && !deleted) {
          deleted = true;
          await gateway.remove('User', id);
        }
        return load(...asked);
      };
      await gateway.until(() => deleted);
      gateway.target.before = () => undefined;
      await gateway.until(async () => (await gateway.link(id)) === undefined);
      expect(gateway.target.writes).toEqual(['create nora', 'delete nora']);
    });

    it('look again for the account of a leaver whose create was not answered (10)', async () => {
      await start();
      gateway.target.before = ({ action }) => {
        if (action === 'create')
          throw new ConnectorError({ kind: 'unknown', detail: 'the controller hangs' });
      };
      const id = await gateway.user('nora');
      const { match } = gateway.target;
      let looked = 0;
      gateway.target.match = async (subject) => {
        const found = await match.call(gateway.target, subject);
        if ((await gateway.link(id))?.state === 'removing' && looked++ === 0)
          gateway.target.accounts.set('late', {
            anchor: 'late',
            stamp: subject.stamp,
            enabled: true,
            attributes: { name: 'nora' },
            members: new Set(),
          });
        return found;
      };
      await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.link(id)) === undefined);
      expect([looked, gateway.target.accounts.size]).toEqual([2, 0]);
    });

    it('take over no account where a create that was not answered may have made one (10)', async () => {
      await start({ answerWithinMs: 100 }, { retry: { firstMs: 20, longestMs: 100, attempts: 10_000 } });
      const { target } = gateway;
      const leaver = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(leaver))!.state === 'applied');
      target.before = ({ action }) => {
        if (action === 'delete') throw unavailable();
      };
      await gateway.remove('User', leaver);
      const { match } = target;
      target.after = () => {
        target.match = () => Promise.reject(unavailable());
        throw new ConnectorError({ kind: 'unknown', detail: 'the answer was lost' });
      };
      const id = await gateway.user('otto');
      await gateway.until(() => target.byName('otto') !== undefined);
      target.after = () => undefined;
      const { anchor } = target.byName('otto')!;
      await gateway.change('User', id, { userName: 'nora' });
      target.match = match;
      await gateway.until(
        async () => !!(await gateway.link(id))!.error?.detail.includes('still belongs to "nora"'),
      );
      target.before = () => undefined;
      await gateway.until(async () => (await gateway.link(leaver)) === undefined);
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect((await gateway.link(id))!.anchor).toBe(anchor);
      expect(target.writes).toEqual(['create nora', 'create otto', 'delete nora', 'update nora']);
    });

    it('remove what was parked in its removal when it is tried again (10)', async () => {
      await start();
      const id = await gateway.user('nora');
      gateway.target.before = () => {
        throw rejected('protected');
      };
      await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.link(id))!.state === 'parked');
      gateway.target.before = () => undefined;
      await gateway.opened.delivery.links.retry({ target: 'recording' });
      gateway.delivery.dispatcher.wake();
      await gateway.until(async () => (await gateway.link(id)) === undefined);
      expect(gateway.target.writes).toEqual(['create nora', 'delete nora']);
    });

    it('create nothing in the pass that finds an account missing (12)', async () => {
      await start({ objects: { User: { whenMissing: 'recreate' } } });
      const id = await gateway.user('nora');
      const { anchor, generation } = (await gateway.link(id))!;
      gateway.target.accounts.clear();
      const seen: (string | undefined)[] = [];
      gateway.target.before = async (plan: Plan) => {
        if (plan.action === 'create') seen.push((await gateway.link(id))!.anchor);
      };
      await gateway.change('User', id, { title: 'Clerk' });
      await gateway.until(
        async () => (await gateway.link(id))!.state === 'applied' && gateway.target.byName('nora'),
      );
      expect(seen).toEqual([undefined]);
      expect((await gateway.link(id))!.anchor).not.toBe(anchor);
      expect((await gateway.link(id))!.generation).toBeGreaterThan(generation);
    });

    it('park by default what is missing from the target (12)', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      gateway.target.accounts.clear();
      await expect(gateway.change('User', id, { title: 'Queen' })).rejects.toMatchObject({
        code: 'refusedByTarget',
      });
      await gateway.until(async () => (await gateway.link(id))!.state === 'parked');
      expect(gateway.target.writes).toEqual(['create nora']);
    });

    it('wait for the holder of a value that is due itself, and refuse for any other (15)', async () => {
      await start({ answerWithinMs: 500 });
      const [a, b] = [await gateway.user('anna'), await gateway.user('bert')];
      const holder = (await gateway.link(b))!;
      const conflict = () => {
        throw new ConnectorError({
          kind: 'conflict',
          detail: 'taken',
          attribute: 'mail',
          holder: holder.anchor!,
        });
      };
      gateway.target.before = (plan) => {
        if (plan.anchor !== holder.anchor) conflict();
      };
      await expect(gateway.change('User', a, { title: 'Queen' })).rejects.toMatchObject({
        code: 'notUnique',
      });
      await gateway.until(async () => (await gateway.link(a))!.state === 'applied');
      await run(
        "UPDATE link SET state = 'due', next_attempt_at = next_attempt_at + 100, lease_owner = 'another', lease_until = next_attempt_at + 60000 WHERE id = ?",
        [holder.id],
      );
      await gateway.change('User', a, { title: 'Queen' });
      expect(await gateway.link(a)).toMatchObject({ state: 'due', error: { waitsFor: holder.id } });
      gateway.target.before = () => undefined;
      await gateway.until(() => gateway.target.byName('anna')!.attributes.title === 'Queen');
      await run('UPDATE link SET lease_owner = NULL, lease_until = NULL WHERE id = ?', [holder.id]);
    });

    it('carry out what was allowed only as long as nothing changed since (17)', async () => {
      await start({
        guard: { windowMs: 60_000, thresholds: { disables: 0 } },
        objects: { User: { outOfScope: 'disable', onDelete: 'disable' } },
      });
      const id = await gateway.user('nora');
      await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.guard.held()).length === 1);
      const held = (await gateway.guard.held())[0]!;
      await gateway.guard.allow({ ...held, held: { ...held.held!, digest: 'of another plan' } });
      await gateway.until(async () => (await gateway.guard.held()).length === 1);
      expect(gateway.target.byName('nora')!.enabled).toBe(true);
      await gateway.guard.allow((await gateway.guard.held())[0]!);
      await gateway.until(() => !gateway.target.byName('nora')!.enabled);
    });

    it('reserve a name before the first write, keep it on retry, and choose again only for another input (18)', async () => {
      const expression = 'SelectUniqueValue([displayName], Join("", [displayName], "1"))';
      const mapping = [
        { target: 'name', expression, unique: true },
        { target: 'title', source: 'title' },
      ];
      await start({ definitions: { User: objectDefinition('User', { mapping }) } });
      const create = (userName: string, displayName = 'jdoe') => gateway.user(userName, { displayName });
      const names = () =>
        [...gateway.target.accounts.values()].map(({ attributes }) => attributes.name).sort();
      let john = '';
      gateway.target.before = (plan) => {
        if (john === '' || JSON.stringify(plan.steps).includes(john)) throw unavailable();
      };
      john = await create('john');
      gateway.target.after = () => {
        throw new ConnectorError({ kind: 'unknown', detail: 'the connection was lost' });
      };
      const jane = await create('jane');
      await gateway.until(() => names().join() === 'jdoe1');
      // The better name becomes free while nobody knows what became of the create.
      await gateway.remove('User', john);
      await gateway.until(async () => (await gateway.link(john)) === undefined);
      gateway.target.after = () => undefined;
      await gateway.until(async () => (await gateway.link(jane))!.state === 'applied');
      await gateway.change('User', jane, { title: 'Clerk' });
      expect(names()).toEqual(['jdoe1']);
      await create('jim');
      expect(names()).toEqual(['jdoe', 'jdoe1']);
      await gateway.change('User', jane, { displayName: 'jroe' });
      await create('joan', 'jroe');
      expect(names()).toEqual(['jdoe', 'jroe', 'jroe1']);
    });

    it('let no membership vanish with its resource unseen (19)', async () => {
      await start();
      const nora = await gateway.user('nora');
      await gateway.group('staff', [nora]);
      await expect(run('DELETE FROM resource WHERE id = ?', [nora])).rejects.toMatchObject({
        kind: 'constraint',
      });
    });

    it('wait for no more than a thousand memberships, and park those refused one by one (20)', async () => {
      expect(deliveryDefaults.edgesPerPlan).toBe(1000);
      await start({ answerWithinMs: 5000 }, { edgesPerPlan: 5 });
      const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => gateway.user(`user${n}`)));
      const group = await gateway.group('staff');
      const { execute } = gateway.target;
      gateway.target.execute = async (plan: Plan): Promise<Applied> => {
        await after(1500);
        const applied = await execute.call(gateway.target, plan);
        const error = { kind: 'rejected' as const, detail: 'not this one', outcomeKnown: true };
        return { ...applied, edges: [{ memberId: ids[2]!, kind: 'failed', error }] };
      };
      const began = performance.now();
      await gateway.members(group, 'add', ids);
      expect(performance.now() - began).toBeLessThan(1400);
      const { edges } = gateway.opened.delivery;
      await gateway.until(async () => (await edges.countOpen('recording')).parked === 1, 8000);
      expect(await edges.parked('recording')).toMatchObject([
        { memberId: ids[2], state: 'parked', error: { detail: 'not this one' } },
      ]);
      expect(await gateway.opened.resources.members(group)).toHaveLength(6);
    });

    it('count each member operation as a version of the group, whoever comes first (22)', async () => {
      await start({ answer: 'stored' });
      const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => gateway.user(`user${n}`)));
      const group = await gateway.group('staff');
      await Promise.all(ids.map((id) => gateway.members(group, 'add', [id])));
      const { resource } = await gateway.identity.get('Group', group, caller, noView);
      expect(resource.version).toBe(13);
      await gateway.until(async () => (await gateway.opened.delivery.edges.countOpen('recording')).due === 0);
      expect(gateway.target.byName('staff')!.members.size).toBe(12);
    });

    it('set the former password when the change that brought a newer one is undone (27)', async () => {
      await start({ answerWithinMs: 500 });
      const [id, other] = [await gateway.user('nora'), await gateway.user('ola')];
      const holder = (await gateway.link(other))!;
      await run(
        "UPDATE link SET state = 'due', next_attempt_at = next_attempt_at + 100, lease_owner = 'another', lease_until = next_attempt_at + 60000 WHERE id = ?",
        [holder.id],
      );
      gateway.target.before = ({ steps }) => {
        if (JSON.stringify(steps).includes('"Second')) throw rejected('the password is too short');
        throw new ConnectorError({ kind: 'conflict', detail: 'taken', holder: holder.anchor! });
      };
      const change = (password: string) =>
        gateway.identity.edit(
          'User',
          id,
          { apply: ({ attributes }) => ({ attributes, secrets: { password } }), members: [] },
          {},
          caller,
          noView,
        );
      await change('First-1');
      await expect(change('Second-2')).rejects.toMatchObject({ code: 'refusedByTarget' });
      gateway.target.before = () => undefined;
      await gateway.until(() => gateway.target.byName('nora')!.password === 'First-1');
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      const kept = await gateway.opened.delivery.sealed.ofLink((await gateway.link(id))!.id);
      expect(kept.filter(({ purpose }) => purpose === 'set')).toEqual([]);
      await run('UPDATE link SET lease_owner = NULL, lease_until = NULL WHERE id = ?', [holder.id]);
    });

    it('set a password that waits when the account has to be made again (27)', async () => {
      await start({ objects: { User: { whenMissing: 'recreate' } } });
      const id = await gateway.user('nora', {}, { password: 'Former-1' });
      gateway.target.deleteByHand('nora');
      await setPassword(id, 'Waiting-1');
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.byName('nora')!.password).toBe('Waiting-1');
      expect(gateway.target.writes).toEqual(['create nora', 'create nora']);
    });

    it('believe nothing that was noted of the password of another account (27)', async () => {
      await start({ answerWithinMs: 50 }, { retry: { firstMs: 20, longestMs: 100, attempts: 10_000 } });
      const leaver = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(leaver))!.state === 'applied');
      gateway.target.before = () => {
        throw unavailable();
      };
      await gateway.remove('User', leaver);
      const id = await gateway.user('otto', {}, { password: 'Waiting-1' });
      const { sealed } = gateway.opened.delivery;
      const waiting = async () => (await sealed.ofLink((await gateway.link(id))!.id)).at(-1)!;
      const row = await waiting();
      await gateway.opened.store.unitOfWork.run((tx) => sealed.begin(tx, row.id, 'no account'));
      await gateway.change('User', id, { userName: 'nora' });
      await gateway.until(async () => (await gateway.link(id))!.anchor !== undefined);
      expect(await waiting()).not.toHaveProperty('mark');
      gateway.target.before = () => undefined;
      await gateway.until(() => gateway.target.byName('nora')?.password === 'Waiting-1');
    });

    it('write no password to an account that was there before, then or later (11)', async () => {
      await start();
      const { target } = gateway;
      const { match } = target;
      const there = {
        anchor: 'there',
        stamp: '',
        enabled: true,
        members: new Set<string>(),
        password: 'Own-1',
      };
      target.accounts.set('there', { ...there, attributes: { name: 'nora' } });
      target.match = () =>
        Promise.resolve({ kind: 'found', anchor: 'there', rule: 'name', description: 'CN=nora' });
      const id = await gateway.user('nora', {}, { password: 'Sent-1' });
      target.match = match;
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      await gateway.change('User', id, { title: 'Pilot' });
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(target.accounts.get('there')!.password).toBe('Own-1');
      expect(await gateway.opened.delivery.sealed.ofLink((await gateway.link(id))!.id)).toEqual([]);
      await setPassword(id, 'Wanted-1');
      expect(target.accounts.get('there')!.password).toBe('Wanted-1');
    });

    it('keep no password for a target that takes none (27)', async () => {
      const takesPasswords = (settings: object) => 'passwords' in settings;
      const kind = { ...recordingKind, takesPasswords };
      for (const [settings, kept] of [
        [{}, 0],
        [{ passwords: true }, 1],
      ] as const) {
        await start({ kind, settings, answerWithinMs: 50 });
        gateway.target.before = () => {
          throw unavailable();
        };
        const id = await gateway.user('nora', {}, { password: 'Waiting-1' });
        const sealed = await gateway.opened.delivery.sealed.ofLink((await gateway.link(id))!.id);
        expect(sealed.filter(({ purpose }) => purpose === 'set')).toHaveLength(kept);
        await gateway.close();
      }
    });

    it('leave no password behind a refusal, a removal or its time (27)', async () => {
      await start();
      const id = await gateway.user('nora', {}, { password: 'Delivered-1' });
      const sealed = async () => {
        const rows = await gateway.opened.store.reader.all<{ purpose: string }>('SELECT purpose FROM sealed');
        return rows.filter(({ purpose }) => purpose === 'set').length;
      };
      expect(await sealed()).toBe(0);
      gateway.target.before = () => {
        throw rejected();
      };
      await expect(setPassword(id, 'Refused-1')).rejects.toMatchObject({ code: 'refusedByTarget' });
      expect(await sealed()).toBe(0);
      gateway.target.before = () => {
        throw unavailable();
      };
      await setPassword(id, 'Waiting-1');
      expect(await sealed()).toBe(1);
      await gateway.opened.delivery.sealed.eraseExpired(
        (await gateway.opened.delivery.clock.now()) + 8 * 86_400_000,
      );
      expect(await sealed()).toBe(0);
      await setPassword(id, 'Waiting-2');
      gateway.target.before = () => undefined;
      await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.link(id)) === undefined);
      expect(await sealed()).toBe(0);
    });
  });
});
