import { LeaseStore, type Farthest, type Lease } from '../../delivery/lease-store.js';
import type { Link } from '../../delivery/model.js';
import type { UnitOfWork } from '../../identity/ports.js';
import { storeNow } from '../clock.js';
import { marks, sqlOf, type Sql } from '../sql/sql.js';
import { dueWork, nextDue } from './due-work.js';
import { toLink } from './link-rows.js';

export class SqlLeaseStore extends LeaseStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  claim(target: string, lease: Lease, limit: number, farthest: Farthest): Promise<Link[]> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      const ids = await dueWork(sql, target, now, limit, farthest);
      if (ids.length === 0) return [];
      const rows = await sql.all(
        `UPDATE link SET lease_owner = ?, lease_until = ? WHERE id IN (${marks(ids.length)}) RETURNING *`,
        [lease.owner, now + lease.forMs, ...ids],
      );
      const order = new Map(ids.map((id, index) => [id, index]));
      return rows.map(toLink).sort((a, b) => order.get(a.id)! - order.get(b.id)!);
    });
  }

  claimOne(linkId: string, lease: Lease): Promise<Link | undefined> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      if (!(await takeLease(sql, linkId, lease, await storeNow(sql)))) return undefined;
      const row = await sql.get('SELECT * FROM link WHERE id = ?', [linkId]);
      return row && toLink(row);
    });
  }

  async release(linkIds: readonly string[], owner: string): Promise<void> {
    if (linkIds.length === 0) return;
    await this.unitOfWork.run((tx) =>
      sqlOf(tx).run(
        `UPDATE link SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = ? AND id IN (${marks(linkIds.length)})`,
        [owner, ...linkIds],
      ),
    );
  }

  renew(linkId: string, lease: Lease): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return (
        (await sql.run(
          'UPDATE link SET lease_until = ? WHERE id = ? AND lease_owner = ? AND lease_until >= ?',
          [now + lease.forMs, linkId, lease.owner, now],
        )) === 1
      );
    });
  }

  async nextDueAt(target: string): Promise<number | undefined> {
    return nextDue(this.reader, target, await storeNow(this.reader));
  }
}

/** Takes the lease of a link where nobody holds it; part of the caller's transaction. */
export async function takeLease(sql: Sql, linkId: string, lease: Lease, now: number): Promise<boolean> {
  return (
    (await sql.run(
      'UPDATE link SET lease_owner = ?, lease_until = ? WHERE id = ? AND (lease_until IS NULL OR lease_until < ?)',
      [lease.owner, now + lease.forMs, linkId, now],
    )) === 1
  );
}
