import type { Link, LinkState, ReservedValue } from '../../delivery/model.js';
import {
  LinkStore,
  type Farthest,
  type Lease,
  type LinkClose,
  type LinkFilter,
  type LinkSubject,
  type RaisedLink,
} from '../../delivery/ports.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { newId } from '../../identity/id.js';
import { storeNow } from '../clock.js';
import { marks, pieces, sqlOf, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';
import { closeLink } from './close-link.js';
import { toLink } from './link-rows.js';

/** No other target has still to decide the last change of the resource. */
const decided =
  "NOT EXISTS (SELECT 1 FROM undecided u WHERE u.resource_id = link.resource_id AND u.state = 'pending' AND u.link_id <> link.id)";
/** What is looked at again: a link whose resource is gone is removed, whatever became of it meanwhile. */
const again = "CASE WHEN removal IS NULL THEN 'due' ELSE 'removing' END";

export class SqlLinkStore extends LinkStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async raise(tx: Transaction, subject: LinkSubject, lease?: Lease): Promise<RaisedLink> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    const row = await sql.get<Row>(
      `INSERT INTO link (id, target, resource_id, resource_type, label, created_by_us, generation, state, priority, attempts, next_attempt_at, cause, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 1, 'due', ?, 0, ?, ?, ?)
       ON CONFLICT (target, resource_id) DO UPDATE SET
         generation = link.generation + 1, label = excluded.label, cause = excluded.cause, updated_at = excluded.updated_at,
         state = CASE WHEN link.state IN ('removing', 'retained') THEN link.state ELSE 'due' END,
         priority = CASE WHEN link.state = 'due' AND link.priority < excluded.priority THEN link.priority ELSE excluded.priority END,
         next_attempt_at = excluded.next_attempt_at, attempts = 0, held = NULL
       RETURNING id, generation, anchor, lease_owner, lease_until`,
      [
        newId(),
        subject.target,
        subject.resourceId,
        subject.resourceType,
        subject.label,
        false,
        subject.priority,
        now,
        toJson(subject.cause),
        now,
      ],
    );
    const raised = row!;
    const leased = lease ? await this.takeLease(sql, String(raised.id), lease, now) : false;
    return {
      id: String(raised.id),
      generation: Number(raised.generation),
      leased,
      ...(raised.anchor ? { anchor: String(raised.anchor) } : {}),
    };
  }

  async leaseForEdges(
    tx: Transaction,
    target: string,
    groupId: string,
    lease: Lease,
  ): Promise<RaisedLink | undefined> {
    const sql = sqlOf(tx);
    const row = await sql.get<Row>(
      'SELECT id, generation, anchor FROM link WHERE target = ? AND resource_id = ?',
      [target, groupId],
    );
    if (!row) return undefined;
    const leased = await this.takeLease(sql, String(row.id), lease, await storeNow(sql));
    return {
      id: String(row.id),
      generation: Number(row.generation),
      leased,
      ...(row.anchor ? { anchor: String(row.anchor) } : {}),
    };
  }

  async beginRemoval(
    tx: Transaction,
    target: string,
    resourceId: string,
    removal: NonNullable<Link['removal']>,
    cause: Link['cause'],
  ): Promise<void> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    // A leased link may be creating the account this very moment, and one with an error may have: both are looked at first.
    await sql.run(
      `UPDATE link SET state = 'removing', generation = generation + 1, removal = ?, cause = ?, attempts = 0, next_attempt_at = ?,
         priority = 0, held = NULL, updated_at = ? WHERE target = ? AND resource_id = ?`,
      [toJson(removal), toJson(cause), now, now, target, resourceId],
    );
  }

  async raiseReferring(tx: Transaction, target: string, resourceId: string): Promise<number> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    return sql.run(
      `UPDATE link SET generation = generation + 1, state = CASE WHEN state IN ('applied', 'parked') THEN ${again} ELSE state END,
         next_attempt_at = ?, attempts = 0
       WHERE target = ? AND state NOT IN ('removing', 'retained')
         AND resource_id IN (SELECT from_id FROM reference WHERE to_id = ?)`,
      [now, target, resourceId],
    );
  }

  async get(linkId: string, tx?: Transaction): Promise<Link | undefined> {
    const row = await (tx ? sqlOf(tx) : this.reader).get('SELECT * FROM link WHERE id = ?', [linkId]);
    return row && toLink(row);
  }

  async lock(tx: Transaction, linkId: string): Promise<Link | undefined> {
    const sql = sqlOf(tx);
    const alone = sql.engine === 'postgres' ? ' FOR UPDATE' : '';
    const row = await sql.get(`SELECT * FROM link WHERE id = ?${alone}`, [linkId]);
    return row && toLink(row);
  }

  async wakeWaiting(tx: Transaction, linkId: string): Promise<void> {
    const sql = sqlOf(tx);
    await sql.run(
      `UPDATE link SET generation = generation + 1, state = ${again}, next_attempt_at = ?, attempts = 0, waits_for = NULL
       WHERE waits_for = ? AND state IN ('due', 'parked')`,
      [await storeNow(sql), linkId],
    );
  }

  async ofResource(resourceId: string, tx?: Transaction): Promise<Link[]> {
    return (
      await (tx ? sqlOf(tx) : this.reader).all('SELECT * FROM link WHERE resource_id = ? ORDER BY target', [
        resourceId,
      ])
    ).map(toLink);
  }

  async find(target: string, resourceId: string, tx?: Transaction): Promise<Link | undefined> {
    const row = await (tx ? sqlOf(tx) : this.reader).get(
      'SELECT * FROM link WHERE target = ? AND resource_id = ?',
      [target, resourceId],
    );
    return row && toLink(row);
  }

  async byAnchor(target: string, anchor: string, tx?: Transaction): Promise<Link | undefined> {
    const row = await (tx ? sqlOf(tx) : this.reader).get(
      'SELECT * FROM link WHERE target = ? AND anchor = ?',
      [target, anchor],
    );
    return row && toLink(row);
  }

  async anchors(target: string, resourceIds: readonly string[]): Promise<Map<string, string>> {
    const anchors = new Map<string, string>();
    for (const piece of pieces(resourceIds)) {
      const rows = await this.reader.all<{ resource_id: string; anchor: string }>(
        `SELECT resource_id, anchor FROM link WHERE target = ? AND anchor IS NOT NULL AND resource_id IN (${marks(piece.length)})`,
        [target, ...piece],
      );
      rows.forEach((row) => anchors.set(row.resource_id, row.anchor));
    }
    return anchors;
  }

  async leaving(target: string, resourceIds: readonly string[]): Promise<Set<string>> {
    const leaving = new Set<string>();
    for (const piece of pieces(resourceIds)) {
      const rows = await this.reader.all<{ resource_id: string }>(
        `SELECT resource_id FROM link WHERE target = ? AND state IN ('removing', 'retained') AND resource_id IN (${marks(piece.length)})`,
        [target, ...piece],
      );
      rows.forEach((row) => leaving.add(row.resource_id));
    }
    return leaving;
  }

  removeOverdue(target: string): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return sql.run(
        `UPDATE link SET state = 'removing', generation = generation + 1, removal = ?, remove_at = NULL, next_attempt_at = ?, attempts = 0
         WHERE target = ? AND state = 'retained' AND remove_at IS NOT NULL AND remove_at <= ?`,
        [toJson({ policy: 'delete' }), now, target, now],
      );
    });
  }

  async list(filter: LinkFilter): Promise<Link[]> {
    const { text, parameters } = conditions(filter);
    if (filter.after) parameters.push(filter.after);
    const rows = await this.reader.all(
      `SELECT * FROM link WHERE ${text}${filter.after ? ' AND id > ?' : ''} ORDER BY id LIMIT ?`,
      [...parameters, filter.limit],
    );
    return rows.map(toLink);
  }

  async countByState(target: string): Promise<Record<string, number>> {
    const rows = await this.reader.all<{ state: string; n: number }>(
      'SELECT state, COUNT(*) AS n FROM link WHERE target = ? GROUP BY state',
      [target],
    );
    return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]));
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
      if (!(await this.takeLease(sql, linkId, lease, await storeNow(sql)))) return undefined;
      return this.get(linkId, tx);
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

  async close(
    tx: Transaction,
    link: Link,
    owner: string,
    close: LinkClose,
  ): Promise<'closed' | 'moved' | 'lost'> {
    const sql = sqlOf(tx);
    return closeLink(sql, link, owner, close, await storeNow(sql));
  }

  async delete(tx: Transaction, linkId: string): Promise<void> {
    await sqlOf(tx).run('DELETE FROM link WHERE id = ?', [linkId]);
  }

  async takeOver(tx: Transaction, from: Link, to: Link): Promise<boolean> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    const gone = await sql.run(
      `DELETE FROM link WHERE id = ? AND state IN ('removing', 'retained') AND generation = ? AND (lease_until IS NULL OR lease_until < ?)`,
      [from.id, from.generation, now],
    );
    if (gone !== 1) return false;
    await sql.run(
      'UPDATE link SET anchor = ?, created_by_us = ?, former_owners = ?, updated_at = ? WHERE id = ?',
      [from.anchor ?? null, from.createdByUs, toJson([...from.formerOwners, from.resourceId]), now, to.id],
    );
    await sql.run(
      `DELETE FROM reservation WHERE link_id = ? AND EXISTS (
         SELECT 1 FROM reservation mine WHERE mine.link_id = ? AND mine.target = reservation.target
           AND mine.name_space = reservation.name_space AND mine.value = reservation.value)`,
      [from.id, to.id],
    );
    await sql.run('UPDATE reservation SET link_id = ? WHERE link_id = ?', [to.id, from.id]);
    await sql.run('DELETE FROM sealed WHERE link_id = ?', [from.id]);
    await this.wakeWaiting(tx, from.id);
    return true;
  }

  async chose(tx: Transaction, linkId: string, values: Record<string, ReservedValue>): Promise<void> {
    await sqlOf(tx).run('UPDATE link SET unique_values = ? WHERE id = ?', [toJson(values), linkId]);
  }

  async setState(
    tx: Transaction,
    linkId: string,
    state: LinkState,
    patch: Partial<LinkClose> = {},
  ): Promise<boolean> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    const next = state === 'due' ? again : 'CAST(? AS TEXT)';
    const sets = [`state = ${next}`, 'generation = generation + 1', 'updated_at = ?', 'next_attempt_at = ?'];
    const parameters: Parameter[] = [...(state === 'due' ? [] : [state]), now, patch.nextAttemptAt ?? now];
    if (patch.held !== undefined) {
      sets.push('held = ?');
      parameters.push(toJson(patch.held));
    }
    if (patch.anchor !== undefined) {
      sets.push('anchor = ?');
      parameters.push(patch.anchor);
    }
    return (await sql.run(`UPDATE link SET ${sets.join(', ')} WHERE id = ?`, [...parameters, linkId])) === 1;
  }

  retry(filter: { target?: string; resourceId?: string; state?: LinkState }): Promise<number> {
    const { text, parameters } = conditions(filter);
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      const links = await sql.run(
        `UPDATE link SET generation = generation + 1, attempts = 0, next_attempt_at = ?, updated_at = ?,
           state = CASE WHEN state IN ('parked', 'applied') THEN ${again} ELSE state END
         WHERE state NOT IN ('held', 'retained') AND ${text}`,
        [now, now, ...parameters],
      );
      const groups = conditions({ target: filter.target, resourceId: filter.resourceId });
      const edges = groups.text.replaceAll('resource_id', 'group_id');
      await sql.run(
        `UPDATE edge SET state = 'due', attempts = 0, next_attempt_at = ?, generation = generation + 1 WHERE state = 'parked' AND ${edges}`,
        [now, ...groups.parameters],
      );
      await sql.run(
        `UPDATE link SET edges_due_at = ? WHERE ${groups.text} AND EXISTS (
           SELECT 1 FROM edge e WHERE e.target = link.target AND e.group_id = link.resource_id AND e.state = 'due')`,
        [now, ...groups.parameters],
      );
      return links;
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

  raisePage(
    target: string,
    after: string,
    limit: number,
    revision: string,
  ): Promise<{ last?: string; raised: number }> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      const page = await sql.all<{ id: string }>(
        `SELECT id FROM link WHERE target = ? AND id > ? ORDER BY id LIMIT ?`,
        [target, after, limit],
      );
      if (page.length === 0) return { raised: 0 };
      const raised = await sql.run(
        `UPDATE link SET generation = generation + 1, state = ${again}, next_attempt_at = ?, priority = 10, attempts = 0
         WHERE id IN (${marks(page.length)}) AND ((state IN ('applied', 'parked', 'due') AND mapping_revision <> ?)
           OR (state IN ('applied', 'parked') AND mapping_revision IS NULL))`,
        [now, ...page.map((row) => row.id), revision],
      );
      return { last: page.at(-1)!.id, raised };
    });
  }

  private async takeLease(sql: Sql, linkId: string, lease: Lease, now: number): Promise<boolean> {
    return (
      (await sql.run(
        'UPDATE link SET lease_owner = ?, lease_until = ? WHERE id = ? AND (lease_until IS NULL OR lease_until < ?)',
        [lease.owner, now + lease.forMs, linkId, now],
      )) === 1
    );
  }
}

function conditions(filter: { target?: string; resourceId?: string; state?: LinkState }): {
  text: string;
  parameters: Parameter[];
} {
  const parts: string[] = [];
  const parameters: Parameter[] = [];
  const pairs: [string, string | undefined][] = [
    ['target', filter.target],
    ['resource_id', filter.resourceId],
    ['state', filter.state],
  ];
  for (const [column, value] of pairs) {
    if (value === undefined) continue;
    parts.push(`${column} = ?`);
    parameters.push(value);
  }
  return { text: parts.length > 0 ? parts.join(' AND ') : '1 = 1', parameters };
}
