import { EventStore, type SecurityEvent, type StoredEvent } from '../../events/event.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { storeNow } from '../clock.js';
import { marks, parseJson, pieces, sqlOf, toJson, type Row, type Sql } from '../sql/sql.js';

const placedAtOnce = 1000;

export class SqlEventStore extends EventStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  /** The time is the database's, read while the resource's row is locked: events of one resource are in the order of its changes. */
  async insert(tx: Transaction, event: SecurityEvent): Promise<void> {
    const sql = sqlOf(tx);
    await sql.run(
      `INSERT INTO event (id, at, txn, resource_type, resource_id, resource_version, events) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        event.id,
        await storeNow(sql),
        event.txn,
        event.resourceType,
        event.resourceId,
        event.resourceVersion,
        toJson(event.events),
      ],
    );
  }

  async place(): Promise<number> {
    if (!(await this.reader.get('SELECT 1 AS waits FROM event WHERE position IS NULL LIMIT 1'))) return 0;
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      // The row of the last place is the gate: replicas place one after another.
      const last = await sql.get<{ value: string }>(
        `INSERT INTO store_fact (name, value) VALUES ('lastEvent', '0')
         ON CONFLICT (name) DO UPDATE SET value = store_fact.value RETURNING value`,
      );
      const from = Number(last?.value ?? 0);
      const placed = await sql.run(
        `UPDATE event SET position = ${from} + fresh.number FROM (
           SELECT id AS fresh_id, ROW_NUMBER() OVER (ORDER BY at, resource_version, id) AS number
           FROM event WHERE position IS NULL ORDER BY at, resource_version, id LIMIT ${placedAtOnce}
         ) AS fresh WHERE fresh.fresh_id = event.id`,
      );
      await sql.run(`UPDATE store_fact SET value = ? WHERE name = 'lastEvent'`, [String(from + placed)]);
      return placed;
    });
  }

  async pending(receiver: string, limit: number): Promise<StoredEvent[]> {
    const rows = await this.reader.all(
      `SELECT e.* FROM event e
       WHERE e.position > COALESCE((SELECT r.position FROM event_receiver r WHERE r.name = ?), 0)
         AND NOT EXISTS (SELECT 1 FROM event_acknowledged a WHERE a.receiver = ? AND a.position = e.position)
       ORDER BY e.position LIMIT ?`,
      [receiver, receiver, limit],
    );
    return rows.map(storedEvent);
  }

  async acknowledge(receiver: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      await sql.run(
        `INSERT INTO event_receiver (name, position, updated_at) VALUES (?, 0, ?)
         ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at`,
        [receiver, await storeNow(sql)],
      );
      for (const some of pieces(ids)) {
        await sql.run(
          `INSERT INTO event_acknowledged (receiver, position)
           SELECT r.name, e.position FROM event e JOIN event_receiver r ON r.name = ? AND e.position > r.position
           WHERE e.id IN (${marks(some.length)}) ON CONFLICT (receiver, position) DO NOTHING`,
          [receiver, ...some],
        );
      }
      await advance(sql, receiver);
    });
  }

  deleteBefore(at: number, limit: number): Promise<number> {
    return this.unitOfWork.run((tx) =>
      sqlOf(tx).run('DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < ? ORDER BY at LIMIT ?)', [
        at,
        limit,
      ]),
    );
  }
}

/** Everything up to the first event that is not acknowledged needs no rows of its own any more. */
async function advance(sql: Sql, receiver: string): Promise<void> {
  await sql.run(
    `UPDATE event_receiver SET position = COALESCE(
       (SELECT MIN(e.position) - 1 FROM event e WHERE e.position > event_receiver.position AND NOT EXISTS (
          SELECT 1 FROM event_acknowledged a WHERE a.receiver = event_receiver.name AND a.position = e.position)),
       (SELECT MAX(a.position) FROM event_acknowledged a WHERE a.receiver = event_receiver.name),
       event_receiver.position) WHERE name = ?`,
    [receiver],
  );
  await sql.run(
    `DELETE FROM event_acknowledged WHERE receiver = ?
     AND position <= (SELECT position FROM event_receiver WHERE name = ?)`,
    [receiver, receiver],
  );
}

function storedEvent(row: Row): StoredEvent {
  return {
    id: String(row.id),
    at: Number(row.at),
    position: Number(row.position),
    txn: String(row.txn),
    resourceType: String(row.resource_type),
    resourceId: String(row.resource_id),
    resourceVersion: Number(row.resource_version),
    events: parseJson<StoredEvent['events']>(row.events) ?? {},
  };
}
