import { ConnectorError, type ResourceKind } from '../connector.js';
import type { Database, Parameter, Row, Run } from './database.js';
import { column, table } from './identifiers.js';
import type { AccountTable, MembershipTable, SqlSettings } from './settings.js';

const freshMs = 60_000;

/** The tables of the target file, and whether the database has them. */
export class SqlTables {
  private readonly known = new Map<string, { columns: Promise<ReadonlySet<string>>; at: number }>();

  constructor(
    private readonly settings: SqlSettings,
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  of(kind: ResourceKind): AccountTable {
    const found = kind === 'User' ? this.settings.users : kind === 'Group' ? this.settings.groups : undefined;
    if (found) return found;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: `the target file names no table for ${kind}`,
      recommendedAction: `Name one in settings.groups, or take ${kind} out of the target file.`,
    });
  }

  get keepsMemberships(): boolean {
    return this.settings.memberships !== undefined;
  }

  get memberships(): MembershipTable {
    if (this.settings.memberships) return this.settings.memberships;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: 'the target file names no table for memberships',
      recommendedAction: 'Name one in settings.memberships.',
    });
  }

  /** Every table with the columns that its settings name. */
  expected(): { table: string; columns: string[] }[] {
    const { users, groups, memberships } = this.settings;
    const accounts = [users, ...(groups ? [groups] : [])].map((one) => ({
      table: one.table,
      columns: [one.key, one.stamp, ...(one.enabled === undefined ? [] : [one.enabled])],
    }));
    if (!memberships) return accounts;
    const { group, member, memberKind } = memberships;
    const named = [group, member, ...(memberKind === undefined ? [] : [memberKind])];
    return [...accounts, { table: memberships.table, columns: named }];
  }

  /** A column that is not there stops the target: no resource would succeed. */
  async require(tableName: string, wanted: readonly string[], signal: AbortSignal): Promise<void> {
    const columns = await this.columns(tableName, signal);
    const missing = wanted.filter((name) => !columns.has(name));
    if (missing.length === 0) return;
    this.known.delete(tableName);
    const what =
      columns.size === 0
        ? `there is no table ${tableName}`
        : `${tableName} has no column ${missing.join(', ')}`;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: what,
      attribute: missing[0],
      recommendedAction: 'Create it, or correct the names in settings and mapping.',
    });
  }

  private columns(tableName: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const known = this.known.get(tableName);
    if (known && this.now() - known.at < freshMs) return known.columns;
    const columns = this.database.columns(tableName, signal);
    columns.catch(() => this.known.delete(tableName));
    this.known.set(tableName, { columns, at: this.now() });
    return columns;
  }
}

/** Rows whose column has the value; with the columns that are asked for. */
export async function selectRows(
  run: Run,
  from: AccountTable,
  where: { column: string; value: Parameter; folded?: boolean },
  columns: readonly string[],
): Promise<Row[]> {
  const named = [from.key, from.stamp, ...(from.enabled === undefined ? [] : [from.enabled]), ...columns];
  const list = [...new Set(named)].map(column).join(', ');
  const condition = where.folded
    ? `lower(${column(where.column)}) = lower(?)`
    : `${column(where.column)} = ?`;
  const sql = `SELECT ${list} FROM ${table(from.table)} WHERE ${condition} LIMIT 3`;
  return (await run(sql, [where.value])).rows;
}

export const places = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** At most so many parameters in one statement; SQLite's limit has been 999. */
export const mostParameters = 900;

export function* chunks<T>(all: readonly T[], size: number): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
