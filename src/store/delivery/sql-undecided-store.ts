import type { Undecided } from '../../delivery/model.js';
import { UndecidedStore } from '../../delivery/ports.js';
import type { Caller } from '../../identity/model.js';
import type { FormerImage, Transaction, UnitOfWork } from '../../identity/ports.js';
import { storeNow } from '../clock.js';
import { marks, parseJson, pieces, sqlOf, toJson, type Row, type Sql } from '../sql/sql.js';

type Full = Undecided & { former?: FormerImage; versionAfter: number; caller: Caller };

function toUndecided(row: Row): Full {
  return {
    changeId: String(row.change_id),
    resourceId: String(row.resource_id),
    linkId: String(row.link_id),
    target: String(row.target),
    kind: String(row.kind) as Undecided['kind'],
    state: String(row.state) as Undecided['state'],
    deadline: Number(row.deadline),
    error: parseJson<NonNullable<Undecided['error']>>(row.error),
    former: parseJson<FormerImage>(row.former),
    versionAfter: Number(row.version_after),
    caller: parseJson<Caller>(row.caller)!,
  };
}

export class SqlUndecidedStore extends UndecidedStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async insert(
    tx: Transaction,
    change: Omit<Undecided, 'state' | 'error'> & {
      former?: FormerImage;
      versionAfter: number;
      caller: Caller;
    },
  ): Promise<void> {
    await sqlOf(tx).run(
      `INSERT INTO undecided (change_id, resource_id, link_id, target, kind, former, version_after, deadline, state, caller)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)`,
      [
        change.changeId,
        change.resourceId,
        change.linkId,
        change.target,
        change.kind,
        toJson(change.former),
        change.versionAfter,
        change.deadline,
        toJson(change.caller),
      ],
    );
  }

  async pendingOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined> {
    for (const piece of pieces(resourceIds)) {
      const row = await sqlOf(tx).get<{ change_id: string }>(
        `SELECT change_id FROM undecided WHERE state = 'pending' AND resource_id IN (${marks(piece.length)}) LIMIT 1`,
        piece,
      );
      if (row) return row.change_id;
    }
    return undefined;
  }

  async pendingOfLink(tx: Transaction, linkId: string): Promise<Full[]> {
    const sql = sqlOf(tx);
    const alone = sql.engine === 'postgres' ? ' FOR UPDATE' : '';
    const rows = await sql.all(
      `SELECT * FROM undecided WHERE link_id = ? AND state = 'pending' ORDER BY change_id DESC${alone}`,
      [linkId],
    );
    return rows.map(toUndecided);
  }

  async get(changeId: string): Promise<Undecided | undefined> {
    const row = await this.reader.get('SELECT * FROM undecided WHERE change_id = ?', [changeId]);
    return row && toUndecided(row);
  }

  async resolve(
    tx: Transaction,
    changeId: string,
    state: 'kept' | 'undone',
    error?: Undecided['error'],
  ): Promise<boolean> {
    return (
      (await sqlOf(tx).run(
        "UPDATE undecided SET state = ?, error = ?, former = NULL WHERE change_id = ? AND state = 'pending'",
        [state, toJson(error), changeId],
      )) === 1
    );
  }

  async overdue(): Promise<string[]> {
    const now = await storeNow(this.reader);
    const rows = await this.reader.all<{ change_id: string }>(
      "SELECT change_id FROM undecided WHERE state = 'pending' AND deadline < ? LIMIT 500",
      [now],
    );
    return rows.map((row) => row.change_id);
  }

  deleteBefore(at: number, limit: number): Promise<number> {
    return this.unitOfWork.run((tx) =>
      sqlOf(tx).run(
        `DELETE FROM undecided WHERE change_id IN (
           SELECT change_id FROM undecided WHERE state <> 'pending' AND deadline < ? LIMIT ?)`,
        [at, limit],
      ),
    );
  }
}
