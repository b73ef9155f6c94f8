import type { TargetState } from '../../delivery/model.js';
import { StoreClock, TargetStore, TurnStore } from '../../delivery/ports.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { storeNow, wallNow } from '../clock.js';
import { parseJson, sqlOf, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';

/** Nobody takes a turn for longer: a time further ahead was written by a clock that has been put right since. */
const longestTurnMs = 3600_000;

const optional = (value: unknown) => (value === null || value === undefined ? undefined : Number(value));

function toTarget(row: Row): TargetState {
  return {
    name: String(row.name),
    revision: String(row.revision),
    state: String(row.state) as TargetState['state'],
    pause: parseJson<NonNullable<TargetState['pause']>>(row.pause),
    unavailableSince: optional(row.unavailable_since),
    retryAt: optional(row.retry_at),
    server: row.server === null ? undefined : String(row.server),
    serverMovedAt: optional(row.server_moved_at),
    lastSuccessAt: optional(row.last_success_at),
  };
}

export class SqlTargetStore extends TargetStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  register(name: string, revision: string): Promise<TargetState> {
    return this.unitOfWork.run(async (tx) => {
      const row = await sqlOf(tx).get(
        `INSERT INTO target (name, revision, state) VALUES (?, ?, 'active')
         ON CONFLICT (name) DO UPDATE SET revision = excluded.revision RETURNING *`,
        [name, revision],
      );
      return toTarget(row!);
    });
  }

  async get(name: string): Promise<TargetState | undefined> {
    const row = await this.reader.get('SELECT * FROM target WHERE name = ?', [name]);
    return row && toTarget(row);
  }

  async all(): Promise<TargetState[]> {
    return (await this.reader.all('SELECT * FROM target ORDER BY name')).map(toTarget);
  }

  async pause(name: string, pause: NonNullable<TargetState['pause']>): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const row = await sql.get("UPDATE target SET state = 'paused' WHERE name = ? RETURNING *", [name]);
      // Only an accepted preview ends the pause after a restore.
      if (!row || toTarget(row).pause?.reason === 'restore') return;
      await sql.run('UPDATE target SET pause = ? WHERE name = ?', [toJson(pause), name]);
    });
  }

  async resume(name: string): Promise<void> {
    await this.write(
      "UPDATE target SET state = 'active', pause = NULL, unavailable_since = NULL, retry_at = NULL WHERE name = ?",
      [name],
    );
  }

  probe(name: string, pausedBefore: number): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      // The row is the gate: an administrator's pause of this moment is not lifted.
      const row = await sql.get('UPDATE target SET name = name WHERE name = ? RETURNING *', [name]);
      const pause = row && toTarget(row).pause;
      if (pause?.reason !== 'misconfigured' || !pause.mayPass || pause.at > pausedBefore) return false;
      await sql.run(
        "UPDATE target SET state = 'active', pause = NULL, unavailable_since = COALESCE(unavailable_since, ?), retry_at = NULL WHERE name = ?",
        [pause.at, name],
      );
      return true;
    });
  }

  async unavailable(name: string, since: number, retryAt: number): Promise<void> {
    await this.write(
      'UPDATE target SET unavailable_since = COALESCE(unavailable_since, ?), retry_at = ? WHERE name = ?',
      [since, retryAt, name],
    );
  }

  async available(name: string, at: number): Promise<void> {
    await this.write(
      'UPDATE target SET unavailable_since = NULL, retry_at = NULL, last_success_at = ? WHERE name = ?',
      [at, name],
    );
  }

  moveServer(name: string, from: string | undefined, to: string, at: number): Promise<boolean> {
    const same = from === undefined ? 'server IS NULL' : 'server = ?';
    return this.unitOfWork.run(
      async (tx) =>
        (await sqlOf(tx).run(`UPDATE target SET server = ?, server_moved_at = ? WHERE name = ? AND ${same}`, [
          to,
          from === undefined ? null : at,
          name,
          ...(from === undefined ? [] : [from]),
        ])) === 1,
    );
  }

  takeGuard(
    target: string,
    linkId: string,
    amounts: Record<string, number>,
    thresholds: Record<string, number | undefined>,
    windowMs: number,
  ): Promise<{ taken: boolean; over?: string; count?: number }> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      // Replicas take one after another: the row of the target is the gate.
      await sql.run('UPDATE target SET name = name WHERE name = ?', [target]);
      await sql.run('DELETE FROM guard_count WHERE target = ? AND at < ?', [target, now - windowMs]);
      for (const [effect, amount] of Object.entries(amounts)) {
        const limit = thresholds[effect];
        if (amount === 0 || limit === undefined) continue;
        const row = await sql.get<{ n: number | null }>(
          'SELECT SUM(amount) AS n FROM guard_count WHERE target = ? AND effect = ? AND link_id <> ?',
          [target, effect, linkId],
        );
        const count = Number(row?.n ?? 0) + amount;
        if (count > limit) return { taken: false, over: effect, count };
      }
      for (const [effect, amount] of Object.entries(amounts)) {
        if (amount === 0) continue;
        await sql.run(
          `INSERT INTO guard_count (target, effect, at, link_id, amount) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (target, effect, at, link_id) DO UPDATE SET amount = guard_count.amount + excluded.amount`,
          [target, effect, now, linkId, amount],
        );
      }
      return { taken: true };
    });
  }

  forgetGuard(at: number, limit: number): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const rows = await sql.all<{ target: string; effect: string; at: number; link_id: string }>(
        'SELECT target, effect, at, link_id FROM guard_count WHERE at < ? LIMIT ?',
        [at, limit],
      );
      for (const row of rows)
        await sql.run('DELETE FROM guard_count WHERE target = ? AND effect = ? AND at = ? AND link_id = ?', [
          row.target,
          row.effect,
          row.at,
          row.link_id,
        ]);
      return rows.length;
    });
  }

  private async write(text: string, parameters: readonly Parameter[]): Promise<void> {
    await this.unitOfWork.run((tx) => sqlOf(tx).run(text, parameters));
  }
}

export class SqlTurnStore extends TurnStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  take(name: string, owner: string, forMs: number): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return (
        (await sql.run(
          `INSERT INTO turn (name, owner, until) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE turn.until < ? OR turn.until > ? OR turn.owner = excluded.owner`,
          [name, owner, now + forMs, now, now + longestTurnMs],
        )) === 1
      );
    });
  }

  takeScheduled(name: string, owner: string, everyMs: number, forMs: number): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return (
        (await sql.run(
          `INSERT INTO turn (name, owner, until, last_run_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until, last_run_at = excluded.last_run_at
           WHERE (turn.until < ? OR turn.until > ?)
             AND (COALESCE(turn.last_run_at, 0) <= ? OR turn.last_run_at > ?)`,
          [name, owner, now + forMs, now, now, now + longestTurnMs, now - everyMs, now + longestTurnMs],
        )) === 1
      );
    });
  }
}

export class SqlStoreClock extends StoreClock {
  constructor(private readonly reader: Sql) {
    super();
  }

  now(tx?: Transaction): Promise<number> {
    return storeNow(tx ? sqlOf(tx) : this.reader);
  }

  wall(tx?: Transaction): Promise<number> {
    return wallNow(tx ? sqlOf(tx) : this.reader);
  }
}
