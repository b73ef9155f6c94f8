import { jest } from '@jest/globals';
import { ConnectorError } from '../../src/connectors/connector.js';
import { onEveryEngine } from '../store/stores.js';
import { TestGateway, type TestTarget } from './gateway.js';

const rejected = () =>
  new ConnectorError({
    kind: 'rejected',
    detail: 'the title is too long',
    attribute: 'title',
    scimType: 'invalidValue',
  });
const unavailable = () => new ConnectorError({ kind: 'unavailable', detail: 'nobody answers' });

describe('Delivery', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async (target?: TestTarget, settings?: object) =>
      (gateway = await new TestGateway(await open(), target, settings).start());
    afterEach(async () => {
      await gateway?.close();
      expect(gateway?.errors ?? []).toEqual([]);
    });

    it('answers a create after the account was made', async () => {
      await start();
      const id = await gateway.user('nora');
      expect(gateway.target.writes).toEqual(['create nora']);
      expect(await gateway.link(id)).toMatchObject({
        state: 'applied',
        createdByUs: true,
        anchor: gateway.target.byName('nora')!.anchor,
      });
    });

    it('delivers a change that took the lease which the attempt before has just given back', async () => {
      await start();
      const id = await gateway.user('nora');
      const { leases } = gateway.opened.delivery;
      const release = leases.release.bind(leases);
      let ended: (() => void) | undefined;
      // The first attempt has given its lease back, and is not yet known to have ended.
      leases.release = async (...asked) => {
        await release(...asked);
        if (!ended) await new Promise<void>((resolve) => (ended = resolve));
      };
      const first = gateway.change('User', id, { title: 'Clerk' });
      await gateway.until(() => ended !== undefined);
      await first;
      const second = gateway.change('User', id, { title: 'Queen' });
      await gateway.until(async () => (await gateway.link(id))?.leaseOwner !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended!();
      await second;
      await gateway.until(async () => (await gateway.link(id))?.state === 'applied');
      expect(gateway.target.byName('nora')!.attributes.title).toBe('Queen');
    });

    it('leaves no resource behind when the target refuses the create', async () => {
      await start();
      gateway.target.before = () => {
        throw rejected();
      };
      await expect(gateway.user('nora')).rejects.toMatchObject({
        code: 'refusedByTarget',
        detail: 'the title is too long',
      });
      gateway.target.before = () => undefined;
      await gateway.user('nora');
      expect(gateway.target.writes).toEqual(['create nora']);
    });

    it('restores the former version when the target refuses an update, under a new version number', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      gateway.target.before = () => {
        throw rejected();
      };
      await expect(gateway.change('User', id, { title: 'X'.repeat(300) })).rejects.toMatchObject({
        code: 'refusedByTarget',
      });
      gateway.target.before = () => undefined;
      const view = await gateway.identity.get(
        'User',
        id,
        { ...(await import('./gateway.js')).caller },
        { members: false, groups: false },
      );
      expect(view.resource).toMatchObject({ version: 3, attributes: { title: 'Clerk' } });
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.byName('nora')!.attributes.title).toBe('Clerk');
    });

    it('keeps a change when the target is unavailable, and delivers it once when it is back', async () => {
      await start();
      gateway.target.before = () => {
        throw unavailable();
      };
      const id = await gateway.user('nora', { title: 'Clerk' });
      await gateway.change('User', id, { title: 'Head clerk' });
      gateway.target.before = () => undefined;
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.writes.filter((write) => write.startsWith('create'))).toEqual(['create nora']);
      expect(gateway.target.byName('nora')!.attributes.title).toBe('Head clerk');
    });

    it('finds the account again when the answer of the create was lost', async () => {
      await start();
      gateway.target.after = () => {
        gateway.target.after = () => undefined;
        throw new ConnectorError({ kind: 'unknown', detail: 'the connection was lost' });
      };
      const id = await gateway.user('nora');
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.target.writes).toEqual(['create nora']);
    });

    it('writes nothing for a second identical change', async () => {
      await start();
      const id = await gateway.user('nora', { title: 'Clerk' });
      const { changed } = await gateway.change('User', id, { title: 'Clerk' });
      expect(changed).toBe(false);
      expect(gateway.target.writes).toEqual(['create nora']);
    });

    it('delivers the manager when the manager gets an account later', async () => {
      await start();
      const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
      gateway.target.before = (plan) => {
        if (JSON.stringify(plan.steps).includes('"boss"')) throw unavailable();
      };
      const boss = await gateway.user('boss');
      gateway.target.before = () => undefined;
      const nora = await gateway.user('nora', { [enterprise]: { manager: { value: boss } } });
      await gateway.until(async () => (await gateway.link(boss))!.state === 'applied');
      await gateway.until(
        () => gateway.target.byName('nora')?.attributes.manager === gateway.target.byName('boss')!.anchor,
      );
      await gateway.until(async () => (await gateway.link(nora))!.anchor !== undefined);
    });

    it('adds and removes members as edges, each once', async () => {
      await start();
      const [a, b, c] = [await gateway.user('a'), await gateway.user('b'), await gateway.user('c')];
      const group = await gateway.group('staff', [a]);
      await gateway.members(group, 'add', [b, c, a]);
      await gateway.members(group, 'remove', [b]);
      const anchors = (names: string[]) => names.map((name) => gateway.target.byName(name)!.anchor).sort();
      expect([...gateway.target.byName('staff')!.members].sort()).toEqual(anchors(['a', 'c']));
      await gateway.members(group, 'replace', [b]);
      expect([...gateway.target.byName('staff')!.members]).toEqual(anchors(['b']));
    });

    it('delivers memberships at once, however far the wall clock is ahead of the clock of the store', async () => {
      await start();
      const id = await gateway.user('nora');
      const group = await gateway.group('staff');
      gateway.aheadMs = 3600_000;
      gateway.target.before = () => {
        throw unavailable();
      };
      await gateway.members(group, 'add', [id]);
      gateway.target.before = () => undefined;
      await gateway.until(() => gateway.target.byName('staff')!.members.size === 1);
    });

    it('takes back exactly the refused membership', async () => {
      await start();
      const [a, b] = [await gateway.user('a'), await gateway.user('b')];
      const group = await gateway.group('staff', [a]);
      gateway.target.before = (plan) => {
        if (plan.action === 'members') throw rejected();
      };
      await expect(gateway.members(group, 'add', [b])).rejects.toMatchObject({
        code: 'refusedByTarget',
        extra: { attribute: 'members' },
      });
      gateway.target.before = () => undefined;
      expect((await gateway.opened.resources.members(group)).map(({ value }) => value)).toEqual([a]);
    });

    it('deletes the account after the resource', async () => {
      await start();
      const id = await gateway.user('nora');
      await gateway.remove('User', id);
      await gateway.until(() => gateway.target.accounts.size === 0);
      await gateway.until(async () => (await gateway.link(id)) === undefined);
    });

    it.each(['delete', 'disable', 'retain'] as const)(
      'answers a POST right after the DELETE of the same name (%s)',
      async (onDelete) => {
        await start({ objects: { User: { onDelete } } });
        const first = await gateway.user('nora');
        const { anchor } = gateway.target.byName('nora')!;
        await gateway.remove('User', first);
        const second = await gateway.user('nora');
        await gateway.until(async () => (await gateway.link(second))!.state === 'applied');
        expect(gateway.target.byName('nora')).toMatchObject({ enabled: true });
        if (onDelete !== 'delete') expect(gateway.target.byName('nora')!.anchor).toBe(anchor);
        expect(
          [...gateway.target.accounts.values()].filter((account) => account.attributes.name === 'nora'),
        ).toHaveLength(1);
      },
    );

    it('holds deletions over the threshold until an administrator allows them', async () => {
      await start({ guard: { windowMs: 60_000, thresholds: { deletes: 2 } } });
      const ids = [];
      for (const name of ['a', 'b', 'c', 'd']) ids.push(await gateway.user(name));
      for (const id of ids) await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.guard.held()).length === 2);
      expect(gateway.target.accounts.size).toBe(2);
      for (const link of await gateway.guard.held()) await gateway.guard.allow(link);
      await gateway.until(() => gateway.target.accounts.size === 0);
    });

    it.each(['allow', 'discard'] as const)(
      'empties a group over the threshold only when told to (%s)',
      async (word) => {
        await start({ guard: { windowMs: 60_000, thresholds: { memberRemovals: 2 } } });
        const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => gateway.user(name)));
        const group = await gateway.group('staff', ids);
        const members = () => gateway.target.byName('staff')!.members.size;
        await gateway.until(() => members() === 4);
        await gateway.members(group, 'replace', []);
        await gateway.until(async () => (await gateway.guard.held()).length === 1);
        await gateway.guard[word]((await gateway.guard.held())[0]!);
        const { edges } = gateway.opened.delivery;
        await gateway.until(
          async () => (await edges.parked('recording')).length === (word === 'discard' ? 4 : 0),
        );
        await gateway.until(() => members() === (word === 'discard' ? 4 : 0));
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(await gateway.guard.held()).toEqual([]);
        expect(members()).toBe(word === 'discard' ? 4 : 0);
        expect(await gateway.link(group)).toMatchObject({ state: 'applied' });
        await gateway.members(group, 'add', [ids[0]!]);
        expect(gateway.target.byName('staff')!.members.has((await gateway.link(ids[0]!))!.anchor!)).toBe(
          true,
        );
      },
    );

    it.each(['allow', 'discard'] as const)(
      'delivers a change that came after the list was read, whatever is decided (%s)',
      async (word) => {
        await start({
          guard: { windowMs: 60_000, thresholds: { deletes: 0 } },
          objects: { User: { onDelete: 'delete' } },
        });
        const id = await gateway.user('nora');
        await gateway.remove('User', id);
        await gateway.until(async () => (await gateway.guard.held()).length === 1);
        const [read] = await gateway.guard.held();
        // Nobody is to work on it meanwhile.
        gateway.target.before = () => {
          throw new ConnectorError({ kind: 'unavailable', detail: 'down' });
        };
        const newcomer = await gateway.user('nora');
        await gateway.guard[word](read!);
        gateway.target.before = () => undefined;
        await gateway.until(async () => (await gateway.link(newcomer))?.state === 'applied');
        expect(gateway.target.accounts.size).toBe(1);
        expect(gateway.target.byName('nora')!.enabled).toBe(true);
        expect(await gateway.guard.held()).toEqual([]);
      },
    );

    it('brings members to a group whose own change is parked, also after an outage', async () => {
      await start({ answer: 'stored' });
      const nora = await gateway.user('nora');
      const group = await gateway.group('staff');
      await gateway.until(() => gateway.target.byName('staff') && gateway.target.byName('nora'));
      let down = false;
      gateway.target.before = ({ action }) => {
        if (action !== 'members') throw new ConnectorError({ kind: 'rejected', detail: 'not this name' });
        if (down) throw new ConnectorError({ kind: 'unavailable', detail: 'down' });
      };
      await gateway.change('Group', group, { displayName: 'crew' });
      await gateway.until(async () => (await gateway.link(group))!.state === 'parked');
      down = true;
      await gateway.members(group, 'add', [nora]);
      await gateway.until(
        async () => (await gateway.opened.delivery.edges.due('recording', group, 1))[0]!.attempts > 0,
      );
      down = false;
      await gateway.until(() => gateway.target.byName('staff')!.members.size === 1);
      expect(await gateway.link(group)).toMatchObject({
        state: 'parked',
        error: { detail: 'not this name' },
      });
    });

    it('leaves whoever is held in the groups, and gives the account back to whoever is created again', async () => {
      await start({ guard: { windowMs: 60_000, thresholds: { deletes: 0 } } });
      const ids = [await gateway.user('ann'), await gateway.user('bob')];
      const group = await gateway.group('staff', ids);
      await gateway.until(() => gateway.target.byName('staff')!.members.size === 2);
      const { anchor } = gateway.target.byName('ann')!;
      const { edges } = gateway.opened.delivery;
      // The group's turn comes when the deletions are held already.
      const due = edges.due.bind(edges);
      edges.due = async (...asked) => ((await gateway.guard.held()).length < 2 ? [] : due(...asked));
      for (const id of ids) await gateway.remove('User', id);
      await gateway.until(async () => (await gateway.guard.held()).length === 2);
      edges.due = due;
      await gateway.opened.delivery.links.retry({ resourceId: group });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(gateway.target.byName('staff')!.members.size).toBe(2);
      const again = await gateway.user('ann');
      await gateway.members(group, 'add', [again]);
      expect(await gateway.link(again)).toMatchObject({ anchor, state: 'applied' });
      expect(gateway.target.writes.filter((write) => write.startsWith('create'))).toHaveLength(3);
      const [held, ...others] = await gateway.guard.held();
      expect(others).toEqual([]);
      await gateway.guard.allow(held!);
      await gateway.until(() => gateway.target.byName('bob') === undefined);
      expect(gateway.target.byName('staff')!.members).toEqual(new Set([anchor]));
    });

    it('answers at once for a group that is held, and keeps its new members until the decision', async () => {
      await start({ answerWithinMs: 5000, guard: { windowMs: 60_000, thresholds: { memberRemovals: 1 } } });
      const [ann, bob, eve] = [
        await gateway.user('ann'),
        await gateway.user('bob'),
        await gateway.user('eve'),
      ];
      const group = await gateway.group('staff', [ann, bob]);
      await gateway.until(() => gateway.target.byName('staff')!.members.size === 2);
      await gateway.members(group, 'replace', []);
      await gateway.until(async () => (await gateway.guard.held()).length === 1);
      const began = performance.now();
      await gateway.members(group, 'add', [eve]);
      expect(performance.now() - began).toBeLessThan(3000);
      expect(gateway.target.byName('staff')!.members.size).toBe(2);
      await gateway.guard.discard((await gateway.guard.held())[0]!);
      await gateway.until(() => gateway.target.byName('staff')!.members.size === 3);
    });

    it('pauses the target on a fault of its configuration and goes on after resume', async () => {
      await start();
      gateway.target.before = () => {
        throw new ConnectorError({
          kind: 'misconfigured',
          detail: 'the password of the service account is wrong',
        });
      };
      const id = await gateway.user('nora');
      expect(await gateway.opened.delivery.targetStore.get('recording')).toMatchObject({ state: 'paused' });
      gateway.target.before = () => undefined;
      await gateway.opened.delivery.targetStore.resume('recording');
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
    });

    it.each([true, false])(
      'tries a paused target again after a minute where the fault may pass, and never where it may not: %s',
      async (mayPass) => {
        await start();
        const { clock, targetStore } = gateway.opened.delivery;
        let asked = 0;
        const fails = () => {
          asked++;
          throw new ConnectorError({ kind: 'misconfigured', detail: 'not valid yet', mayPass });
        };
        gateway.target.before = fails;
        const id = await gateway.user('nora');
        const paused = async (secondsAgo: number) => {
          const pause = { reason: 'misconfigured' as const, detail: 'not valid yet', mayPass };
          await targetStore.pause('recording', { ...pause, at: (await clock.now()) - secondsAgo * 1000 });
          await gateway.delivery.maintenance.run();
          return (await targetStore.get('recording'))!.state;
        };
        expect(await targetStore.get('recording')).toMatchObject({
          pause: { reason: 'misconfigured', ...(mayPass ? { mayPass } : {}) },
        });
        expect([asked, await paused(50)]).toEqual([1, 'paused']);
        expect(await paused(61)).toBe(mayPass ? 'active' : 'paused');
        if (!mayPass) return;
        await gateway.until(async () => (await targetStore.get('recording'))!.state === 'paused');
        expect(asked).toBe(2);
        gateway.target.before = () => undefined;
        expect(await paused(61)).toBe('active');
        await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
        await gateway.until(async () => (await targetStore.get('recording'))!.unavailableSince === undefined);
        await targetStore.pause('recording', { reason: 'administrator', detail: 'by hand', at: 1 });
        expect(await targetStore.probe('recording', await clock.now())).toBe(false);
      },
    );

    it('keeps a generated password sealed until it is revealed, once', async () => {
      await start();
      const id = await gateway.user('nora');
      const { password } = gateway.target.byName('nora')!;
      const by = { name: 'admin', source: 'test', correlationId: 'c' };
      expect(await gateway.reveal.reveal(id, by)).toMatchObject([{ password }]);
      expect(await gateway.reveal.reveal(id, by)).toEqual([]);
    });

    it('erases a client password once it is delivered', async () => {
      await start();
      const id = await gateway.user('nora', {}, { password: 'S3cret-of-Nora' });
      expect(gateway.target.byName('nora')!.password).toBe('S3cret-of-Nora');
      const link = await gateway.link(id);
      expect(await gateway.opened.delivery.sealed.ofLink(link!.id)).toEqual([]);
    });

    it('goes on when the store did not answer for a while', async () => {
      await start();
      const { leases } = gateway.opened.delivery;
      const lost: unknown[] = [];
      const note = (reason: unknown) => lost.push(reason);
      process.on('unhandledRejection', note);
      const gone = () => Promise.reject(new Error('connect ECONNREFUSED'));
      const failing = ['nextDueAt', 'claim'] as const;
      const spies = failing.map((name) => jest.spyOn(leases, name).mockImplementation(gone));
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const spy of spies) spy.mockRestore();
      await gateway.user('nora');
      process.off('unhandledRejection', note);
      expect(lost).toEqual([]);
      gateway.target.before = () => {
        throw unavailable();
      };
      const id = await gateway.user('anna');
      gateway.target.before = () => undefined;
      await gateway.until(async () => (await gateway.link(id))!.state === 'applied');
      expect(gateway.errors.splice(0).length).toBeGreaterThan(0);
    });

    it('forgets a generated password that still waits when a client sends one', async () => {
      await start();
      const id = await gateway.user('nora');
      const link = (await gateway.link(id))!;
      const { sealed } = gateway.opened.delivery;
      const row = {
        linkId: link.id,
        resourceId: id,
        target: 'recording',
        cipher: 'x',
        keyName: 'test',
        sealedAt: 1,
        expiresAt: Date.now() + 60_000,
      };
      const seal = (name: string, purpose: 'set' | 'initial', delivered: boolean) =>
        gateway.opened.store.unitOfWork.run((tx) =>
          sealed.insert(tx, { ...row, id: name, purpose, delivered }),
        );
      await seal('generated', 'initial', false);
      await seal('given', 'set', false);
      expect((await sealed.ofLink(link.id)).map((each) => each.id)).toEqual(['given']);
      await seal('revealable', 'initial', true);
      await seal('newer', 'set', false);
      expect((await sealed.ofLink(link.id)).map((each) => each.id).sort()).toEqual(['newer', 'revealable']);
    });

    it.each([
      ['one of them has no account yet', true],
      ['neither has an account yet', false],
    ])('swaps two names that were exchanged while the target was down, when %s', async (_case, first) => {
      await start();
      const down = () => {
        throw unavailable();
      };
      if (!first) gateway.target.before = down;
      const a = await gateway.user('anna');
      gateway.target.before = down;
      const b = await gateway.user('bert');
      await gateway.until(async () => (await gateway.link(b))!.attempts > 0);
      await gateway.change('User', a, { userName: 'temp' });
      await gateway.change('User', b, { userName: 'anna' });
      await gateway.change('User', a, { userName: 'bert' });
      gateway.target.before = () => undefined;
      await gateway.until(async () => (await gateway.link(a))!.state === 'applied');
      await gateway.until(async () => (await gateway.link(b))!.state === 'applied');
      const anchors = [(await gateway.link(b))!.anchor, (await gateway.link(a))!.anchor];
      expect(['anna', 'bert'].map((name) => gateway.target.byName(name)?.anchor)).toEqual(anchors);
    });

    it('swaps two names that were exchanged while the target was down', async () => {
      await start();
      const [a, b] = [await gateway.user('anna'), await gateway.user('bert')];
      const [anchorA, anchorB] = [(await gateway.link(a))!.anchor!, (await gateway.link(b))!.anchor!];
      gateway.target.before = () => {
        throw unavailable();
      };
      await gateway.change('User', a, { userName: 'somebody' });
      await gateway.change('User', b, { userName: 'anna' });
      await gateway.change('User', a, { userName: 'bert' });
      gateway.target.before = () => undefined;
      await gateway.until(
        () =>
          gateway.target.accounts.get(anchorA)?.attributes.name === 'bert' &&
          gateway.target.accounts.get(anchorB)?.attributes.name === 'anna',
      );
    });

    it('loses nothing when 100 users and their memberships come at once and every third write fails', async () => {
      await start();
      let calls = 0;
      gateway.target.before = () => {
        if (++calls % 3 === 0) throw unavailable();
      };
      const group = await gateway.group('everyone');
      const ids = await Promise.all(Array.from({ length: 100 }, (_, n) => gateway.user(`user${n}`)));
      await Promise.all(ids.map((id) => gateway.members(group, 'add', [id])));
      await gateway.until(() => gateway.target.byName('everyone')?.members.size === 100, 20_000);
      expect(gateway.target.writes.filter((write) => write.startsWith('create'))).toHaveLength(101);
      expect(gateway.target.writes.filter((write) => write.startsWith('add'))).toHaveLength(100);
    }, 30_000);
  });
});
