import { createHash } from 'node:crypto';
import type { Authorship } from '../../identity/authority/authorship.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceIndex } from '../../identity/ports.js';
import type { Attributes } from '../../schema/types.js';
import { parseJson, pieces, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';

const longestIndexed = 300;

/** Long values are indexed by their beginning and a digest, so that equality still means equality and every engine's key limits hold. */
export function indexKey(value: string): string {
  if (value.length <= longestIndexed) return value;
  return `${value.slice(0, 200)}…${createHash('sha256').update(value).digest('base64url')}`;
}

export interface ResourceRow extends Row {
  id: string;
  type: string;
  version: number;
  created: number;
  last_modified: number;
  attributes: unknown;
  external_id?: string | null;
  authors?: unknown;
  offers?: unknown;
}

export const resourceColumns = 'r.id, r.type, r.version, r.created, r.last_modified, r.attributes';

export function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    type: row.type,
    version: Number(row.version),
    created: Number(row.created),
    lastModified: Number(row.last_modified),
    attributes: parseJson<Attributes>(row.attributes) ?? {},
    ...authorshipOf(row),
    ...(row.external_id === null || row.external_id === undefined ? {} : { externalId: row.external_id }),
  };
}

/** Where nobody has precedence there are no offers. */
function authorshipOf({ authors, offers }: ResourceRow): Pick<Resource, 'authorship'> {
  const known = parseJson<Authorship['authors']>(authors);
  return known
    ? { authorship: { authors: known, offers: parseJson<Authorship['offers']>(offers) ?? {} } }
    : {};
}

/** The columns `authors` and `offers`. */
export function authorshipColumns(authorship: Authorship | undefined): [string | null, string | null] {
  if (!authorship) return [null, null];
  const { authors, offers } = authorship;
  return [toJson(authors), Object.keys(offers).length === 0 ? null : toJson(offers)];
}

/** One INSERT for many rows; constraint clashes are left to `onConflict`. */
export async function insertMany(
  sql: Sql,
  into: string,
  width: number,
  rows: readonly (readonly Parameter[])[],
  onConflict = 'ON CONFLICT DO NOTHING',
): Promise<number> {
  let inserted = 0;
  const one = `(${new Array(width).fill('?').join(', ')})`;
  for (const piece of pieces(rows, Math.floor(900 / width))) {
    const values = new Array(piece.length).fill(one).join(', ');
    inserted += await sql.run(`INSERT INTO ${into} VALUES ${values} ${onConflict}`, piece.flat());
  }
  return inserted;
}

/** Writes values and references of a resource; keys are the caller's, for they can clash. */
export async function writeIndex(sql: Sql, type: string, id: string, index: ResourceIndex): Promise<void> {
  await insertMany(
    sql,
    'resource_value (type, path, value, resource_id)',
    4,
    index.values.map(({ path, value }) => [type, path, indexKey(value), id]),
  );
  await insertMany(
    sql,
    'reference (from_id, attribute, to_id)',
    3,
    index.references.map(({ attribute, to }) => [id, attribute, to]),
  );
}

interface IndexRow {
  path: string;
  value: string;
}

/** Brings the rows of a resource's values and references to the new index, writing differences only. */
export async function updateIndex(sql: Sql, type: string, id: string, index: ResourceIndex): Promise<void> {
  const known = await sql.all<IndexRow>('SELECT path, value FROM resource_value WHERE resource_id = ?', [id]);
  const wanted = new Set(index.values.map(({ path, value }) => `${path}\n${indexKey(value)}`));
  for (const row of known) {
    if (!wanted.has(`${row.path}\n${row.value}`)) {
      await sql.run(
        'DELETE FROM resource_value WHERE type = ? AND path = ? AND value = ? AND resource_id = ?',
        [type, row.path, row.value, id],
      );
    }
  }
  const references = await sql.all<{ attribute: string; to_id: string }>(
    'SELECT attribute, to_id FROM reference WHERE from_id = ?',
    [id],
  );
  const referred = new Set(index.references.map(({ attribute, to }) => `${attribute}\n${to}`));
  for (const row of references) {
    if (!referred.has(`${row.attribute}\n${row.to_id}`)) {
      await sql.run('DELETE FROM reference WHERE from_id = ? AND attribute = ? AND to_id = ?', [
        id,
        row.attribute,
        row.to_id,
      ]);
    }
  }
  await writeIndex(sql, type, id, index);
}

const countShards = 16;

/** Totals are kept, not counted: in shards, so that concurrent writers on PostgreSQL do not queue for one row. */
export async function countResource(
  sql: Sql,
  resource: { id: string; type: string },
  by: number,
): Promise<void> {
  const shard = sql.engine === 'sqlite' ? 0 : parseInt(resource.id.slice(-1), 16) % countShards || 0;
  await sql.run(
    `INSERT INTO resource_count (type, shard, resources) VALUES (?, ?, ?)
       ON CONFLICT (type, shard) DO UPDATE SET resources = resource_count.resources + excluded.resources`,
    [resource.type, shard, by],
  );
}
