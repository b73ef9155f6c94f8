import { sqlOf } from '../../src/store/sql/sql.js';
import type { Transaction } from '../../src/identity/ports.js';
import { onEveryEngine } from './stores.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const insert = (tx: Transaction, name: string) =>
  sqlOf(tx).run('INSERT INTO store_fact (name, value) VALUES (?, ?)', [name, name]);

/** Every interleaving in which an ordinary SQLite driver mixed up the transactions of two requests. */
describe('The unit of work keeps concurrent requests apart', () => {
  onEveryEngine((open) => {
    const names = async (store: Awaited<ReturnType<typeof open>>) =>
      (
        await store.store.reader.all<{ name: string }>(
          'SELECT name FROM store_fact WHERE length(name) = 1 ORDER BY name',
        )
      ).map((row) => row.name);
    afterEach(async () => {
      const { store } = await open();
      await store.unitOfWork.run((tx) => sqlOf(tx).run('DELETE FROM store_fact WHERE length(name) = 1'));
    });

    it('keeps B when A throws in the same tick', async () => {
      const opened = await open();
      const { unitOfWork } = opened.store;
      const a = unitOfWork.run(async (tx) => {
        await insert(tx, 'A');
        throw new Error('A gives up');
      });
      const b = unitOfWork.run((tx) => insert(tx, 'B'));
      await expect(a).rejects.toThrow('A gives up');
      await b;
      expect(await names(opened)).toEqual(['B']);
    });

    it('keeps B when A started earlier and throws', async () => {
      const opened = await open();
      const { unitOfWork } = opened.store;
      const a = unitOfWork.run(async (tx) => {
        await insert(tx, 'A');
        await pause(15);
        throw new Error('A gives up');
      });
      await pause(5);
      const b = unitOfWork.run((tx) => insert(tx, 'B'));
      await expect(a).rejects.toThrow('A gives up');
      await b;
      expect(await names(opened)).toEqual(['B']);
    });

    it('keeps A when B, opened while A was open, throws later', async () => {
      const opened = await open();
      const { unitOfWork } = opened.store;
      const a = unitOfWork.run(async (tx) => {
        await insert(tx, 'A');
        await pause(10);
      });
      const b = unitOfWork.run(async (tx) => {
        await insert(tx, 'B');
        await pause(15);
        throw new Error('B gives up');
      });
      await a;
      await expect(b).rejects.toThrow('B gives up');
      expect(await names(opened)).toEqual(['A']);
    });

    it('shows nothing of an open unit to a reader', async () => {
      const opened = await open();
      let seen: string[] = [];
      await opened.store.unitOfWork.run(async (tx) => {
        await insert(tx, 'A');
        seen = await names(opened);
      });
      expect(seen).toEqual([]);
      expect(await names(opened)).toEqual(['A']);
    });

    it('refuses one unit for a broken constraint and keeps the others of the batch', async () => {
      const opened = await open();
      const results = await Promise.allSettled(
        ['A', 'B', 'A', 'C'].map((name) => opened.store.unitOfWork.run((tx) => insert(tx, name))),
      );
      expect(results.map((result) => result.status).sort()).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
      ]);
      expect(await names(opened)).toEqual(['A', 'B', 'C']);
    });

    it('runs the others again when one unit broke the transaction', async () => {
      const opened = await open();
      const results = await Promise.allSettled([
        opened.store.unitOfWork.run((tx) => insert(tx, 'A')),
        opened.store.unitOfWork.run((tx) => sqlOf(tx).run('this is no SQL')),
        opened.store.unitOfWork.run((tx) => insert(tx, 'B')),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await names(opened)).toEqual(['A', 'B']);
    });

    it('loses none of 200 concurrent units, half of which throw', async () => {
      const opened = await open();
      const { unitOfWork } = opened.store;
      await unitOfWork.run((tx) => insert(tx, 'n'));
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, (_, index) =>
          unitOfWork.run(async (tx) => {
            await sqlOf(tx).run(
              "UPDATE store_fact SET value = CAST(COALESCE(NULLIF(value, 'n'), '0') AS integer) + 1 WHERE name = 'n'",
            );
            if (index % 2) throw new Error('gives up');
          }),
        ),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(100);
      expect(
        (await opened.store.reader.get<{ value: string }>("SELECT value FROM store_fact WHERE name = 'n'"))
          ?.value,
      ).toBe('100');
    });
  });
});
