import type { LogRecord } from '../../delivery/model.js';
import { LogStore, type LogFilter } from '../../delivery/ports.js';
import type { Transaction, UnitOfWork } from '../../identity/ports.js';
import { parseJson, sqlOf, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';

function toRecord(row: Row): LogRecord {
  return {
    id: String(row.id),
    at: Number(row.at),
    correlationId: String(row.correlation_id),
    caller: String(row.caller),
    source: String(row.source),
    target: String(row.target),
    resourceId: String(row.resource_id),
    resourceType: String(row.resource_type),
    label: String(row.label),
    ...(row.anchor === null ? {} : { anchor: String(row.anchor) }),
    ...(row.account === null ? {} : { account: String(row.account) }),
    action: String(row.action),
    outcome: String(row.outcome) as LogRecord['outcome'],
    durationMs: Number(row.duration_ms),
    attempt: Number(row.attempt),
    steps: parseJson<LogRecord['steps']>(row.steps) ?? [],
    changes: parseJson<LogRecord['changes']>(row.changes) ?? [],
    error: parseJson<NonNullable<LogRecord['error']>>(row.error),
  };
}

export class SqlLogStore extends LogStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async insert(tx: Transaction, record: LogRecord): Promise<void> {
    await sqlOf(tx).run(
      `INSERT INTO provisioning_log (id, at, correlation_id, caller, source, target, resource_id, resource_type, label, anchor, account, action,
         outcome, duration_ms, attempt, steps, changes, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        record.id,
        record.at,
        record.correlationId,
        record.caller,
        record.source,
        record.target,
        record.resourceId,
        record.resourceType,
        record.label,
        record.anchor ?? null,
        record.account ?? null,
        record.action,
        record.outcome,
        Math.round(record.durationMs),
        record.attempt,
        toJson(record.steps),
        toJson(record.changes),
        toJson(record.error),
      ],
    );
  }

  async list(filter: LogFilter): Promise<LogRecord[]> {
    const parts: string[] = [];
    const parameters: Parameter[] = [];
    const add = (text: string, value: Parameter) => {
      if (value === undefined) return;
      parts.push(text);
      parameters.push(value);
    };
    add('at >= ?', filter.since);
    add('at < ?', filter.until);
    add('target = ?', filter.target);
    add('resource_id = ?', filter.resourceId);
    add('label = ?', filter.label);
    add('outcome = ?', filter.outcome);
    add('action = ?', filter.action);
    add('caller = ?', filter.caller);
    add('correlation_id = ?', filter.correlationId);
    add('id > ?', filter.after);
    add('id < ?', filter.before);
    const where = parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
    const order = filter.after === undefined ? 'DESC' : 'ASC';
    const rows = await this.reader.all(
      `SELECT * FROM provisioning_log ${where} ORDER BY id ${order} LIMIT ?`,
      [...parameters, filter.limit],
    );
    return rows.map(toRecord);
  }

  deleteBefore(at: number, limit: number): Promise<number> {
    return this.unitOfWork.run((tx) =>
      sqlOf(tx).run(
        'DELETE FROM provisioning_log WHERE id IN (SELECT id FROM provisioning_log WHERE at < ? ORDER BY at LIMIT ?)',
        [at, limit],
      ),
    );
  }
}
