import { EmploymentStore, type EmploymentPeriod } from '../../delivery/employment/employment-store.js';
import type { Transaction } from '../../identity/ports.js';
import { sqlOf, type Row, type Sql } from '../sql/sql.js';

function toPeriod(row: Row): EmploymentPeriod {
  return {
    resourceId: String(row.resource_id),
    resourceType: String(row.resource_type),
    ...(row.since === null ? {} : { since: Number(row.since) }),
    ...(row.until === null ? {} : { until: Number(row.until) }),
  };
}

export class SqlEmploymentStore extends EmploymentStore {
  constructor(private readonly reader: Sql) {
    super();
  }

  async put(tx: Transaction, { resourceId, resourceType, since, until }: EmploymentPeriod): Promise<void> {
    await sqlOf(tx).run(
      `INSERT INTO employment (resource_id, resource_type, since, until) VALUES (?, ?, ?, ?)
       ON CONFLICT (resource_id) DO UPDATE SET since = excluded.since, until = excluded.until`,
      [resourceId, resourceType, since ?? null, until ?? null],
    );
  }

  async delete(tx: Transaction, resourceId: string): Promise<void> {
    await sqlOf(tx).run('DELETE FROM employment WHERE resource_id = ?', [resourceId]);
  }

  async lock(tx: Transaction, resourceId: string): Promise<EmploymentPeriod | undefined> {
    const row = await sqlOf(tx).get(
      'UPDATE employment SET resource_type = resource_type WHERE resource_id = ? RETURNING *',
      [resourceId],
    );
    return row && toPeriod(row);
  }

  async get(resourceId: string): Promise<EmploymentPeriod | undefined> {
    const row = await this.reader.get('SELECT * FROM employment WHERE resource_id = ?', [resourceId]);
    return row && toPeriod(row);
  }

  async doubt(tx: Transaction, resourceId: string): Promise<void> {
    await sqlOf(tx).run('UPDATE employment SET since = NULL, until = 0 WHERE resource_id = ?', [resourceId]);
  }

  async outdated(now: number, limit: number): Promise<string[]> {
    const over = await this.ids('until <= ? ORDER BY until, resource_id LIMIT ?', [now, limit]);
    if (over.length >= limit) return over;
    const ahead = await this.ids('since > ? ORDER BY since, resource_id LIMIT ?', [now, limit - over.length]);
    return [...over, ...ahead];
  }

  async nextUntil(): Promise<number | undefined> {
    const row = await this.reader.get<{ next: string | number | null }>(
      'SELECT MIN(until) AS next FROM employment',
    );
    return row === undefined || row.next === null ? undefined : Number(row.next);
  }

  page(after: string, limit: number): Promise<string[]> {
    return this.ids('resource_id > ? ORDER BY resource_id LIMIT ?', [after, limit]);
  }

  async count(): Promise<number> {
    const row = await this.reader.get<{ n: string | number }>('SELECT COUNT(*) AS n FROM employment');
    return Number(row?.n ?? 0);
  }

  private async ids(where: string, parameters: (string | number)[]): Promise<string[]> {
    const rows = await this.reader.all<{ resource_id: string }>(
      `SELECT resource_id FROM employment WHERE ${where}`,
      parameters,
    );
    return rows.map((row) => row.resource_id);
  }
}
