import type { LinkState } from '../../delivery/model.js';
import { InventoryStore, type LinkedAccount } from '../../delivery/jobs/inventory-store.js';
import { indexKey } from '../resources/resource-rows.js';
import { leaves } from './raise-link.js';
import { marks, pieces, type Sql } from '../sql/sql.js';

interface LinkedRow {
  anchor: string;
  id: string;
  resource_id: string;
  resource_type: string;
  state: LinkState;
  leaving: boolean | number;
  label: string;
}

export class SqlInventoryStore extends InventoryStore {
  constructor(private readonly reader: Sql) {
    super();
  }

  async linksByAnchor(target: string, anchors: readonly string[]): Promise<Map<string, LinkedAccount>> {
    const found = new Map<string, LinkedAccount>();
    for (const piece of pieces(anchors)) {
      const rows = await this.reader.all<LinkedRow>(
        `SELECT anchor, id, resource_id, resource_type, ${leaves()} AS leaving, state, label FROM link WHERE target = ? AND anchor IN (${marks(piece.length)})`,
        [target, ...piece],
      );
      for (const { anchor, id, resource_id: resourceId, resource_type: resourceType, ...row } of rows)
        found.set(anchor, {
          id,
          resourceId,
          resourceType,
          state: row.state,
          leaving: Boolean(row.leaving),
          label: row.label,
        });
    }
    return found;
  }

  async keyHolders(
    type: string,
    keys: readonly { path: string; value: string }[],
  ): Promise<Map<string, string>> {
    const holders = new Map<string, string>();
    const given = new Map(
      keys.map(({ path, value }) => [`${path}\n${indexKey(value)}`, `${path}\n${value}`]),
    );
    for (const piece of pieces(keys, 200)) {
      const rows = await this.reader.all<{ path: string; value: string; resource_id: string }>(
        `SELECT path, value, resource_id FROM resource_key WHERE type = ? AND (${piece.map(() => '(path = ? AND value = ?)').join(' OR ')})`,
        [type, ...piece.flatMap(({ path, value }) => [path, indexKey(value)])],
      );
      for (const row of rows) holders.set(given.get(`${row.path}\n${row.value}`)!, row.resource_id);
    }
    return holders;
  }

  async reservedBy(
    target: string,
    nameSpace: string,
    values: readonly string[],
  ): Promise<Map<string, string>> {
    const holders = new Map<string, string>();
    for (const piece of pieces(values)) {
      const rows = await this.reader.all<{ value: string; resource_id: string }>(
        `SELECT r.value, l.resource_id FROM reservation r JOIN link l ON l.id = r.link_id
         WHERE r.target = ? AND r.name_space = ? AND r.value IN (${marks(piece.length)})`,
        [target, nameSpace, ...piece],
      );
      for (const row of rows) holders.set(row.value, row.resource_id);
    }
    return holders;
  }

  async memberPage(
    target: string,
    groupId: string,
    after: string,
    limit: number,
  ): Promise<{ memberId: string; memberType: string }[]> {
    const rows = await this.reader.all<{ member_id: string; member_type: string }>(
      `SELECT member_id, member_type FROM membership m WHERE group_id = ? AND member_id > ? AND NOT EXISTS (
         SELECT 1 FROM edge e WHERE e.target = ? AND e.group_id = m.group_id AND e.member_id = m.member_id AND e.state = 'kept')
       ORDER BY member_id LIMIT ?`,
      [groupId, after, target, limit],
    );
    return rows.map(({ member_id, member_type }) => ({ memberId: member_id, memberType: member_type }));
  }
}
