import type { Edge, LinkError } from '../../delivery/model.js';
import { EdgeStore } from '../../delivery/ports.js';
import type { MembershipChange, Transaction } from '../../identity/ports.js';
import { marks, pieces, sqlOf, toJson, type Sql } from '../sql/sql.js';
import { leaves } from './raise-link.js';
import { toEdge } from './link-rows.js';

export class SqlEdgeStore extends EdgeStore {
  constructor(private readonly reader: Sql) {
    super();
  }

  async add(
    tx: Transaction,
    target: string,
    changes: readonly MembershipChange[],
    changeId: string | undefined,
    at: number,
  ): Promise<void> {
    const sql = sqlOf(tx);
    const sorted = [...changes].sort((a, b) => (a.groupId + a.memberId < b.groupId + b.memberId ? -1 : 1));
    for (const piece of pieces(sorted, 90)) {
      const rows = new Array(piece.length).fill("(?, ?, ?, ?, 1, 'due', 0, ?, ?)").join(', ');
      await sql.run(
        `INSERT INTO edge (target, group_id, member_id, member_type, generation, state, attempts, next_attempt_at, change_id) VALUES ${rows}
         ON CONFLICT (target, group_id, member_id) DO UPDATE SET generation = edge.generation + 1, state = 'due', attempts = 0,
           next_attempt_at = excluded.next_attempt_at, change_id = excluded.change_id, error = NULL`,
        piece.flatMap((change) => [
          target,
          change.groupId,
          change.memberId,
          change.memberType,
          at,
          changeId ?? null,
        ]),
      );
    }
    await this.lookAt(sql, target, [...new Set(sorted.map((change) => change.groupId))], at);
  }

  async due(target: string, groupId: string, limit: number): Promise<Edge[]> {
    const rows = await this.reader.all(
      "SELECT * FROM edge WHERE target = ? AND group_id = ? AND state = 'due' ORDER BY next_attempt_at, member_id LIMIT ?",
      [target, groupId, limit],
    );
    return rows.map(toEdge);
  }

  async present(groupId: string, memberIds: readonly string[]): Promise<Set<string>> {
    const present = new Set<string>();
    for (const piece of pieces(memberIds)) {
      const rows = await this.reader.all<{ member_id: string }>(
        `SELECT member_id FROM membership WHERE group_id = ? AND member_id IN (${marks(piece.length)})`,
        [groupId, ...piece],
      );
      rows.forEach((row) => present.add(row.member_id));
    }
    return present;
  }

  async settle(tx: Transaction, target: string, edges: readonly Edge[]): Promise<void> {
    const sql = sqlOf(tx);
    for (const piece of pieces(edges, 200)) {
      const conditions = piece.map(() => '(group_id = ? AND member_id = ? AND generation = ?)').join(' OR ');
      await sql.run(`DELETE FROM edge WHERE target = ? AND (${conditions})`, [
        target,
        ...piece.flatMap((edge) => [edge.groupId, edge.memberId, edge.generation]),
      ]);
    }
  }

  async defer(
    tx: Transaction,
    target: string,
    edge: Edge,
    state: Edge['state'],
    nextAttemptAt: number,
    error?: LinkError,
  ): Promise<void> {
    await sqlOf(tx).run(
      `UPDATE edge SET state = ?, next_attempt_at = ?, attempts = ?, error = ?
       WHERE target = ? AND group_id = ? AND member_id = ? AND generation = ?`,
      [
        state,
        nextAttemptAt,
        edge.attempts + 1,
        toJson(error),
        target,
        edge.groupId,
        edge.memberId,
        edge.generation,
      ],
    );
  }

  async raiseAll(tx: Transaction, target: string, resourceId: string, at: number): Promise<void> {
    const sql = sqlOf(tx);
    for (const side of ['member_id', 'group_id']) {
      await sql.run(
        `INSERT INTO edge (target, group_id, member_id, member_type, generation, state, attempts, next_attempt_at)
         SELECT ?, group_id, member_id, member_type, 1, 'due', 0, CAST(? AS BIGINT) FROM membership WHERE ${side} = ?
         ON CONFLICT (target, group_id, member_id) DO UPDATE SET generation = edge.generation + 1, state = 'due', attempts = 0, next_attempt_at = excluded.next_attempt_at`,
        [target, at, resourceId],
      );
    }
    await this.wake(tx, target, resourceId, at);
  }

  async wake(tx: Transaction, target: string, resourceId: string, at: number): Promise<void> {
    const sql = sqlOf(tx);
    await sql.run(
      "UPDATE edge SET next_attempt_at = ?, attempts = 0, state = 'due', generation = generation + 1 WHERE target = ? AND member_id = ? AND state IN ('due', 'parked')",
      [at, target, resourceId],
    );
    await this.lookAtGroupsOf(sql, target, resourceId, at);
  }

  async move(tx: Transaction, target: string, fromId: string, toId: string, at: number): Promise<void> {
    const sql = sqlOf(tx);
    for (const [side, columns] of [
      ['member_id', 'group_id, CAST(? AS TEXT)'],
      ['group_id', 'CAST(? AS TEXT), member_id'],
    ] as const) {
      await sql.run(
        `INSERT INTO edge (target, group_id, member_id, member_type, generation, state, attempts, next_attempt_at)
         SELECT target, ${columns}, member_type, 1, 'due', 0, CAST(? AS BIGINT) FROM edge WHERE target = ? AND ${side} = ?
         ON CONFLICT (target, group_id, member_id) DO UPDATE SET generation = edge.generation + 1, state = 'due', next_attempt_at = excluded.next_attempt_at`,
        [toId, at, target, fromId],
      );
    }
    await this.forget(tx, target, fromId);
    await this.wake(tx, target, toId, at);
  }

  async keepOfGroup(tx: Transaction, target: string, groupId: string): Promise<void> {
    await sqlOf(tx).run("UPDATE edge SET state = 'kept' WHERE target = ? AND group_id = ?", [
      target,
      groupId,
    ]);
  }

  async keepOfMember(tx: Transaction, target: string, memberId: string, at: number): Promise<void> {
    await sqlOf(tx).run(
      `INSERT INTO edge (target, group_id, member_id, member_type, generation, state, attempts, next_attempt_at)
       SELECT ?, group_id, member_id, member_type, 1, 'kept', 0, CAST(? AS BIGINT) FROM membership WHERE member_id = ?
       ON CONFLICT (target, group_id, member_id) DO UPDATE SET generation = edge.generation + 1, state = 'kept'`,
      [target, at, memberId],
    );
  }

  async takeUp(tx: Transaction, target: string, resourceId: string, at: number): Promise<void> {
    const sql = sqlOf(tx);
    const raise = (which: string) =>
      sql.run(
        `UPDATE edge SET state = 'due', attempts = 0, next_attempt_at = ?, generation = generation + 1
         WHERE target = ? AND ${which}`,
        [at, target, resourceId],
      );
    const raised =
      (await raise("group_id = ? AND state = 'aside'")) +
      (await raise(`member_id = ? AND state = 'kept' AND NOT EXISTS (
         SELECT 1 FROM link l WHERE l.target = edge.target AND l.resource_id = edge.group_id AND ${leaves('l')})`));
    if (raised > 0) await this.lookAtGroupsOf(sql, target, resourceId, at);
  }

  async forget(tx: Transaction, target: string, resourceId: string): Promise<void> {
    const sql = sqlOf(tx);
    await sql.run('DELETE FROM edge WHERE target = ? AND group_id = ?', [target, resourceId]);
    await sql.run('DELETE FROM edge WHERE target = ? AND member_id = ?', [target, resourceId]);
  }

  async ofChange(tx: Transaction, changeId: string): Promise<Edge[]> {
    return (await sqlOf(tx).all('SELECT * FROM edge WHERE change_id = ?', [changeId])).map(toEdge);
  }

  async countOpen(target: string): Promise<{ due: number; parked: number }> {
    const rows = await this.reader.all<{ state: 'due' | 'parked'; n: number }>(
      "SELECT state, COUNT(*) AS n FROM edge WHERE target = ? AND state IN ('due', 'parked') GROUP BY state",
      [target],
    );
    const counts = { due: 0, parked: 0 };
    for (const { state, n } of rows) counts[state] = Number(n);
    return counts;
  }

  async parked(target: string, groupId?: string): Promise<Edge[]> {
    const rows = await this.reader.all(
      `SELECT * FROM edge WHERE target = ? AND state = 'parked'${groupId ? ' AND group_id = ?' : ''} ORDER BY group_id, member_id LIMIT 1000`,
      groupId ? [target, groupId] : [target],
    );
    return rows.map(toEdge);
  }

  /** The resource itself, as a group, and every group that it is a member of: where there is a due edge. */
  private async lookAtGroupsOf(sql: Sql, target: string, resourceId: string, at: number): Promise<void> {
    await sql.run(
      `UPDATE link SET edges_due_at = ? WHERE target = ? AND (resource_id = ? OR resource_id IN (
         SELECT group_id FROM edge WHERE target = ? AND member_id = ? AND state = 'due'))
         AND EXISTS (SELECT 1 FROM edge e WHERE e.target = link.target AND e.group_id = link.resource_id AND e.state = 'due')`,
      [at, target, resourceId, target, resourceId],
    );
  }

  private async lookAt(sql: Sql, target: string, groupIds: readonly string[], at: number): Promise<void> {
    for (const piece of pieces(groupIds)) {
      await sql.run(
        `UPDATE link SET edges_due_at = ? WHERE target = ? AND resource_id IN (${marks(piece.length)})`,
        [at, target, ...piece],
      );
    }
  }
}
