import { deleteExpired } from '../../src/delivery/retention.js';
import { deliveryDefaults } from '../../src/delivery/target-definition.js';
import { newId } from '../../src/identity/id.js';
import { onEveryEngine } from '../store/stores.js';
import { caller, TestGateway } from './gateway.js';

const day = 86_400_000;

describe('Retention', () => {
  onEveryEngine((open) => {
    it('deletes what is older than its setting, and nothing that is open or younger', async () => {
      const opened = await open();
      const gateway = new TestGateway(
        opened,
        {},
        {
          retention: { ...deliveryDefaults.retention, logMs: 30 * day, jobMs: 20 * day, guardMs: 2 * day },
        },
      );
      const { store, delivery } = opened;
      const now = await delivery.clock.now();
      const record = (daysAgo: number) => ({
        id: newId(),
        at: now - daysAgo * day,
        correlationId: 'c',
        caller: 'c',
        source: 's',
        target: 't',
        resourceId: 'r',
        resourceType: 'User',
        label: `${daysAgo}`,
        action: 'update',
        outcome: 'success' as const,
        durationMs: 1,
        attempt: 1,
        steps: [],
        changes: [],
      });
      const progress = { apply: false, step: '', after: '', done: 0, total: 0, failures: 0 };
      await store.unitOfWork.run(async (tx) => {
        for (const daysAgo of [1, 29, 31, 40]) await delivery.logs.insert(tx, record(daysAgo));
        for (const [changeId, deadline] of [
          ['old', now - day],
          ['open', now + day],
          ['fresh', now - 1000],
        ] as const)
          await delivery.undecided.insert(tx, {
            changeId,
            resourceId: changeId,
            linkId: 'l',
            target: 't',
            kind: 'update',
            versionAfter: 1,
            deadline,
            caller,
          });
        for (const changeId of ['old', 'fresh']) await delivery.undecided.resolve(tx, changeId, 'kept');
      });
      for (const [target, state, daysAgo] of [
        ['a', 'done', 21],
        ['b', 'done', 19],
        ['c', 'running', 21],
      ] as const) {
        const at = now - daysAgo * day;
        await delivery.jobs.begin({
          id: newId(),
          kind: 'reconcile',
          target,
          state,
          progress,
          result: {},
          createdAt: at,
          updatedAt: at,
        });
      }
      await delivery.targetStore.register('t', '1');
      await delivery.targetStore.takeGuard('t', 'l', { disables: 1 }, {}, day);
      await gateway.delivery.maintenance.run();
      const logs = await delivery.logs.list({ limit: 10 });
      expect(logs.map(({ label }) => label).sort()).toEqual(['1', '29']);
      expect(await delivery.undecided.get('old')).toBeUndefined();
      expect(await delivery.undecided.get('fresh')).toBeDefined();
      expect(await delivery.undecided.get('open')).toMatchObject({ state: 'pending' });
      expect((await delivery.jobs.list({ limit: 10 })).map(({ target }) => target).sort()).toEqual([
        'b',
        'c',
      ]);
      const counts = () => store.reader.all('SELECT * FROM guard_count');
      expect(await counts()).toHaveLength(1);
      expect(await delivery.targetStore.forgetGuard(now + day, 10)).toBe(1);
      expect(await counts()).toEqual([]);
    });
  });

  it('takes small steps, and leaves the rest of a backlog for the next round', async () => {
    const asked: [number, number][] = [];
    const kept = {
      name: 'rows',
      forMs: 100,
      deleteBefore: async (at: number, limit: number) => {
        asked.push([at, limit]);
        return limit;
      },
    };
    expect(await deleteExpired([kept], 1000)).toEqual({ rows: 20_000 });
    expect(asked).toHaveLength(40);
    expect(asked[0]).toEqual([900, 500]);
  });
});
