import { composePlan, type MembersStep } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type DesiredAccount,
  type Finding,
  type GroupAccount,
  type KnownAccount,
  type LeaverPolicy,
  type ListedAccount,
  type Lists,
  type Match,
  type MembershipEdge,
  type Plan,
  type ResourceKind,
  type Subject,
} from '../connector.js';
import { checkTables } from './check-tables.js';
import type { Database, Row, Run } from './database.js';
import { withoutSecrets } from './hide-values.js';
import { column, table } from './identifiers.js';
import { changesOf, differing, shownValue, truth, writesOf, type ColumnWrite } from './row-writes.js';
import type { AccountTable } from './settings.js';
import type { SqlMembers } from './sql-members.js';
import { selectRows, type SqlTables } from './sql-tables.js';

type Step =
  | { kind: 'create'; type: ResourceKind; resourceId: string; stamp: string; writes: readonly ColumnWrite[] }
  | { kind: 'update'; type: ResourceKind; anchor: string; writes: readonly ColumnWrite[] }
  | { kind: 'delete'; type: ResourceKind; anchor: string }
  | MembersStep;

const pageSize = 500;

/** Keeps rows of an application's tables. The anchor is the primary key; a plan is one transaction. */
export class SqlConnector implements Connector, Lists {
  constructor(
    private readonly database: Database,
    private readonly tables: SqlTables,
    private readonly members: SqlMembers,
    private readonly mapped: Readonly<Record<string, readonly string[]>>,
  ) {}

  check(signal: AbortSignal): Promise<Finding[]> {
    return checkTables(this.tables, this.mapped, signal);
  }

  async match(subject: Subject, signal: AbortSignal): Promise<Match> {
    const from = this.tables.of(subject.kind);
    return this.database.transaction('read', async (run) => this.find(run, from, subject), signal);
  }

  async plan(subject: Subject, account: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    const from = this.tables.of(subject.kind);
    const { desired } = subject;
    const removal = 'removal' in desired;
    const writes = removal ? [] : writesOf(desired, from.enabled, this.database);
    const columns = writes.map((write) => write.column);
    await this.tables.require(from.table, [from.key, from.stamp, ...columns], signal);
    if (!account) return removal ? composePlan({ action: 'none' }) : planCreate(subject, writes);
    const row = await this.database.transaction(
      'read',
      (run) => this.existing(run, from, account.anchor, columns),
      signal,
    );
    return removal
      ? this.planRemoval(subject, desired.removal.policy, account.anchor, from, row)
      : planUpdate(subject, desired, account.anchor, from, writes, row);
  }

  async planMembers(
    group: GroupAccount,
    edges: readonly MembershipEdge[],
    signal: AbortSignal,
  ): Promise<Plan> {
    return this.members.plan(group, edges, signal);
  }

  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    const step = plan.steps as Step | undefined;
    if (!step) return { anchor: plan.anchor, facts: {}, warnings: [] };
    if (step.kind === 'members') return this.members.execute(step, signal);
    try {
      return await this.database.transaction('write', (run) => this.write(run, step), signal);
    } catch (error) {
      throw withoutSecrets(error, 'writes' in step ? step.writes : []);
    }
  }

  async *list(kind: ResourceKind, signal: AbortSignal): AsyncIterable<ListedAccount> {
    const from = this.tables.of(kind);
    const columns = [
      ...new Set([
        from.key,
        from.stamp,
        ...(from.enabled ? [from.enabled] : []),
        ...(this.mapped[kind] ?? []),
      ]),
    ];
    const select = `SELECT ${columns.map(column).join(', ')} FROM ${table(from.table)}`;
    const order = `ORDER BY ${column(from.key)} LIMIT ${pageSize}`;
    let last: string | undefined;
    for (;;) {
      const after = last === undefined ? '' : ` WHERE ${column(from.key)} > ?`;
      const parameters = last === undefined ? [] : [last];
      const { rows } = await this.database.transaction(
        'read',
        (run) => run(`${select}${after} ${order}`, parameters),
        signal,
      );
      for (const row of rows) yield this.listed(kind, from, row, signal);
      if (rows.length < pageSize) return;
      last = String(rows[rows.length - 1]?.[from.key]);
    }
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private async find(run: Run, from: AccountTable, subject: Subject): Promise<Match> {
    const stamped = await selectRows(run, from, { column: from.stamp, value: subject.stamp }, []);
    if (stamped.length > 0) return one(stamped, 'stamp', from, subject);
    for (const { attribute, value } of subject.match) {
      const found = await selectRows(run, from, { column: attribute, value, folded: true }, []);
      if (found.length > 0) return one(found, attribute, from, subject);
    }
    return { kind: 'none' };
  }

  private async existing(
    run: Run,
    from: AccountTable,
    anchor: string,
    columns: readonly string[],
  ): Promise<Row> {
    const [row] = await selectRows(run, from, { column: from.key, value: anchor }, columns);
    if (row) return row;
    throw new ConnectorError({
      kind: 'missing',
      detail: `${from.table} has no row with ${from.key} ${anchor}`,
    });
  }

  private planRemoval(
    subject: Subject,
    policy: LeaverPolicy,
    anchor: string,
    from: AccountTable,
    row: Row,
  ): Plan {
    const account = `${from.table} ${anchor}`;
    const type = subject.kind;
    if (policy === 'delete') {
      return composePlan({
        action: 'delete',
        anchor,
        account,
        deletes: 1,
        steps: { kind: 'delete', type, anchor } satisfies Step,
      });
    }
    if (policy === 'retain' || from.enabled === undefined || !truth(row[from.enabled])) {
      return composePlan({ action: 'none', anchor, account });
    }
    const writes: ColumnWrite[] = [
      { column: from.enabled, value: this.database.boolean(false), apply: 'always' },
    ];
    const steps: Step = { kind: 'update', type, anchor, writes };
    return composePlan({
      action: 'disable',
      anchor,
      account,
      changes: changesOf(writes, row),
      disables: 1,
      steps,
    });
  }

  private async write(run: Run, step: Exclude<Step, MembersStep>): Promise<Applied> {
    const from = this.tables.of(step.type);
    if (step.kind === 'create') return insertRow(run, from, step);
    if (step.kind === 'delete') {
      if (this.tables.keepsMemberships) await this.members.forget(run, step.type, step.anchor);
      await run(`DELETE FROM ${table(from.table)} WHERE ${column(from.key)} = ?`, [step.anchor]);
      return { facts: {}, warnings: [] };
    }
    const assignments = step.writes.map((write) => `${column(write.column)} = ?`).join(', ');
    const sql = `UPDATE ${table(from.table)} SET ${assignments} WHERE ${column(from.key)} = ?`;
    const { changes } = await run(sql, [...step.writes.map(({ value }) => value), step.anchor]);
    if (changes === 0)
      throw new ConnectorError({ kind: 'missing', detail: `${from.table} has no row ${step.anchor}` });
    return { anchor: step.anchor, facts: { key: step.anchor }, warnings: [] };
  }

  private listed(kind: ResourceKind, from: AccountTable, row: Row, signal: AbortSignal): ListedAccount {
    const anchor = String(row[from.key]);
    const stamp = row[from.stamp];
    return {
      anchor,
      ...(typeof stamp === 'string' ? { stamp } : {}),
      description: `${from.table} ${anchor}`,
      ...(from.enabled === undefined ? {} : { enabled: truth(row[from.enabled]) }),
      attributes: Object.fromEntries((this.mapped[kind] ?? []).map((name) => [name, shownValue(row[name])])),
      ...(kind === 'Group' && this.tables.keepsMemberships
        ? { members: this.members.list(anchor, signal) }
        : {}),
    };
  }
}

async function insertRow(run: Run, from: AccountTable, step: Step & { kind: 'create' }): Promise<Applied> {
  const own = from.keyFrom === 'resource' ? [[from.key, step.resourceId] as const] : [];
  const values = [
    ...own,
    [from.stamp, step.stamp] as const,
    ...step.writes.map((write) => [write.column, write.value] as const),
  ];
  const columns = values.map(([name]) => column(name)).join(', ');
  const places = values.map(() => '?').join(', ');
  const sql = `INSERT INTO ${table(from.table)} (${columns}) VALUES (${places}) RETURNING ${column(from.key)} AS anchor`;
  const { rows } = await run(
    sql,
    values.map(([, value]) => value),
  );
  const anchor = String(rows[0]?.anchor);
  return { anchor, createdByUs: true, facts: { key: anchor }, warnings: [] };
}

function planCreate(subject: Subject, writes: readonly ColumnWrite[]): Plan {
  const filled = writes.filter(({ value }) => value !== null);
  const { kind: type, resourceId, stamp } = subject;
  const steps: Step = { kind: 'create', type, resourceId, stamp, writes: filled };
  return composePlan({
    action: 'create',
    account: subject.label,
    changes: changesOf(filled, undefined),
    steps,
  });
}

function planUpdate(
  subject: Subject,
  desired: DesiredAccount,
  anchor: string,
  from: AccountTable,
  wanted: readonly ColumnWrite[],
  row: Row,
): Plan {
  const writes = differing(wanted, row);
  const account = `${from.table} ${anchor}`;
  if (writes.length === 0) return composePlan({ action: 'none', anchor, account });
  const switches = from.enabled !== undefined && writes.some((write) => write.column === from.enabled);
  const steps: Step = { kind: 'update', type: subject.kind, anchor, writes };
  return composePlan({
    action: !switches ? 'update' : desired.enabled ? 'enable' : 'disable',
    anchor,
    account,
    changes: changesOf(writes, row),
    disables: switches && !desired.enabled ? 1 : 0,
    steps,
  });
}

function one(found: readonly Row[], rule: string, from: AccountTable, subject: Subject): Match {
  const [row] = found;
  if (!row || found.length > 1) {
    return {
      kind: 'refused',
      detail: `${found.length} or more rows of ${from.table} match by ${rule}; one of several is never guessed`,
    };
  }
  const anchor = String(row[from.key]);
  const stamp = row[from.stamp];
  if (typeof stamp === 'string' && stamp !== '' && stamp !== subject.stamp) {
    return {
      kind: 'refused',
      stamp,
      detail: `row ${anchor} of ${from.table} bears the stamp ${stamp} of another resource or gateway`,
    };
  }
  return { kind: 'found', anchor, rule, description: `${from.table} ${anchor}` };
}
