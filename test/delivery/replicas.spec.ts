import { ConnectorError } from '../../src/connectors/connector.js';
import { sqlOf } from '../../src/store/sql/sql.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { TestGateway, type TestTarget } from './gateway.js';

const hour = 3_600_000;

/** What holds when several gateways, or one that was interrupted, work on one store: rules 8, 13, 14 and 29 of docs/delivery-rules.md. */
describe('Replicas on one store', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    const gateways: TestGateway[] = [];
    const gateway = (target: TestTarget = {}) => {
      const made = new TestGateway(opened, target);
      gateways.push(made);
      return made;
    };
    const run = (text: string, parameters: (string | number)[] = []) =>
      opened.store.unitOfWork.run((tx) => sqlOf(tx).run(text, parameters));
    const now = () => opened.delivery.clock.now();

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      for (const made of gateways.splice(0)) {
        await made.close();
        expect(made.errors).toEqual([]);
      }
    });

    it('lease a link to the one that serves the request, in the transaction of the change', async () => {
      const one = gateway();
      await one.delivery.options.stores.targetStore.register('recording', '1');
      // Nothing claims: only what the change itself leased is delivered.
      await one.user('nora');
      expect(one.target.writes).toEqual(['create nora']);
    });

    it('read the answer from the row when another one holds the lease', async () => {
      const one = await gateway().start();
      const id = await one.user('nora', { title: 'Clerk' });
      const link = (await one.link(id))!;
      await opened.delivery.leases.claimOne(link.id, { owner: 'another', forMs: hour });
      const changing = one.change('User', id, { title: 'Queen' });
      const refused = expect(changing).rejects.toMatchObject({ detail: 'the other one was refused' });
      let pending: { changeId: string }[] = [];
      await one.until(async () => {
        pending = await opened.store.unitOfWork.run((tx) =>
          opened.delivery.undecided.pendingOfLink(tx, link.id),
        );
        return pending.length > 0;
      });
      await opened.store.unitOfWork.run((tx) =>
        opened.delivery.undecided.resolve(tx, pending[0]!.changeId, 'undone', {
          detail: 'the other one was refused',
          uniqueness: false,
        }),
      );
      await refused;
      expect(one.target.writes).toEqual(['create nora']);
    });

    it('agree on one domain controller: of two that move at once one wins', async () => {
      await gateway().start();
      const { targetStore } = opened.delivery;
      expect(await targetStore.moveServer('recording', undefined, 'dc1', 1)).toBe(true);
      expect(await targetStore.get('recording')).not.toHaveProperty('serverMovedAt', expect.any(Number));
      expect(await targetStore.moveServer('recording', undefined, 'dc3', 2)).toBe(false);
      const moves = await Promise.all([
        targetStore.moveServer('recording', 'dc1', 'dc2', 3),
        targetStore.moveServer('recording', 'dc1', 'dc3', 3),
      ]);
      expect(moves.filter(Boolean)).toHaveLength(1);
      expect(await targetStore.get('recording')).toMatchObject({
        server: moves[0] ? 'dc2' : 'dc3',
        serverMovedAt: 3,
      });
    });

    it('deliver at once what a clock gone wrong put off further than the longest back-off', async () => {
      const one = gateway();
      await one.delivery.options.stores.targetStore.register('recording', '1');
      one.target.before = () => {
        throw new ConnectorError({ kind: 'unavailable', detail: 'nobody answers' });
      };
      const id = await one.user('nora');
      one.target.before = () => undefined;
      await run("UPDATE link SET state = 'due', next_attempt_at = ?", [(await now()) + hour]);
      await run('UPDATE target SET unavailable_since = ?, retry_at = ?', [1, (await now()) + hour]);
      await one.start();
      await one.until(async () => (await one.link(id))!.state === 'applied');
    });

    it('bring memberships at once that a clock gone wrong put off', async () => {
      const one = gateway();
      await one.delivery.options.stores.targetStore.register('recording', '1');
      const [nora, staff] = [await one.user('nora'), await one.group('staff')];
      one.target.before = () => {
        throw new ConnectorError({ kind: 'unavailable', detail: 'nobody answers' });
      };
      await one.members(staff, 'add', [nora]);
      one.target.before = () => undefined;
      const ahead = (await now()) + 2 * hour;
      await run('UPDATE edge SET next_attempt_at = ?', [ahead]);
      await run('UPDATE link SET edges_due_at = ? WHERE edges_due_at IS NOT NULL', [ahead]);
      await run('UPDATE target SET unavailable_since = NULL, retry_at = NULL');
      await one.start();
      await one.until(() => one.target.byName('staff')!.members.size === 1);
    });

    it('take a turn that a clock gone wrong gave away for too long, and no other', async () => {
      const { turns } = opened.delivery;
      expect(await turns.take('maintenance', 'one', 30_000)).toBe(true);
      expect(await turns.take('maintenance', 'two', 30_000)).toBe(false);
      expect(await turns.takeScheduled('reconcile', 'one', hour, 0)).toBe(true);
      expect(await turns.takeScheduled('reconcile', 'two', hour, 0)).toBe(false);
      await run('UPDATE turn SET until = until + ?, last_run_at = last_run_at + ?', [48 * hour, 48 * hour]);
      expect(await turns.take('maintenance', 'two', 30_000)).toBe(true);
      expect(await turns.takeScheduled('reconcile', 'two', hour, 0)).toBe(true);
    });

    it('verify a link again whose lease was lost before its attempt was written down', async () => {
      const one = gateway();
      await one.delivery.options.stores.targetStore.register('recording', '1');
      const id = await one.user('nora');
      const { links, leases } = opened.delivery;
      const claimed = (await leases.claimOne((await one.link(id))!.id, { owner: 'slow', forMs: 1 }))!;
      await new Promise((resolve) => setTimeout(resolve, 20));
      await leases.claimOne(claimed.id, { owner: 'quick', forMs: hour });
      const close = { state: 'applied' as const, attempts: 0, nextAttemptAt: 0 };
      expect(await opened.store.unitOfWork.run((tx) => links.close(tx, claimed, 'slow', close))).toBe('lost');
      expect(await one.link(id)).toMatchObject({
        state: 'due',
        generation: claimed.generation + 1,
        leaseOwner: 'quick',
      });
    });

    it('serve clients with another configuration than the active one, but deliver nothing', async () => {
      const old = await gateway().start();
      const id = await old.user('nora', { title: 'Clerk' });
      await opened.delivery.targetStore.register('recording', '2');
      await old.delivery.options.targets.get('recording')!.refresh();
      const began = performance.now();
      await old.change('User', id, { title: 'Queen' });
      expect(performance.now() - began).toBeLessThan(1500);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(old.target.writes).toEqual(['create nora']);
      expect(await old.link(id)).toMatchObject({ state: 'due' });
      await gateway({ revision: '2', connector: old.target }).start();
      await old.until(() => old.target.byName('nora')!.attributes.title === 'Queen');
    });
  });
});
