import type { Authorship } from '../../identity/authority/authorship.js';
import type {
  AccountView,
  Departure,
  GroupMembership,
  Member,
  NamedResource,
  Query,
  Resource,
} from '../../identity/model.js';
import {
  ResourceStore,
  type KeyClash,
  type MemberChange,
  type ResourceIndex,
  type StoredPage,
  type StoredResource,
  type Transaction,
} from '../../identity/ports.js';
import type { ResolvedFilter } from '../../schema/filter.js';
import { marks, parseJson, pieces, sqlOf, toJson, type Sql } from '../sql/sql.js';
import * as names from './external-ids.js';
import * as members from './membership-rows.js';
import { claimKeys, clashOf, LostKey, releaseKeys } from './resource-keys.js';
import {
  authorshipColumns,
  countResource,
  resourceColumns,
  toResource,
  updateIndex,
  writeIndex,
  type ResourceRow,
} from './resource-rows.js';
import type { ResourceSearch } from './resource-search.js';

/** Resources, their indices and memberships in SQL. */
export class SqlResourceStore extends ResourceStore {
  constructor(
    private readonly reader: Sql,
    private readonly searching: ResourceSearch,
    private readonly epochNow: () => Promise<string>,
  ) {
    super();
  }

  async insert(tx: Transaction, { resource, index }: StoredResource): Promise<KeyClash | undefined> {
    const sql = sqlOf(tx);
    const clash = await clashOf(sql, resource.type, resource.id, index);
    if (clash) return clash;
    await sql.run(
      'INSERT INTO resource (id, type, version, created, last_modified, attributes, search, authors, offers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        resource.id,
        resource.type,
        resource.version,
        resource.created,
        resource.lastModified,
        toJson(resource.attributes),
        toJson(index.search),
        ...authorshipColumns(resource.authorship),
      ],
    );
    const lost = await claimKeys(sql, resource.type, resource.id, index);
    if (lost) throw new LostKey(lost);
    await writeIndex(sql, resource.type, resource.id, index);
    await countResource(sql, resource, 1);
    return undefined;
  }

  async load(
    tx: Transaction | undefined,
    type: string,
    id: string,
    source: string,
  ): Promise<Resource | undefined> {
    const sql = tx ? sqlOf(tx) : this.reader;
    // Locked by a statement before it: the subselect of a statement that had to wait for the row sees what was
    // committed when that statement began, not what the holder of the row has committed since.
    if (tx && sql.engine === 'postgres')
      await sql.get('SELECT id FROM resource WHERE id = ? AND type = ? FOR UPDATE', [id, type]);
    const row = await sql.get<ResourceRow>(
      `SELECT ${resourceColumns}, r.authors, r.offers, (SELECT x.value FROM external_id x WHERE x.resource_id = r.id AND x.source = ?) AS external_id
       FROM resource r WHERE r.id = ? AND r.type = ?`,
      [source, id, type],
    );
    return row && toResource(row);
  }

  async update(
    tx: Transaction,
    stored: StoredResource,
    expected: number,
  ): Promise<KeyClash | 'lost' | undefined> {
    const sql = sqlOf(tx);
    const { resource, index } = stored;
    const clash = await clashOf(sql, resource.type, resource.id, index);
    if (clash) return clash;
    const changed = await sql.run(
      'UPDATE resource SET version = ?, last_modified = ?, attributes = ?, search = ?, authors = ?, offers = ? WHERE id = ? AND version = ?',
      [
        resource.version,
        resource.lastModified,
        toJson(resource.attributes),
        toJson(index.search),
        ...authorshipColumns(resource.authorship),
        resource.id,
        expected,
      ],
    );
    if (changed !== 1) return 'lost';
    await releaseKeys(sql, resource.id, index);
    const lost = await claimKeys(sql, resource.type, resource.id, index);
    if (lost) throw new LostKey(lost);
    await updateIndex(sql, resource.type, resource.id, index);
    return undefined;
  }

  async remember(tx: Transaction, id: string, authorship: Authorship): Promise<void> {
    await sqlOf(tx).run('UPDATE resource SET authors = ?, offers = ? WHERE id = ?', [
      ...authorshipColumns(authorship),
      id,
    ]);
  }

  setExternalId(
    tx: Transaction,
    type: string,
    id: string,
    source: string,
    value: string | null,
  ): Promise<void> {
    return names.setExternalId(sqlOf(tx), type, id, source, value);
  }

  externalIds(tx: Transaction | undefined, id: string): Promise<Record<string, string>> {
    return names.externalIds(tx ? sqlOf(tx) : this.reader, id);
  }

  async named(
    tx: Transaction | undefined,
    type: string,
    source: string,
    externalId: string,
  ): Promise<NamedResource[]> {
    if (tx) await names.holdName(sqlOf(tx), type, source, externalId);
    return names.named(tx ? sqlOf(tx) : this.reader, type, source, externalId);
  }

  namedPage(
    type: string,
    source: string,
    after: string | undefined,
    limit: number,
  ): Promise<NamedResource[]> {
    return names.namedPage(this.reader, type, source, after, limit);
  }

  setDeparted(tx: Transaction, id: string, source: string, departed: Departure | null): Promise<void> {
    return names.setDeparted(sqlOf(tx), id, source, departed);
  }

  clash(type: string, id: string | undefined, index: ResourceIndex): Promise<KeyClash | undefined> {
    return clashOf(this.reader, type, id, index);
  }

  async touch(tx: Transaction, id: string, at: number): Promise<number> {
    const row = await sqlOf(tx).get<{ version: number }>(
      'UPDATE resource SET version = version + 1, last_modified = ? WHERE id = ? RETURNING version',
      [at, id],
    );
    return Number(row?.version);
  }

  async remove(
    tx: Transaction,
    type: string,
    id: string,
  ): Promise<{ groups: string[]; members: string[] } | undefined> {
    const sql = sqlOf(tx);
    const found = await sql.get('SELECT 1 AS found FROM resource WHERE id = ? AND type = ?', [id, type]);
    if (!found) return undefined;
    const sides = await members.detach(sql, id);
    for (const table of ['resource_key', 'resource_value', 'external_id']) {
      await sql.run(`DELETE FROM ${table} WHERE resource_id = ?`, [id]);
    }
    await sql.run('DELETE FROM reference WHERE from_id = ?', [id]);
    await sql.run('DELETE FROM resource WHERE id = ?', [id]);
    await countResource(sql, { id, type }, -1);
    return sides;
  }

  async typesOf(tx: Transaction | undefined, ids: readonly string[]): Promise<Map<string, string>> {
    const sql = tx ? sqlOf(tx) : this.reader;
    const types = new Map<string, string>();
    for (const piece of pieces(ids)) {
      const rows = await sql.all<{ id: string; type: string }>(
        `SELECT id, type FROM resource WHERE id IN (${marks(piece.length)})`,
        piece,
      );
      rows.forEach((row) => types.set(row.id, row.type));
    }
    return types;
  }

  addMembers(
    tx: Transaction,
    groupId: string,
    added: ReadonlyMap<string, string>,
    at: number,
  ): Promise<string[]> {
    return members.add(sqlOf(tx), groupId, added, at);
  }

  removeMembers(tx: Transaction, groupId: string, removed: readonly string[]): Promise<string[]> {
    return members.remove(sqlOf(tx), groupId, removed);
  }

  removeMembersWhere(tx: Transaction, groupId: string, filter: ResolvedFilter): Promise<string[]> {
    const sql = sqlOf(tx);
    const condition = this.searching.memberCondition(filter, sql.engine);
    return members.removeWhere(sql, groupId, condition);
  }

  replaceMembers(
    tx: Transaction,
    groupId: string,
    wanted: ReadonlyMap<string, string>,
    at: number,
  ): Promise<MemberChange> {
    return members.replace(sqlOf(tx), groupId, wanted, at);
  }

  async members(groupId: string): Promise<Member[]> {
    return (await this.membersOf([groupId])).get(groupId) ?? [];
  }

  async groups(memberId: string): Promise<GroupMembership[]> {
    return (await this.groupsOf([memberId])).get(memberId) ?? [];
  }

  membersOf(groupIds: readonly string[]): Promise<Map<string, Member[]>> {
    return members.membersOf(this.reader, groupIds);
  }

  groupsOf(memberIds: readonly string[]): Promise<Map<string, GroupMembership[]>> {
    return members.groupsOf(this.reader, memberIds);
  }

  displayNames(ids: readonly string[]): Promise<Map<string, string>> {
    return members.displayNames(this.reader, ids);
  }

  async accounts(ids: readonly string[]): Promise<Map<string, AccountView[]>> {
    const accounts = new Map<string, AccountView[]>();
    for (const piece of pieces(ids)) {
      const rows = await this.reader.all<{
        resource_id: string;
        target: string;
        state: string;
        anchor: string | null;
        facts: unknown;
      }>(
        `SELECT resource_id, target, state, anchor, facts FROM link WHERE resource_id IN (${marks(piece.length)}) ORDER BY target`,
        piece,
      );
      for (const row of rows) {
        const view: AccountView = {
          target: row.target,
          state: row.state,
          ...(row.anchor === null ? {} : { anchor: row.anchor }),
          facts: parseJson<Record<string, string>>(row.facts) ?? {},
        };
        accounts.set(row.resource_id, [...(accounts.get(row.resource_id) ?? []), view]);
      }
    }
    return accounts;
  }

  async idsReferringTo(tx: Transaction, id: string): Promise<string[]> {
    const rows = await sqlOf(tx).all<{ from_id: string }>(
      'SELECT DISTINCT from_id FROM reference WHERE to_id = ?',
      [id],
    );
    return rows.map((row) => row.from_id);
  }

  search(query: Query, source: string): Promise<StoredPage> {
    return this.searching.search(this.reader, query, source);
  }

  epoch(): Promise<string> {
    return this.epochNow();
  }
}
