import { priorities, type Link, type LinkState, type ReservedValue } from '../../delivery/model.js';
import {
  LinkStore,
  type LinkClose,
  type LinkFilter,
  type LinkSubject,
  type RaisedLink,
} from '../../delivery/link-store.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import type { Lease } from '../../delivery/lease-store.js';
import { storeNow } from '../clock.js';
import { marks, pieces, sqlOf, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';
import { closeLink } from './close-link.js';
import { toLink } from './link-rows.js';
import { again, leaves, raiseLink } from './raise-link.js';
import { takeLease } from './sql-lease-store.js';
import { takeOverLink, wakeWaiting } from './take-over-link.js';

export class SqlLinkStore extends LinkStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  raise(tx: Transaction, subject: LinkSubject, lease?: Lease): Promise<RaisedLink> {
    return raiseLink(sqlOf(tx), subject, lease);
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
    const leased = await takeLease(sql, String(row.id), lease, await storeNow(sql));
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
       WHERE target = ? AND NOT ${leaves()}
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

  wakeWaiting(tx: Transaction, linkId: string): Promise<void> {
    return wakeWaiting(sqlOf(tx), linkId);
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
        `SELECT resource_id FROM link WHERE target = ? AND ${leaves()} AND resource_id IN (${marks(piece.length)})`,
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

  takeOver(tx: Transaction, from: Link, to: Link): Promise<boolean> {
    return takeOverLink(sqlOf(tx), from, to);
  }

  async giveUp(tx: Transaction, linkId: string, formerOwners: readonly string[]): Promise<void> {
    await sqlOf(tx).run('UPDATE link SET former_owners = ? WHERE id = ?', [toJson(formerOwners), linkId]);
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
        `UPDATE link SET generation = generation + 1, state = ${again}, next_attempt_at = ?, priority = ?, attempts = 0
         WHERE id IN (${marks(page.length)}) AND ((state IN ('applied', 'parked', 'due') AND mapping_revision <> ?)
           OR (state IN ('applied', 'parked') AND mapping_revision IS NULL))`,
        [now, priorities.background, ...page.map((row) => row.id), revision],
      );
      return { last: page.at(-1)!.id, raised };
    });
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
