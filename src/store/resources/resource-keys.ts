import type { KeyClash, ResourceIndex } from '../../identity/ports.js';
import type { Sql } from '../sql/sql.js';
import { indexKey } from './resource-rows.js';

/** The key that another resource has already. */
export async function clashOf(
  sql: Sql,
  type: string,
  id: string | undefined,
  index: ResourceIndex,
): Promise<KeyClash | undefined> {
  for (const { path, value } of index.keys) {
    const row = await sql.get<{ resource_id: string }>(
      'SELECT resource_id FROM resource_key WHERE type = ? AND path = ? AND value = ?',
      [type, path, indexKey(value)],
    );
    if (row && row.resource_id !== id) return { path, value, holder: row.resource_id };
  }
  return undefined;
}

/** A key that was free a moment ago: on PostgreSQL another transaction may take it in between. */
export async function claimKeys(
  sql: Sql,
  type: string,
  id: string,
  index: ResourceIndex,
): Promise<KeyClash | undefined> {
  for (const { path, value } of index.keys) {
    const row = await sql.get<{ resource_id: string }>(
      `INSERT INTO resource_key (type, path, value, resource_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (type, path, value) DO UPDATE SET value = excluded.value RETURNING resource_id`,
      [type, path, indexKey(value), id],
    );
    if (row && row.resource_id !== id) return { path, value, holder: row.resource_id };
  }
  return undefined;
}

/** Gives up the keys that the resource has no more. */
export async function releaseKeys(sql: Sql, id: string, index: ResourceIndex): Promise<void> {
  const wanted = new Set(index.keys.map(({ path, value }) => `${path}\n${indexKey(value)}`));
  const rows = await sql.all<{ type: string; path: string; value: string }>(
    'SELECT type, path, value FROM resource_key WHERE resource_id = ?',
    [id],
  );
  for (const row of rows) {
    if (wanted.has(`${row.path}\n${row.value}`)) continue;
    await sql.run('DELETE FROM resource_key WHERE type = ? AND path = ? AND value = ?', [
      row.type,
      row.path,
      row.value,
    ]);
  }
}

/** Thrown inside a transaction, which is rolled back by it: another writer took the key first. */
export class LostKey extends Error {
  constructor(readonly clash: KeyClash) {
    super(`another resource has ${clash.path} already`);
    this.name = 'LostKey';
  }
}
