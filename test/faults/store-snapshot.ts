import { Client } from 'pg';
import { sqliteEngine } from '../../src/store/sqlite-engine.js';
import type { Landscape } from './landscape.js';

export type Row = Record<string, string | number | boolean | object | null>;
export type Query = (sql: string) => Promise<Row[]>;

/** Reads and changes the store as an administrator with a database client does, past the gateway. */
export async function withStore<T>(landscape: Landscape, work: (query: Query) => Promise<T>): Promise<T> {
  if (landscape.database) {
    const client = new Client(landscape.database.url);
    await client.connect();
    try {
      return await work(async (sql) => (await client.query<Row>(sql)).rows);
    } finally {
      await client.end();
    }
  }
  const connection = sqliteEngine().open(landscape.storeFile);
  try {
    return await work((sql) => {
      const statement = connection.prepare(sql);
      if (statement.reader) return Promise.resolve(statement.all() as Row[]);
      statement.run();
      return Promise.resolve([]);
    });
  } finally {
    connection.close();
  }
}

export interface StoredResource {
  id: string;
  type: 'User' | 'Group';
  attributes: Record<string, unknown>;
}

/** What the store says when a run is over. */
export interface StoreSnapshot {
  resources: StoredResource[];
  /** `group member`. */
  memberships: Set<string>;
  links: Row[];
  edges: Row[];
  undecided: Row[];
  sealed: Row[];
  reservations: Row[];
  /** Of the provisioning log, oldest first. */
  attempts: Row[];
}

export function readStore(landscape: Landscape): Promise<StoreSnapshot> {
  return withStore(landscape, async (query) => ({
    resources: (await query('SELECT id, type, attributes FROM resource')).map(({ id, type, attributes }) => ({
      id: id as string,
      type: type as 'User' | 'Group',
      attributes: (typeof attributes === 'string' ? JSON.parse(attributes) : attributes) as Record<
        string,
        unknown
      >,
    })),
    memberships: new Set(
      (await query('SELECT group_id, member_id FROM membership')).map(
        ({ group_id, member_id }) => `${String(group_id)} ${String(member_id)}`,
      ),
    ),
    links: await query('SELECT * FROM link'),
    edges: await query('SELECT * FROM edge'),
    undecided: await query(`SELECT change_id, resource_id, state FROM undecided WHERE state = 'pending'`),
    sealed: await query('SELECT id, link_id, purpose, delivered FROM sealed'),
    reservations: await query('SELECT name_space, value, link_id FROM reservation'),
    attempts: await query(
      'SELECT at, resource_id, label, anchor, action, outcome, attempt, steps, error FROM provisioning_log ORDER BY id',
    ),
  }));
}

/** Every row of every table as text, however the engine keeps it on disk. */
export function dumpStore(landscape: Landscape): Promise<string> {
  const tables = landscape.database
    ? `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`
    : `SELECT name FROM sqlite_master WHERE type = 'table'`;
  return withStore(landscape, async (query) => {
    const rows: Row[] = [];
    for (const { name } of await query(tables))
      rows.push(...(await query(`SELECT * FROM "${String(name)}"`)));
    return JSON.stringify(rows);
  });
}
