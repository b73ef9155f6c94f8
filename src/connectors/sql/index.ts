/**
 * Keeps users, groups and memberships in an application's own PostgreSQL or SQLite tables.
 * Owns: rows and their differences, one transaction for each plan. Leaves to `store`: our own database, which it never
 * touches. Read next: sql-connector.ts, then sql-members.ts.
 */
import type { ConnectorContext, ConnectorKind } from '../kind.js';
import { PostgresqlDatabase } from './postgresql-database.js';
import { AccountTable, MembershipTable, SqlSettings } from './settings.js';
import { SqlConnector } from './sql-connector.js';
import { SqlMembers } from './sql-members.js';
import { SqlTables } from './sql-tables.js';
import { SqliteDatabase } from './sqlite-database.js';

export { AccountTable, MembershipTable, SqlSettings };

function create(settings: SqlSettings, context: ConnectorContext): SqlConnector {
  const database =
    settings.engine === 'sqlite'
      ? new SqliteDatabase(settings.file ?? '', settings.timeoutMs)
      : new PostgresqlDatabase(settings.url ?? '', settings.caFile, settings.timeoutMs);
  const tables = new SqlTables(settings, database, context.now);
  const members = new SqlMembers(database, tables);
  return new SqlConnector(database, tables, members, context.mapped);
}

export const sql: ConnectorKind<SqlSettings> = {
  kind: 'sql',
  Settings: SqlSettings,
  defaultMapping: {
    User: {
      mapping: [
        { target: 'user_name', source: 'userName', unique: true },
        { target: 'display_name', source: 'displayName' },
        { target: 'given_name', source: 'name.givenName' },
        { target: 'family_name', source: 'name.familyName' },
        { target: 'email', source: 'emails[type eq "work"].value' },
      ],
    },
    Group: { mapping: [{ target: 'display_name', source: 'displayName', unique: true }] },
  },
  nameSpace: (_settings, kind, attribute) =>
    attribute === (kind === 'Group' ? 'display_name' : 'user_name') ? `${kind}.${attribute}` : undefined,
  fold: (_attribute, value) => value.toLowerCase(),
  disables: ({ users, groups }, kind) => (kind === 'Group' ? groups : users)?.enabled !== undefined,
  takesPasswords: () => false,
  holds: ({ groups }, type) => type === 'User' || (type === 'Group' && groups !== undefined),
  create,
};
