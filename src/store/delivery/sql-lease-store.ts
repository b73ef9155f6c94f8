import { LeaseStore, type Farthest, type Lease } from '../../delivery/lease-store.js';
import type { Link } from '../../delivery/model.js';
import type { UnitOfWork } from '../../identity/ports.js';
import { storeNow } from '../clock.js';
import { marks, sqlOf, type Sql } from '../sql/sql.js';
import { toLink } from './link-rows.js';

/** No other target has still to decide the last change of the resource. */
const decided =
  "NOT EXISTS (SELECT 1 FROM undecided u WHERE u.resource_id = link.resource_id AND u.state = 'pending' AND u.link_id <> link.id)";

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
      const skip = sql.engine === 'postgres' ? 'FOR UPDATE SKIP LOCKED' : '';
      const free = '(lease_until IS NULL OR lease_until < ?)';
      const work = await sql.all<{ id: string }>(
        `SELECT id FROM link WHERE target = ? AND state IN ('due', 'removing') AND (next_attempt_at <= ? OR next_attempt_at > ?) AND ${free} AND ${decided}
         ORDER BY priority, next_attempt_at LIMIT ? ${skip}`,
        [target, now, now + farthest.links, now, limit],
      );
      if (work.length < limit) {
        const groups = await sql.all<{ id: string }>(
          `SELECT id FROM link WHERE target = ? AND edges_due_at IS NOT NULL AND (edges_due_at <= ? OR edges_due_at > ?)
             AND state = 'applied' AND ${free} AND ${decided} ORDER BY edges_due_at LIMIT ? ${skip}`,
          [target, now, now + farthest.edges, now, limit - work.length],
        );
        work.push(...groups);
      }
      const ids = [...new Set(work.map((row) => row.id))];
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
    const free = '(lease_until IS NULL OR lease_until < ?)';
    const now = await storeNow(this.reader);
    const row = await this.reader.get<{ at: number | null }>(
      `SELECT MIN(at) AS at FROM (
         SELECT MIN(next_attempt_at) AS at FROM link WHERE target = ? AND state IN ('due', 'removing') AND ${free} AND ${decided}
         UNION ALL SELECT MIN(edges_due_at) AS at FROM link WHERE target = ? AND edges_due_at IS NOT NULL AND state = 'applied' AND ${free} AND ${decided}) AS due`,
      [target, now, target, now],
    );
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
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
