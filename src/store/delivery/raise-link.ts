import type { Lease } from '../../delivery/lease-store.js';
import type { LinkSubject, RaisedLink } from '../../delivery/link-store.js';
import { newId } from '../../identity/id.js';
import { storeNow } from '../clock.js';
import { toJson, type Row, type Sql } from '../sql/sql.js';
import { takeLease } from './sql-lease-store.js';

/** The resource of the link is gone: its account is removed, held by the guard, refused its removal, or retained. */
export const leaves = (link = 'link'): string =>
  `(${link}.removal IS NOT NULL OR ${link}.state IN ('removing', 'retained'))`;

/** What is looked at again: a link whose resource is gone is removed, whatever became of it meanwhile. */
export const again = "CASE WHEN removal IS NULL THEN 'due' ELSE 'removing' END";

export async function raiseLink(sql: Sql, subject: LinkSubject, lease?: Lease): Promise<RaisedLink> {
  const now = await storeNow(sql);
  const row = await sql.get<Row>(
    `INSERT INTO link (id, target, resource_id, resource_type, label, created_by_us, generation, state, priority, attempts, next_attempt_at, cause, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 1, 'due', ?, 0, ?, ?, ?)
     ON CONFLICT (target, resource_id) DO UPDATE SET
       generation = link.generation + 1, label = excluded.label, cause = excluded.cause, updated_at = excluded.updated_at,
       state = CASE WHEN link.state = 'retained' THEN 'retained' WHEN ${leaves()} THEN 'removing' ELSE 'due' END,
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
  const leased = lease ? await takeLease(sql, String(raised.id), lease, now) : false;
  return {
    id: String(raised.id),
    generation: Number(raised.generation),
    leased,
    ...(raised.anchor ? { anchor: String(raised.anchor) } : {}),
  };
}
