import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import pg from 'pg';
import type { Connector, ConnectorError } from '../../src/connectors/connector.js';
import { contractCases, type ContractHarness } from '../../src/connectors/contract/index.js';
import { AccountTable, MembershipTable, sql, SqlSettings } from '../../src/connectors/sql/index.js';
import { sqliteEngine } from '../../src/store/sqlite-engine.js';
import { usePostgres } from '../postgres.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';

const namesOf = (kind: string) => ({
  name: kind === 'Group' ? 'display_name' : 'user_name',
  title: 'title',
  createOnly: 'note',
});
const mapped = { User: ['user_name', 'title', 'note'], Group: ['display_name', 'title', 'note'] };

/** The customer's schema; `database` makes the keys of groups. */
const schema = (groupKey: string, boolean: string) => `
  CREATE TABLE users (id text PRIMARY KEY, landfall_stamp text, user_name text NOT NULL UNIQUE, title text CHECK (title <> 'Forbidden'),
    note text, active ${boolean});
  CREATE TABLE groups (id ${groupKey}, landfall_stamp text, display_name text NOT NULL UNIQUE, title text, note text);
  CREATE TABLE memberships (group_id ${groupKey.split(' ')[0]!.replace('serial', 'integer')} NOT NULL REFERENCES groups (id),
    member_id text NOT NULL, member_kind text NOT NULL, PRIMARY KEY (group_id, member_id));`;

type Query = (text: string, parameters: readonly string[]) => Promise<Record<string, unknown>[]>;

function settingsOf(more: Partial<SqlSettings>): SqlSettings {
  return Object.assign(new SqlSettings(), {
    users: Object.assign(new AccountTable(), { table: 'users', enabled: 'active' }),
    groups: Object.assign(new AccountTable(), { table: 'groups', keyFrom: 'database' }),
    memberships: Object.assign(new MembershipTable(), { table: 'memberships', memberKind: 'member_kind' }),
    ...more,
  });
}

const tableOf = (kind: string) => (kind === 'Group' ? 'groups' : 'users');

function harness(
  connector: () => Connector,
  query: Query,
  rename: (from: string, to: string) => Promise<unknown>,
): ContractHarness {
  return {
    connector,
    subject: (kind, traits) => desiredSubject(kind, traits, namesOf(kind)),
    read: async (kind, anchor) => {
      const [row] = await query(`SELECT * FROM ${tableOf(kind)} WHERE id = ?`, [anchor]);
      if (!row) return undefined;
      const members =
        kind === 'Group' ? await query('SELECT member_id FROM memberships WHERE group_id = ?', [anchor]) : [];
      return {
        name: String(row[namesOf(kind).name]),
        ...(row.title === null ? {} : { title: String(row.title) }),
        ...(row.note === null ? {} : { createOnly: String(row.note) }),
        enabled: row.active === true || row.active === 1,
        members: members.map(({ member_id }) => String(member_id)),
      };
    },
    count: async (kind, name) =>
      (await query(`SELECT id FROM ${tableOf(kind)} WHERE ${namesOf(kind).name} = ?`, [name])).length,
    seed: async (_kind, { name, stamp }) => {
      await query('INSERT INTO users (id, user_name, landfall_stamp) VALUES (?, ?, ?)', [
        name,
        name,
        stamp ?? '',
      ]);
      return name;
    },
    vanish: async (kind, anchor) => {
      await query('DELETE FROM memberships WHERE member_id = ?', [anchor]);
      await query(`DELETE FROM ${tableOf(kind)} WHERE id = ?`, [anchor]);
    },
    readsTarget: true,
    unknownAnchor: 'nobody',
    uniqueNames: true,
    disables: ['User'],
    declaredDisables: (kind) => sql.disables!(settingsOf({}), kind),
    nestedGroups: true,
    checksMembers: true,
    faults: {
      misconfigured: async () => {
        await rename('users', 'elsewhere');
        return { mend: async () => void (await rename('elsewhere', 'users')) };
      },
    },
  };
}

describe('the SQL connector on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-sql-'));
  const file = join(folder, 'application.sqlite');
  const application = sqliteEngine().open(file);
  application.exec(schema('integer PRIMARY KEY', 'integer'));
  const connector = sql.create(settingsOf({ engine: 'sqlite', file, timeoutMs: 300 }), {
    ...connectorContext(mapped),
    now: clock(),
  });
  afterAll(async () => {
    await connector.close();
    application.close();
    rmSync(folder, { recursive: true });
  });
  const query: Query = async (text, parameters) => {
    const statement = application.prepare(text);
    if (statement.reader) return statement.all(...parameters) as Record<string, unknown>[];
    statement.run(...parameters);
    return [];
  };
  const rename = (from: string, to: string) => query(`ALTER TABLE ${from} RENAME TO ${to}`, []);
  for (const { title, run } of contractCases(harness(() => connector, query, rename))) it(title, run);

  it('waits for a lock of the application, without stopping the process, and says unavailable when it does not end', async () => {
    application.exec('BEGIN EXCLUSIVE');
    const subject = desiredSubject('User', { id: 'busy', name: 'busy' }, namesOf('User'));
    const account = { anchor: 'x', createdByUs: true };
    const refused = connector
      .plan(subject, account, AbortSignal.timeout(5000))
      .catch((error: unknown) => error);
    let turns = 0;
    const turning = setInterval(() => turns++, 10);
    expect(await refused).toMatchObject({ kind: 'unavailable' });
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
    application.exec('COMMIT');
    await expect(connector.plan(subject, account, AbortSignal.timeout(5000))).rejects.toMatchObject({
      kind: 'missing',
    });
  });
});

describe('the SQL connector on PostgreSQL', () => {
  let application: pg.Client;
  let connector: Connector;
  afterAll(async () => {
    await connector.close();
    await application.end();
  });
  const url = usePostgres();
  beforeAll(async () => {
    application = new pg.Client(url());
    await application.connect();
    await application.query(schema('serial PRIMARY KEY', 'boolean'));
    connector = sql.create(settingsOf({ engine: 'postgresql', url: url() }), {
      ...connectorContext(mapped),
      now: clock(),
    });
  });
  const query: Query = async (text, parameters) => {
    let number = 0;
    const numbered = text.replaceAll('?', () => `$${++number}`);
    return (await application.query<Record<string, unknown>>(numbered, [...parameters])).rows;
  };
  const rename = (from: string, to: string) => query(`ALTER TABLE ${from} RENAME TO ${to}`, []);
  for (const { title, run } of contractCases(harness(() => connector, query, rename))) it(title, run);

  it('survives the end of its connections', async () => {
    const subject = desiredSubject('User', { id: 'survivor', name: 'survivor' }, namesOf('User'));
    await connector.match(subject, AbortSignal.timeout(5000));
    await query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'landfall'",
      [],
    );
    const end = Date.now() + 5000;
    for (;;) {
      const match = await connector
        .match(subject, AbortSignal.timeout(5000))
        .catch((error: unknown) => error);
      if ((match as { kind: string }).kind === 'none') break;
      expect(match).toMatchObject({ kind: 'unavailable', outcomeKnown: true });
      expect(Date.now()).toBeLessThan(end);
    }
  });

  it('tells a value that a constraint refuses', async () => {
    const subject = desiredSubject('User', { id: 'r', name: 'refused', title: 'Forbidden' }, namesOf('User'));
    const plan = await connector.plan(subject, undefined, AbortSignal.timeout(5000));
    await expect(connector.execute(plan, AbortSignal.timeout(5000))).rejects.toMatchObject({
      kind: 'rejected',
      scimType: 'invalidValue',
      outcomeKnown: true,
      detail: expect.stringContaining('users_title_check'),
      diagnostic: '23514',
    });
  });

  it.each([
    ['a row that a check refuses', { title: 'Forbidden', note: 'hunter2' }],
    ['a value that is not of its type', { pin: 'hunter2' }],
    ['a value that another row has', { badge: 'hunter2' }],
  ])('shows no secret column, and nothing that the application keeps beside ours: %s', async (_, values) => {
    await query('ALTER TABLE users ADD COLUMN IF NOT EXISTS pin integer', []);
    await query('ALTER TABLE users ADD COLUMN IF NOT EXISTS badge text UNIQUE', []);
    await query("ALTER TABLE users ADD COLUMN IF NOT EXISTS own text DEFAULT 'of-the-application'", []);
    await query(
      "INSERT INTO users (id, user_name, badge) VALUES ('b', 'b', 'hunter2') ON CONFLICT DO NOTHING",
      [],
    );
    const subject = desiredSubject('User', { id: 's', name: 'secretive' }, namesOf('User'));
    const attributes = Object.entries(values).map(([name, value]) => ({
      name,
      values: [value],
      apply: 'always' as const,
      mapping: `mapping ${name}`,
      secret: value === 'hunter2',
    }));
    const wanted = { ...subject, desired: { ...subject.desired, attributes } };
    const plan = await connector.plan(wanted, undefined, AbortSignal.timeout(5000));
    const error: unknown = await connector.execute(plan, AbortSignal.timeout(5000)).catch((cause) => cause);
    const { kind, detail, diagnostic, message, cause } = error as ConnectorError;
    expect(['rejected', 'conflict']).toContain(kind);
    const said = [detail, diagnostic, message, inspect(cause)].join(' ');
    expect(said).not.toMatch(/hunter2|of-the-application/);
  });

  it('keeps every row of a plan with a thousand members, or none', async () => {
    const signal = AbortSignal.timeout(20_000);
    const ids = Array.from({ length: 1000 }, (_, index) => `crowd-${index}`);
    await query(
      "INSERT INTO users (id, user_name) SELECT 'crowd-' || n, 'crowd-' || n FROM generate_series(0, 999) n",
      [],
    );
    const create = await connector.plan(
      desiredSubject('Group', { id: 'crowd', name: 'crowd' }, namesOf('Group')),
      undefined,
      signal,
    );
    const { anchor = '' } = await connector.execute(create, signal);
    const group = { anchor, createdByUs: true, resourceId: 'crowd', label: 'crowd' };
    const edges = ids.map((id) => ({ memberId: id, memberKind: 'User', memberAnchor: id, present: true }));
    await connector.execute(await connector.planMembers(group, edges, signal), signal);
    const members = () => query('SELECT 1 FROM memberships WHERE group_id = ?', [anchor]);
    expect(await members()).toHaveLength(1000);
    const remove = await connector.planMembers(
      group,
      edges.map((edge) => ({ ...edge, present: false })),
      signal,
    );
    expect(remove.effects.memberRemovals).toBe(1000);
    await expect(connector.execute(remove, AbortSignal.abort())).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(await members()).toHaveLength(1000);
    await connector.execute(remove, signal);
    expect(await members()).toHaveLength(0);
  });
});

describe('names of tables and columns', () => {
  it.each(['users; DROP TABLE users', 'users"', 'a.b.c', '1users', ''])(
    '%j is refused before any statement',
    async (table) => {
      const settings = settingsOf({ engine: 'sqlite', file: ':memory:' });
      settings.users.table = table;
      const connector = sql.create(settings, connectorContext(mapped));
      const subject = desiredSubject('User', { id: 'x', name: 'x' }, namesOf('User'));
      await expect(connector.match(subject, AbortSignal.timeout(1000))).rejects.toMatchObject({
        kind: 'misconfigured',
      });
      await connector.close();
    },
  );
});

/** Each look at the clock is an hour later: what the connector remembers of the schema is always too old. */
function clock(): () => number {
  let hours = 0;
  return () => hours++ * 3_600_000;
}
