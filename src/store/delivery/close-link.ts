import type { Link } from '../../delivery/model.js';
import type { LinkClose } from '../../delivery/link-store.js';
import { toJson, type Parameter, type Sql } from '../sql/sql.js';

/** What an attempt learned: kept whatever happened to the link meanwhile. */
function learned(close: LinkClose): { sets: string[]; parameters: Parameter[] } {
  const sets: string[] = [];
  const parameters: Parameter[] = [];
  const set = (column: string, value: Parameter) => {
    sets.push(`${column} = ?`);
    parameters.push(value);
  };
  if (close.anchor !== undefined) set('anchor', close.anchor);
  if (close.createdByUs !== undefined) set('created_by_us', close.createdByUs);
  if (close.uniqueValues !== undefined) set('unique_values', toJson(close.uniqueValues));
  if (close.facts !== undefined) set('facts', toJson(close.facts));
  if (close.formerOwners !== undefined) set('former_owners', close.formerOwners);
  return { sets, parameters };
}

/** See `LinkStore.close`. */
export async function closeLink(
  sql: Sql,
  link: Link,
  owner: string,
  close: LinkClose,
  now: number,
): Promise<'closed' | 'moved' | 'lost'> {
  const known = learned(close);
  // Edges are added without raising the generation: whoever adds one meets us at the link's row, so that none is overlooked.
  if (sql.engine === 'postgres') await sql.get('SELECT id FROM link WHERE id = ? FOR UPDATE', [link.id]);
  const edges = await sql.get<{ at: number | null }>(
    "SELECT MIN(next_attempt_at) AS at FROM edge WHERE target = ? AND group_id = ? AND state = 'due'",
    [link.target, link.resourceId],
  );
  // Memberships of a group without an account wait for it: whatever gives it one looks at them again.
  const edgesDue = edgesDueAt(close, edges?.at ?? null);
  const sets = [
    'state = ?',
    'attempts = ?',
    'next_attempt_at = ?',
    'error = ?',
    'waits_for = ?',
    edgesDue.set,
    'lease_owner = NULL',
    'lease_until = NULL',
    'updated_at = ?',
    ...known.sets,
  ];
  const parameters: Parameter[] = [
    close.state,
    close.attempts,
    close.nextAttemptAt,
    toJson(close.error),
    close.error?.waitsFor ?? null,
    edgesDue.parameter,
    now,
    ...known.parameters,
  ];
  if (close.held !== undefined) {
    sets.push('held = ?');
    parameters.push(toJson(close.held));
  }
  if (close.mappingRevision !== undefined) {
    sets.push('mapping_revision = ?');
    parameters.push(close.mappingRevision);
  }
  if (close.removeAt !== undefined) {
    sets.push('remove_at = ?');
    parameters.push(close.removeAt);
  }
  const closed = await sql.run(
    `UPDATE link SET ${sets.join(', ')} WHERE id = ? AND generation = ? AND lease_owner = ?`,
    [...parameters, link.id, link.generation, owner],
  );
  if (closed === 1) return 'closed';
  return freeMoved(sql, link, owner, known, edgesDue);
}

interface EdgesDue {
  set: string;
  parameter: number | null;
}

const edgesDueAt = ({ anchor }: LinkClose, at: number | null): EdgesDue =>
  anchor === undefined
    ? {
        set: 'edges_due_at = CASE WHEN anchor IS NULL THEN NULL ELSE CAST(? AS BIGINT) END',
        parameter: at,
      }
    : { set: 'edges_due_at = ?', parameter: anchor === null ? null : at };

async function freeMoved(
  sql: Sql,
  link: Link,
  owner: string,
  known: { sets: string[]; parameters: Parameter[] },
  edgesDue: EdgesDue,
): Promise<'moved' | 'lost'> {
  const sets = ['lease_owner = NULL', 'lease_until = NULL', edgesDue.set, ...known.sets];
  const moved = await sql.run(`UPDATE link SET ${sets.join(', ')} WHERE id = ? AND lease_owner = ?`, [
    edgesDue.parameter,
    ...known.parameters,
    link.id,
    owner,
  ]);
  if (moved === 1) return 'moved';
  // Another worker holds the lease: whatever was done here is looked at again.
  await sql.run(
    "UPDATE link SET generation = generation + 1, state = CASE WHEN state = 'applied' THEN 'due' ELSE state END WHERE id = ?",
    [link.id],
  );
  return 'lost';
}
