import type { Job, JobFilter, JobKindName, JobProgress, JobState } from '../../delivery/jobs/job.js';
import { jobKinds, JobStore } from '../../delivery/jobs/job.js';
import type { UnitOfWork } from '../../identity/ports.js';
import type { JsonObject } from '../../schema/types.js';
import { storeNow } from '../clock.js';
import { parseJson, sqlOf, toJson, type Parameter, type Row, type Sql } from '../sql/sql.js';

const kinds = `kind IN (${jobKinds.map((kind) => `'${kind}'`).join(', ')})`;

export class SqlJobStore extends JobStore {
  constructor(
    private readonly reader: Sql,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  begin(job: Job): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      // Replicas ask one after another: this row is the gate.
      await sql.run(
        'INSERT INTO turn (name, owner, until) VALUES (?, ?, 0) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner',
        [`begin ${job.kind} ${job.target}`, job.id],
      );
      const other = await sql.get(
        "SELECT id FROM job WHERE kind = ? AND target = ? AND state = 'running' AND id <> ?",
        [job.kind, job.target, job.id],
      );
      if (other) return false;
      await sql.run(
        `INSERT INTO job (id, kind, target, state, progress, result, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING`,
        [
          job.id,
          job.kind,
          job.target,
          job.state,
          toJson(job.progress),
          toJson(job.result),
          job.createdAt,
          job.updatedAt,
        ],
      );
      return true;
    });
  }

  async get(id: string): Promise<Job | undefined> {
    const row = await this.reader.get(`SELECT * FROM job WHERE id = ? AND ${kinds}`, [id]);
    return row && toJob(row);
  }

  async list({ kind, target, state, limit }: JobFilter): Promise<Job[]> {
    const given: [string, Parameter][] = [
      ['kind', kind],
      ['target', target],
      ['state', state],
    ];
    const asked = given.filter(([, value]) => value !== undefined);
    const where = [kinds, ...asked.map(([column]) => `${column} = ?`)].join(' AND ');
    const rows = await this.reader.all(`SELECT * FROM job WHERE ${where} ORDER BY id DESC LIMIT ?`, [
      ...asked.map(([, value]) => value),
      limit,
    ]);
    return rows.map(toJob);
  }

  save(job: Job): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return (
        (await sql.run(
          "UPDATE job SET state = ?, progress = ?, result = ?, updated_at = ? WHERE id = ? AND state = 'running'",
          [job.state, toJson(job.progress), toJson(job.result), now, job.id],
        )) === 1
      );
    });
  }

  cancel(id: string): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx);
      const now = await storeNow(sql);
      return (
        (await sql.run(
          `UPDATE job SET state = 'cancelled', updated_at = ? WHERE id = ? AND state = 'running' AND ${kinds}`,
          [now, id],
        )) === 1
      );
    });
  }

  deleteBefore(at: number, limit: number): Promise<number> {
    return this.unitOfWork.run((tx) =>
      sqlOf(tx).run(
        `DELETE FROM job WHERE id IN (
           SELECT id FROM job WHERE ${kinds} AND state <> 'running' AND updated_at < ? LIMIT ?)`,
        [at, limit],
      ),
    );
  }
}

function toJob(row: Row): Job {
  return {
    id: String(row.id),
    kind: String(row.kind) as JobKindName,
    target: String(row.target),
    state: String(row.state) as JobState,
    progress: parseJson<JobProgress>(row.progress)!,
    result: parseJson<JsonObject>(row.result) ?? {},
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}
