import { PassStore, type PassProgress } from '../../delivery/ports.js';
import type { Transaction } from '../../identity/ports.js';
import { storeNow } from '../clock.js';
import { parseJson, sqlOf, toJson, type Sql } from '../sql/sql.js';
import { leaves } from './raise-link.js';

const kind = 'pass';

/** Progress of background passes: one row of `job` for each. */
export class SqlPassStore extends PassStore {
  constructor(private readonly reader: Sql) {
    super();
  }

  async get(name: string): Promise<PassProgress | undefined> {
    const row = await this.reader.get<{ progress: unknown }>('SELECT progress FROM job WHERE id = ?', [
      `${kind}: ${name}`,
    ]);
    return row && parseJson<PassProgress>(row.progress);
  }

  async save(
    tx: Transaction,
    name: string,
    target: string | undefined,
    progress: PassProgress,
  ): Promise<void> {
    const sql = sqlOf(tx);
    const now = await storeNow(sql);
    await sql.run(
      `INSERT INTO job (id, kind, target, state, progress, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, progress = excluded.progress, updated_at = excluded.updated_at`,
      [`${kind}: ${name}`, kind, target ?? null, progress.state, toJson(progress), now, now],
    );
  }

  async behind(target: string, revision: string): Promise<{ behind: number; total: number }> {
    const row = await this.reader.get<{ behind: number | null; total: number }>(
      `SELECT COUNT(*) AS total, SUM(CASE WHEN (state IN ('applied', 'due') AND mapping_revision <> ?)
         OR (state = 'due' AND mapping_revision IS NULL AND priority > 0) THEN 1 ELSE 0 END) AS behind
       FROM link WHERE target = ? AND NOT ${leaves()}`,
      [revision, target],
    );
    return { behind: Number(row?.behind ?? 0), total: Number(row?.total ?? 0) };
  }
}
