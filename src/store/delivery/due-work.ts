import type { Farthest } from '../../delivery/lease-store.js';
import { priorities } from '../../delivery/model.js';
import type { Sql } from '../sql/sql.js';

/** Nobody works on it. */
const free = '(lease_until IS NULL OR lease_until < ?)';
/** No other target has still to decide the last change of the resource. */
const decided =
  "NOT EXISTS (SELECT 1 FROM undecided u WHERE u.resource_id = link.resource_id AND u.state = 'pending' AND u.link_id <> link.id)";
const ready = `${free} AND ${decided}`;

/** The parts of ix_link_due, each in the order of its next attempts: only the head of each is read, however long it is. */
const parts = ['due', 'removing'].flatMap((state) =>
  Object.values(priorities).map(
    (priority) => `SELECT id, priority, next_attempt_at FROM link
      WHERE target = ? AND state = '${state}' AND priority = ${priority}`,
  ),
);
/** Also of a group whose own change is parked: nothing is wrong with its members. */
const withEdges = "target = ? AND state IN ('applied', 'parked')";

/** Links that are due, best priority first. Rows that another transaction holds are left out. */
async function dueLinks(
  sql: Sql,
  target: string,
  when: '<=' | '>',
  at: number,
  now: number,
  limit: number,
): Promise<string[]> {
  const heads = parts.map(
    (part, index) =>
      `SELECT * FROM (${part} AND next_attempt_at ${when} ? AND ${ready} ORDER BY next_attempt_at LIMIT ? ${skipLocked(sql)}) AS part${index}`,
  );
  const rows = await sql.all<{ id: string }>(
    `SELECT id FROM (${heads.join(' UNION ALL ')}) AS heads ORDER BY priority, next_attempt_at LIMIT ?`,
    [...parts.flatMap(() => [target, at, now, limit]), limit],
  );
  return rows.map(({ id }) => id);
}

/** Groups with edges that are due. */
async function dueGroups(
  sql: Sql,
  target: string,
  when: '<=' | '>',
  at: number,
  now: number,
  limit: number,
): Promise<string[]> {
  const rows = await sql.all<{ id: string }>(
    `SELECT id FROM link WHERE ${withEdges} AND edges_due_at ${when} ? AND ${ready} ORDER BY edges_due_at LIMIT ? ${skipLocked(sql)}`,
    [target, at, now, limit],
  );
  return rows.map(({ id }) => id);
}

/** Ids of links to work on, in that order; or what a clock that was wrong has put too far ahead, where nothing else is due. */
export async function dueWork(
  sql: Sql,
  target: string,
  now: number,
  limit: number,
  farthest: Farthest,
): Promise<string[]> {
  const work = await dueLinks(sql, target, '<=', now, now, limit);
  const room = () => limit - work.length;
  if (room() > 0) work.push(...(await dueGroups(sql, target, '<=', now, now, room())));
  if (work.length > 0) return [...new Set(work)];
  work.push(...(await dueLinks(sql, target, '>', now + farthest.links, now, limit)));
  if (room() > 0) work.push(...(await dueGroups(sql, target, '>', now + farthest.edges, now, room())));
  return [...new Set(work)];
}

/** When the next of them is due; undefined: nothing waits. */
export async function nextDue(sql: Sql, target: string, now: number): Promise<number | undefined> {
  const firsts = [
    ...parts.map(
      (part) => `SELECT next_attempt_at AS at FROM (${part} AND ${ready} ORDER BY next_attempt_at LIMIT 1)`,
    ),
    `SELECT edges_due_at AS at FROM (SELECT edges_due_at FROM link WHERE ${withEdges} AND edges_due_at IS NOT NULL AND ${ready} ORDER BY edges_due_at LIMIT 1)`,
  ].map((first, index) => `${first} AS first${index}`);
  const row = await sql.get<{ at: number | null }>(
    `SELECT MIN(at) AS at FROM (${firsts.join(' UNION ALL ')}) AS firsts`,
    firsts.flatMap(() => [target, now]),
  );
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
}

const skipLocked = ({ engine }: Sql): string => (engine === 'postgres' ? 'FOR UPDATE SKIP LOCKED' : '');
