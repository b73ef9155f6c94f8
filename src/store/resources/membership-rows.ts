import type { GroupMembership, Member } from '../../identity/model.js';
import type { MemberChange } from '../../identity/ports.js';
import { marks, pieces, type Parameter, type Sql } from '../sql/sql.js';

export interface Condition {
  text: string;
  parameters: Parameter[];
  /** The same as a SELECT of resource ids that indices answer, with the same parameters. */
  ids?: string;
}

/** The resource `r` is one of those that a SELECT of ids finds. */
export const among = (ids: string, parameters: Parameter[]): Condition => ({
  text: `r.id IN (${ids})`,
  parameters,
  ids,
});

/** Ids that were not members before. */
export async function add(
  sql: Sql,
  groupId: string,
  added: ReadonlyMap<string, string>,
  at: number,
): Promise<string[]> {
  const news: string[] = [];
  for (const piece of pieces(
    [...added].sort(([a], [b]) => (a < b ? -1 : 1)),
    200,
  )) {
    const values = new Array(piece.length).fill('(?, ?, ?, ?)').join(', ');
    const rows = await sql.all<{ member_id: string }>(
      `INSERT INTO membership (group_id, member_id, member_type, since) VALUES ${values}
       ON CONFLICT DO NOTHING RETURNING member_id`,
      piece.flatMap(([id, type]) => [groupId, id, type, at]),
    );
    news.push(...rows.map((row) => row.member_id));
  }
  return news;
}

/** Ids that were members. */
export async function remove(sql: Sql, groupId: string, removed: readonly string[]): Promise<string[]> {
  const gone: string[] = [];
  for (const piece of pieces([...removed].sort())) {
    const rows = await sql.all<{ member_id: string }>(
      `DELETE FROM membership WHERE group_id = ? AND member_id IN (${marks(piece.length)}) RETURNING member_id`,
      [groupId, ...piece],
    );
    gone.push(...rows.map((row) => row.member_id));
  }
  return gone;
}

export async function removeWhere(sql: Sql, groupId: string, condition: Condition): Promise<string[]> {
  const rows = await sql.all<{ member_id: string }>(
    `DELETE FROM membership AS m WHERE m.group_id = ? AND ${condition.text} RETURNING m.member_id AS member_id`,
    [groupId, ...condition.parameters],
  );
  return rows.map((row) => row.member_id);
}

/** Large lists stay out of SQL parameters: the wanted ids are one JSON parameter. */
export async function replace(
  sql: Sql,
  groupId: string,
  wanted: ReadonlyMap<string, string>,
  at: number,
): Promise<MemberChange> {
  const list = JSON.stringify([...wanted.keys()]);
  const ids =
    sql.engine === 'sqlite' ? 'SELECT value FROM json_each(?)' : 'SELECT jsonb_array_elements_text(?::jsonb)';
  const gone = await sql.all<{ member_id: string }>(
    `DELETE FROM membership WHERE group_id = ? AND member_id NOT IN (${ids}) RETURNING member_id`,
    [groupId, list],
  );
  const added = await add(sql, groupId, wanted, at);
  return { added, removed: gone.map((row) => row.member_id) };
}

/** displayName, else userName, of the row `table` of resource. */
export const display = (engine: Sql['engine'], table: string) => {
  const read = (name: string) =>
    engine === 'sqlite'
      ? `json_extract(${table}.attributes, '$.${name}')`
      : `${table}.attributes->>'${name}'`;
  return `COALESCE(${read('displayName')}, ${read('userName')})`;
};

/** Members of groups, by group. */
export async function membersOf(sql: Sql, groupIds: readonly string[]): Promise<Map<string, Member[]>> {
  const members = new Map<string, Member[]>();
  for (const piece of pieces(groupIds)) {
    const rows = await sql.all<{
      group_id: string;
      member_id: string;
      member_type: string;
      display: string | null;
    }>(
      `SELECT m.group_id, m.member_id, m.member_type, ${display(sql.engine, 'r')} AS display
       FROM membership m JOIN resource r ON r.id = m.member_id
       WHERE m.group_id IN (${marks(piece.length)}) ORDER BY m.group_id, m.member_id`,
      piece,
    );
    for (const row of rows) {
      append(members, row.group_id, {
        value: row.member_id,
        type: row.member_type as Member['type'],
        ...(row.display === null ? {} : { display: row.display }),
      });
    }
  }
  return members;
}

/** Direct groups, and those reached through nested ones, by member. */
export async function groupsOf(
  sql: Sql,
  memberIds: readonly string[],
): Promise<Map<string, GroupMembership[]>> {
  const groups = new Map<string, GroupMembership[]>();
  for (const piece of pieces(memberIds)) {
    const rows = await sql.all<{ member: string; id: string; depth: number; display: string | null }>(
      `WITH RECURSIVE up (member, id, depth) AS (
         SELECT member_id, group_id, 1 FROM membership WHERE member_id IN (${marks(piece.length)})
         UNION SELECT up.member, m.group_id, 2 FROM membership m JOIN up ON m.member_id = up.id
       ), nearest AS (SELECT member, id, MIN(depth) AS depth FROM up GROUP BY member, id)
       SELECT n.member, n.id, n.depth, ${display(sql.engine, 'r')} AS display
       FROM nearest n JOIN resource r ON r.id = n.id ORDER BY n.member, n.depth, n.id`,
      piece,
    );
    for (const row of rows) {
      append(groups, row.member, {
        value: row.id,
        ...(row.display === null ? {} : { display: row.display }),
        type: Number(row.depth) === 1 ? 'direct' : 'indirect',
      });
    }
  }
  return groups;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** Ends every membership of a resource about to be removed; what stood on the other side. */
export async function detach(sql: Sql, id: string): Promise<{ groups: string[]; members: string[] }> {
  const groups = await sql.all<{ group_id: string }>(
    'DELETE FROM membership WHERE member_id = ? RETURNING group_id',
    [id],
  );
  const members = await sql.all<{ member_id: string }>(
    'DELETE FROM membership WHERE group_id = ? RETURNING member_id',
    [id],
  );
  return { groups: groups.map((row) => row.group_id), members: members.map((row) => row.member_id) };
}

/** The names of resources, as far as they exist: displayName, else userName. */
export async function displayNames(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const piece of pieces([...new Set(ids)])) {
    const rows = await sql.all<{ id: string; display: string | null }>(
      `SELECT r.id, ${display(sql.engine, 'r')} AS display FROM resource r WHERE r.id IN (${marks(piece.length)})`,
      piece,
    );
    for (const { id, display } of rows) if (display !== null) names.set(id, display);
  }
  return names;
}
