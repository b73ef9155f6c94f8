import type { Link } from '../../delivery/model.js';
import { newId } from '../../identity/id.js';
import { storeNow } from '../clock.js';
import { toJson, type Sql } from '../sql/sql.js';
import { again, leaves } from './raise-link.js';
import { forgetMarks } from './sql-secret-stores.js';

const owedForMs = 10 * 365 * 86_400_000;

export async function wakeWaiting(sql: Sql, linkId: string): Promise<void> {
  await sql.run(
    `UPDATE link SET generation = generation + 1, state = ${again}, next_attempt_at = ?, attempts = 0, waits_for = NULL
     WHERE waits_for = ? AND state IN ('due', 'parked')`,
    [await storeNow(sql), linkId],
  );
}

/** Whoever has left knows the former one. What the client sent for the new one does as well. */
async function oweInitialPassword(sql: Sql, { id, resourceId, target }: Link, now: number): Promise<void> {
  const given = await sql.get("SELECT 1 FROM sealed WHERE link_id = ? AND purpose = 'set'", [id]);
  if (given) return;
  await sql.run(
    `INSERT INTO sealed (id, link_id, resource_id, target, purpose, cipher, key_name, sealed_at, expires_at, delivered, position)
     VALUES (?, ?, ?, ?, 'owed', '', '', ?, ?, ?, 0)`,
    [newId(), id, resourceId, target, now, now + owedForMs, false],
  );
}

export async function takeOverLink(sql: Sql, from: Link, to: Link): Promise<boolean> {
  const now = await storeNow(sql);
  const gone = await sql.get<{ state: string }>(
    `DELETE FROM link WHERE id = ? AND ${leaves()} AND generation = ? AND (lease_until IS NULL OR lease_until < ?)
     RETURNING state`,
    [from.id, from.generation, now],
  );
  if (!gone) return false;
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
  await forgetMarks(sql, to.id);
  if (gone.state === 'retained' && to.resourceType === 'User') await oweInitialPassword(sql, to, now);
  await wakeWaiting(sql, from.id);
  return true;
}
