import type { UnitOfWork } from '../../identity/ports.js';
import type { Attributes } from '../../schema/types.js';
import { ParkedRecords, type ParkedRecord } from '../../sources/intake/parked-records.js';
import { parseJson, sqlOf, toJson, type Row, type Sql } from '../sql/sql.js';

const own = 'source = ? AND type = ? AND external_id = ?';

export class SqlParkedRecords extends ParkedRecords {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async put(record: ParkedRecord): Promise<void> {
    await this.unitOfWork.run((tx) =>
      sqlOf(tx).run(
        `INSERT INTO parked_record (source, type, external_id, place, candidates, reason, attributes, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (source, type, external_id) DO UPDATE SET place = excluded.place,
           candidates = excluded.candidates, reason = excluded.reason, attributes = excluded.attributes`,
        [
          record.source,
          record.type,
          record.externalId,
          record.place,
          toJson(record.candidates),
          record.reason,
          toJson(record.attributes),
          record.at,
        ],
      ),
    );
  }

  async find(source: string, type: string, externalId: string): Promise<ParkedRecord | undefined> {
    const row = await this.reader.get(`SELECT * FROM parked_record WHERE ${own}`, [source, type, externalId]);
    return row && toRecord(row);
  }

  async list(source: string | undefined, limit: number): Promise<ParkedRecord[]> {
    const where = source === undefined ? '' : 'WHERE source = ? ';
    const rows = await this.reader.all(
      `SELECT * FROM parked_record ${where}ORDER BY at, source, external_id LIMIT ?`,
      [...(source === undefined ? [] : [source]), limit],
    );
    return rows.map(toRecord);
  }

  async clear(source: string, type: string, externalId: string): Promise<void> {
    await this.unitOfWork.run((tx) =>
      sqlOf(tx).run(`DELETE FROM parked_record WHERE ${own}`, [source, type, externalId]),
    );
  }
}

const toRecord = (row: Row): ParkedRecord => ({
  source: String(row.source),
  type: String(row.type),
  externalId: String(row.external_id),
  place: String(row.place),
  candidates: parseJson<string[]>(row.candidates) ?? [],
  reason: String(row.reason),
  attributes: parseJson<Attributes>(row.attributes) ?? {},
  at: Number(row.at),
});
