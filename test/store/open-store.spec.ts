import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/store.js';
import { sqlOf } from '../../src/store/sql/sql.js';
import { StoreLocked } from '../../src/store/lock.js';

describe('an embedded store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const options = () => ({ engine: 'sqlite' as const, file: join(folder, 'store.sqlite') });

  it('refuses a second gateway and opens again after the first has closed', async () => {
    const first = await openStore(options());
    await expect(openStore(options())).rejects.toThrow(StoreLocked);
    await first.close();
    const again = await openStore(options());
    await again.close();
  });

  it('has due at once what the gateway before it, whose clock was ahead, would have waited for', async () => {
    const before = await openStore(options());
    const ahead = Date.now() + 3_600_000;
    await before.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      await sql.run(
        `INSERT INTO link (id, target, resource_id, resource_type, label, generation, state, next_attempt_at, edges_due_at, lease_owner, lease_until, updated_at)
         VALUES ('l', 'ad', 'r', 'Group', 'staff', 1, 'due', ?, ?, 'gone', ?, ?)`,
        [ahead, ahead, ahead, ahead],
      );
      await sql.run(
        `INSERT INTO edge (target, group_id, member_id, member_type, generation, state, next_attempt_at)
         VALUES ('ad', 'r', 'm', 'User', 1, 'due', ?), ('ad', 'r', 'k', 'User', 1, 'kept', ?)`,
        [ahead, ahead],
      );
      await sql.run(`INSERT INTO target (name, revision, state, retry_at) VALUES ('ad', '1', 'active', ?)`, [
        ahead,
      ]);
    });
    await before.close();
    const store = await openStore(options());
    const late = (table: string, column: string) =>
      store.reader.get<{ late: number }>(`SELECT COUNT(*) AS late FROM ${table} WHERE ${column} > ?`, [
        Date.now(),
      ]);
    expect(await late('link', 'next_attempt_at')).toEqual({ late: 0 });
    expect(await late('link', 'edges_due_at')).toEqual({ late: 0 });
    expect(await late('link', 'lease_until')).toEqual({ late: 0 });
    expect(await late('target', 'retry_at')).toEqual({ late: 0 });
    expect(await late('edge', 'next_attempt_at')).toEqual({ late: 1 });
    await store.close();
  });

  it('refuses writes that go round the unit of work', async () => {
    const store = await openStore(options());
    await expect(store.dataSource.query("INSERT INTO store_fact VALUES ('a', 'b')")).rejects.toThrow(
      /readonly/,
    );
    await store.close();
  });
});
