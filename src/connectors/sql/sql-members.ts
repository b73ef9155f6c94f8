import { composeMembersPlan, type MembersStep } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type EdgeOutcome,
  type GroupAccount,
  type MembershipEdge,
  type Plan,
} from '../connector.js';
import type { Database, Parameter, Run } from './database.js';
import { column, table } from './identifiers.js';
import { chunks, mostParameters, places, type SqlTables } from './sql-tables.js';

/** Rows of the memberships table: differences only, all of one plan in one transaction. */
export class SqlMembers {
  constructor(
    private readonly database: Database,
    private readonly tables: SqlTables,
  ) {}

  async plan(group: GroupAccount, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<Plan> {
    // Nothing was ever written, so nothing is to be taken out.
    if (!this.tables.keepsMemberships)
      return composeMembersPlan(
        group,
        [],
        edges
          .filter(({ present }) => present)
          .map((edge) => refusal(edge, 'settings.memberships names no table')),
      );
    return this.database.transaction(
      'read',
      async (run) => {
        await this.requireGroup(run, group.anchor);
        const wanted = [...new Map(edges.map((edge) => [edge.memberId, edge])).values()];
        const nested = wanted.filter(
          ({ memberKind }) => memberKind !== 'User' && !this.tables.memberships.memberKind,
        );
        const possible = wanted.filter((edge) => !nested.includes(edge));
        const there = await this.existing(run, possible);
        const ghosts = possible.filter(({ present, memberAnchor }) => present && !there.has(memberAnchor));
        const now = await this.members(run, group.anchor, possible);
        const work = possible.filter(
          (edge) => !ghosts.includes(edge) && now.has(edge.memberAnchor) !== edge.present,
        );
        const refused = [
          ...nested.map((edge) =>
            refusal(edge, 'settings.memberships.memberKind is not set, so groups cannot be members'),
          ),
          ...ghosts.map((edge) => refusal(edge, `there is no row for the member ${edge.memberAnchor}`)),
        ];
        return composeMembersPlan(group, work, refused);
      },
      signal,
    );
  }

  execute({ anchor, edges }: MembersStep, signal: AbortSignal): Promise<Applied> {
    return this.database.transaction(
      'write',
      async (run) => {
        await this.requireGroup(run, anchor);
        await this.insert(
          run,
          anchor,
          edges.filter(({ present }) => present),
        );
        await this.remove(
          run,
          anchor,
          edges.filter(({ present }) => !present),
        );
        return {
          anchor,
          edges: edges.map(({ memberId }) => ({ memberId, kind: 'applied' as const })),
          facts: {},
          warnings: [],
        };
      },
      signal,
    );
  }

  /** Both sides of everything that names the account. */
  async forget(run: Run, kind: string, anchor: string): Promise<void> {
    const { table: name, group, member, memberKind } = this.tables.memberships;
    const ofKind = memberKind === undefined ? '' : ` AND ${column(memberKind)} = ?`;
    const parameters = memberKind === undefined ? [anchor] : [anchor, kind];
    if (memberKind !== undefined || kind === 'User') {
      await run(`DELETE FROM ${table(name)} WHERE ${column(member)} = ?${ofKind}`, parameters);
    }
    if (kind === 'Group') await run(`DELETE FROM ${table(name)} WHERE ${column(group)} = ?`, [anchor]);
  }

  async *list(group: string, signal: AbortSignal): AsyncIterable<string> {
    const { table: name, group: groupColumn, member } = this.tables.memberships;
    const sql = `SELECT ${column(member)} AS member FROM ${table(name)} WHERE ${column(groupColumn)} = ?`;
    const { rows } = await this.database.transaction('read', (run) => run(sql, [group]), signal);
    for (const row of rows) yield String(row.member);
  }

  private async requireGroup(run: Run, anchor: string): Promise<void> {
    const { table: name, key } = this.tables.of('Group');
    const { rows } = await run(`SELECT ${column(key)} FROM ${table(name)} WHERE ${column(key)} = ?`, [
      anchor,
    ]);
    if (rows.length === 0)
      throw new ConnectorError({ kind: 'missing', detail: `${name} has no row ${anchor}` });
  }

  private async existing(run: Run, edges: readonly MembershipEdge[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const kind of new Set(edges.map(({ memberKind }) => memberKind))) {
      const { table: name, key } = this.tables.of(kind);
      const anchors = edges
        .filter(({ memberKind }) => memberKind === kind)
        .map(({ memberAnchor }) => memberAnchor);
      for (const some of chunks(anchors, mostParameters)) {
        const sql = `SELECT ${column(key)} AS anchor FROM ${table(name)} WHERE ${column(key)} IN (${places(some.length)})`;
        (await run(sql, some)).rows.forEach((row) => found.add(String(row.anchor)));
      }
    }
    return found;
  }

  private async members(run: Run, anchor: string, edges: readonly MembershipEdge[]): Promise<Set<string>> {
    const { table: name, group, member } = this.tables.memberships;
    const found = new Set<string>();
    for (const some of chunks(
      edges.map(({ memberAnchor }) => memberAnchor),
      mostParameters,
    )) {
      const sql = `SELECT ${column(member)} AS member FROM ${table(name)} WHERE ${column(group)} = ? AND ${column(member)} IN (${places(some.length)})`;
      (await run(sql, [anchor, ...some])).rows.forEach((row) => found.add(String(row.member)));
    }
    return found;
  }

  private async insert(run: Run, anchor: string, edges: readonly MembershipEdge[]): Promise<void> {
    const { table: name, group, member, memberKind } = this.tables.memberships;
    const columns = [group, member, ...(memberKind === undefined ? [] : [memberKind])];
    for (const some of chunks(edges, Math.floor(mostParameters / columns.length))) {
      const rows = some.map((edge): Parameter[] =>
        memberKind === undefined ? [anchor, edge.memberAnchor] : [anchor, edge.memberAnchor, edge.memberKind],
      );
      const values = rows.map((row) => `(${places(row.length)})`).join(', ');
      const sql = `INSERT INTO ${table(name)} (${columns.map(column).join(', ')}) VALUES ${values} ON CONFLICT DO NOTHING`;
      await run(sql, rows.flat());
    }
  }

  private async remove(run: Run, anchor: string, edges: readonly MembershipEdge[]): Promise<void> {
    const { table: name, group, member } = this.tables.memberships;
    for (const some of chunks(
      edges.map(({ memberAnchor }) => memberAnchor),
      mostParameters,
    )) {
      const sql = `DELETE FROM ${table(name)} WHERE ${column(group)} = ? AND ${column(member)} IN (${places(some.length)})`;
      await run(sql, [anchor, ...some]);
    }
  }
}

function refusal({ memberId }: MembershipEdge, detail: string): EdgeOutcome {
  return { memberId, kind: 'failed', error: { kind: 'rejected', detail, outcomeKnown: true } };
}
