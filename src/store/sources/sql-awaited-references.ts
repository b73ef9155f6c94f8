import type { UnitOfWork } from '../../identity/ports.js';
import { AwaitedReferences, type AwaitedReference } from '../../sources/intake/awaited-references.js';
import { marks, sqlOf, type Row, type Sql } from '../sql/sql.js';

const own = 'source = ? AND type = ? AND external_id = ?';
const key = 'source, type, external_id, path, name';

export class SqlAwaitedReferences extends AwaitedReferences {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async replace(
    { source, type, externalId }: Pick<AwaitedReference, 'source' | 'type' | 'externalId'>,
    paths: readonly string[],
    awaited: readonly Pick<AwaitedReference, 'path' | 'name'>[],
  ): Promise<void> {
    if (paths.length === 0) return;
    const record = [source, type, externalId];
    const former = `${own} AND path IN (${marks(paths.length)})`;
    // Nearly every record has nothing to wait for, and needs no write for that.
    const waits = await this.reader.get(`SELECT name FROM awaited_reference WHERE ${former} LIMIT 1`, [
      ...record,
      ...paths,
    ]);
    if (!waits && awaited.length === 0) return;
    await this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      await sql.run(`DELETE FROM awaited_reference WHERE ${former}`, [...record, ...paths]);
      for (const { path, name } of awaited)
        await sql.run(
          `INSERT INTO awaited_reference (source, type, external_id, path, name) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (source, type, external_id, path, name) DO NOTHING`,
          [...record, path, name],
        );
    });
  }

  async arrived(
    types: readonly string[],
    after: AwaitedReference | undefined,
    limit: number,
  ): Promise<{ arrived: AwaitedReference[]; last?: AwaitedReference }> {
    const here = `EXISTS (SELECT 1 FROM external_id e
      WHERE e.type IN (${marks(types.length)}) AND e.source = a.source AND e.value = a.name)`;
    const rows = await this.reader.all(
      `SELECT a.*, CASE WHEN ${here} THEN 1 ELSE 0 END AS here FROM awaited_reference a
       ${after ? `WHERE (${key}) > (${marks(5)})` : ''} ORDER BY ${key} LIMIT ?`,
      [...types, ...(after ? keyOf(after) : []), limit],
    );
    const arrived = rows.filter((row) => Number(row.here) === 1).map(toReference);
    return rows.length < limit ? { arrived } : { arrived, last: toReference(rows.at(-1)!) };
  }

  async clear(reference: AwaitedReference): Promise<void> {
    await this.unitOfWork.run((tx) =>
      sqlOf(tx).run(`DELETE FROM awaited_reference WHERE ${own} AND path = ? AND name = ?`, keyOf(reference)),
    );
  }
}

const keyOf = ({ source, type, externalId, path, name }: AwaitedReference) => [
  source,
  type,
  externalId,
  path,
  name,
];

const toReference = (row: Row): AwaitedReference => ({
  source: String(row.source),
  type: String(row.type),
  externalId: String(row.external_id),
  path: String(row.path),
  name: String(row.name),
});
