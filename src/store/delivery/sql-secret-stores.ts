import type { ReservedValue, SealedPassword } from '../../delivery/model.js';
import { ReservationStore, SealedStore } from '../../delivery/ports.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { sqlOf, type Row, type Sql } from '../sql/sql.js';

export class SqlReservationStore extends ReservationStore {
  async reserve(
    tx: Transaction,
    target: string,
    linkId: string,
    attribute: string,
    value: ReservedValue,
  ): Promise<string | undefined> {
    const row = await sqlOf(tx).get<{ link_id: string }>(
      `INSERT INTO reservation (target, name_space, value, link_id, attribute) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (target, name_space, value) DO UPDATE SET attribute = reservation.attribute RETURNING link_id`,
      [target, value.nameSpace, value.folded, linkId, attribute],
    );
    return row?.link_id === linkId ? undefined : row?.link_id;
  }

  async keepOnly(
    tx: Transaction,
    target: string,
    linkId: string,
    values: readonly ReservedValue[],
  ): Promise<number> {
    const sql = sqlOf(tx);
    const wanted = new Set(values.map((value) => `${value.nameSpace}\n${value.folded}`));
    const rows = await sql.all<{ name_space: string; value: string }>(
      'SELECT name_space, value FROM reservation WHERE link_id = ?',
      [linkId],
    );
    const givenUp = rows.filter((row) => !wanted.has(`${row.name_space}\n${row.value}`));
    for (const row of givenUp) {
      await sql.run('DELETE FROM reservation WHERE target = ? AND name_space = ? AND value = ?', [
        target,
        row.name_space,
        row.value,
      ]);
    }
    return givenUp.length;
  }

  async holder(tx: Transaction, target: string, value: ReservedValue): Promise<string | undefined> {
    const row = await sqlOf(tx).get<{ link_id: string }>(
      'SELECT link_id FROM reservation WHERE target = ? AND name_space = ? AND value = ?',
      [target, value.nameSpace, value.folded],
    );
    return row?.link_id;
  }

  async release(tx: Transaction, linkId: string): Promise<void> {
    await sqlOf(tx).run('DELETE FROM reservation WHERE link_id = ?', [linkId]);
  }
}

function toSealed(row: Row): SealedPassword {
  return {
    id: String(row.id),
    linkId: String(row.link_id),
    resourceId: String(row.resource_id),
    target: String(row.target),
    purpose: String(row.purpose) as SealedPassword['purpose'],
    cipher: String(row.cipher),
    keyName: String(row.key_name),
    sealedAt: Number(row.sealed_at),
    expiresAt: Number(row.expires_at),
    ...(row.change_id === null || row.change_id === undefined ? {} : { changeId: String(row.change_id) }),
    ...(row.mark === null || row.mark === undefined ? {} : { mark: String(row.mark) }),
    delivered: Boolean(row.delivered),
  };
}

/** A mark says something of the account that it was read from, and of no other. */
export async function forgetMarks(sql: Sql, linkId: string): Promise<void> {
  await sql.run('UPDATE sealed SET mark = NULL WHERE link_id = ?', [linkId]);
}

export class SqlSealedStore extends SealedStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async insert(tx: Transaction, sealed: SealedPassword): Promise<void> {
    const sql = sqlOf(tx);
    // A newer password of the same purpose makes the older one worthless, and a client's one that was generated and waits;
    // but not before it is certain that the newer one stays.
    if (sealed.changeId === undefined)
      await sql.run(
        "DELETE FROM sealed WHERE link_id = ? AND (purpose IN (?, 'owed') OR (? AND delivered = ?))",
        [sealed.linkId, sealed.purpose, sealed.purpose === 'set', false],
      );
    await sql.run(
      `INSERT INTO sealed (id, link_id, resource_id, target, purpose, cipher, key_name, sealed_at, expires_at, mark, delivered, change_id, position)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(position), 0) + 1 FROM sealed WHERE link_id = ?))`,
      [
        sealed.id,
        sealed.linkId,
        sealed.resourceId,
        sealed.target,
        sealed.purpose,
        sealed.cipher,
        sealed.keyName,
        sealed.sealedAt,
        sealed.expiresAt,
        sealed.mark ?? null,
        sealed.delivered,
        sealed.changeId ?? null,
        sealed.linkId,
      ],
    );
  }

  async ofLink(linkId: string): Promise<SealedPassword[]> {
    return (await this.reader.all('SELECT * FROM sealed WHERE link_id = ? ORDER BY position', [linkId])).map(
      toSealed,
    );
  }

  async begin(tx: Transaction, sealedId: string, mark: string): Promise<void> {
    await sqlOf(tx).run('UPDATE sealed SET mark = ? WHERE id = ?', [mark, sealedId]);
  }

  async delivered(tx: Transaction, sealedId: string, expiresAt: number): Promise<void> {
    await sqlOf(tx).run(
      `UPDATE sealed SET delivered = ?, expires_at = CASE WHEN expires_at > ? THEN expires_at ELSE ? END
       WHERE id = ?`,
      [true, expiresAt, expiresAt, sealedId],
    );
  }

  async erase(tx: Transaction, sealedId: string): Promise<boolean> {
    return (await sqlOf(tx).run('DELETE FROM sealed WHERE id = ?', [sealedId])) === 1;
  }

  async arrived(tx: Transaction, sealed: SealedPassword): Promise<void> {
    await sqlOf(tx).run(
      `DELETE FROM sealed WHERE link_id = ? AND (id = ? OR delivered = ?)
         AND position <= (SELECT position FROM sealed newest WHERE newest.id = ?)`,
      [sealed.linkId, sealed.id, false, sealed.id],
    );
  }

  async eraseOfChange(tx: Transaction, linkId: string, changeId: string): Promise<void> {
    await sqlOf(tx).run('DELETE FROM sealed WHERE link_id = ? AND change_id = ?', [linkId, changeId]);
  }

  async eraseOfLink(tx: Transaction, linkId: string): Promise<void> {
    await sqlOf(tx).run('DELETE FROM sealed WHERE link_id = ?', [linkId]);
  }

  async accountGone(tx: Transaction, linkId: string): Promise<void> {
    const sql = sqlOf(tx);
    await sql.run("DELETE FROM sealed WHERE link_id = ? AND purpose IN ('initial', 'owed')", [linkId]);
    await forgetMarks(sql, linkId);
  }

  eraseExpired(now: number): Promise<number> {
    return this.unitOfWork.run((tx) => sqlOf(tx).run('DELETE FROM sealed WHERE expires_at < ?', [now]));
  }
}
