import type { Departure, NamedResource } from '../../identity/model.js';
import type { Row, Sql } from '../sql/sql.js';

interface NamedRow extends Row {
  value: string;
  resource_id: string;
  departed: string | null;
}

const columns = 'value, resource_id, departed';

const toNamed = ({ value, resource_id: resourceId, departed }: NamedRow): NamedResource => ({
  externalId: value,
  resourceId,
  ...(departed === null ? {} : { departed: departed as Departure }),
});

export async function setExternalId(
  sql: Sql,
  type: string,
  id: string,
  source: string,
  value: string | null,
): Promise<void> {
  if (value === null) {
    await sql.run('DELETE FROM external_id WHERE resource_id = ? AND source = ?', [id, source]);
    return;
  }
  await sql.run(
    `INSERT INTO external_id (resource_id, source, type, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (resource_id, source) DO UPDATE SET value = excluded.value`,
    [id, source, type, value],
  );
}

export async function externalIds(sql: Sql, id: string): Promise<Record<string, string>> {
  const rows = await sql.all<{ source: string; value: string }>(
    'SELECT source, value FROM external_id WHERE resource_id = ? ORDER BY source',
    [id],
  );
  return Object.fromEntries(rows.map((row) => [row.source, row.value]));
}

/** Until the transaction ends nobody else looks whether the name is free; on SQLite there is one writer anyway. */
export async function holdName(sql: Sql, type: string, source: string, externalId: string): Promise<void> {
  if (sql.engine !== 'postgres') return;
  await sql.get('SELECT pg_advisory_xact_lock(hashtextextended(?, 0)) AS held', [
    JSON.stringify([type, source, externalId]),
  ]);
}

export async function named(
  sql: Sql,
  type: string,
  source: string,
  externalId: string,
): Promise<NamedResource[]> {
  const rows = await sql.all<NamedRow>(
    `SELECT ${columns} FROM external_id WHERE type = ? AND source = ? AND value = ? ORDER BY resource_id`,
    [type, source, externalId],
  );
  return rows.map(toNamed);
}

export async function namedPage(
  sql: Sql,
  type: string,
  source: string,
  after: string | undefined,
  limit: number,
): Promise<NamedResource[]> {
  const rows = await sql.all<NamedRow>(
    `SELECT ${columns} FROM external_id WHERE type = ? AND source = ? AND value > ? AND departed IS NULL
     ORDER BY value, resource_id LIMIT ?`,
    [type, source, after ?? '', limit],
  );
  return rows.map(toNamed);
}

export async function setDeparted(
  sql: Sql,
  id: string,
  source: string,
  departed: Departure | null,
): Promise<void> {
  await sql.run('UPDATE external_id SET departed = ? WHERE resource_id = ? AND source = ?', [
    departed,
    id,
    source,
  ]);
}
