import { access, rm } from 'node:fs/promises';
import type { Job } from '../../delivery/jobs/job.js';
import { Refused, type JobRun, type JobWork } from '../../delivery/jobs/job-run.js';
import { inPages } from '../../delivery/jobs/pages.js';
import { monotonic } from '../../delivery/monotonic.js';
import type { Caller } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { Intake } from '../feed.js';
import { checkFile, digestOf, type CheckedFile } from './check-file.js';
import type { CsvFeed } from './compile-feed.js';
import { openCsv, type CsvRow } from './csv-file.js';
import { FileFault } from './file-fault.js';
import { detailsOf } from './import-details.js';
import { ImportReport } from './import-report.js';
import { LeaversStep } from './leavers-step.js';
import { References } from './references.js';
import { RejectedRows } from './rejected-rows.js';
import { RowReader } from './row-reader.js';
import { RowTaker } from './row-taker.js';

export interface CsvImportParts {
  feeds: ReadonlyMap<string, CsvFeed>;
  intake: Intake;
  store: Pick<ResourceStore, 'named' | 'displayNames'>;
  /** Whether the source has match rules for the type. */
  matches(source: string, type: string): boolean;
  /** How often progress is written down. */
  keepEveryMs: number;
}

interface Surroundings {
  run: JobRun;
  feed: CsvFeed;
  checked: CheckedFile;
  report: ImportReport;
  rejected: RejectedRows;
  taker: RowTaker;
  keep(always?: boolean): Promise<void>;
}

const pageSize = 200;
type Step = 'rows' | 'references' | 'leavers';

/**
 * Imports a file in two readings: the first checks all of it, so that a broken file changes nothing; the second takes its
 * rows. A run that was interrupted checks again and goes on at the row that it had reached.
 */
export class CsvImport implements JobWork {
  readonly kind = 'csv';
  readonly turnMs = 30_000;

  constructor(private readonly parts: CsvImportParts) {}

  isHere(job: Job): Promise<boolean> {
    return access(detailsOf(job).file).then(
      () => true,
      () => false,
    );
  }

  async run(run: JobRun): Promise<void> {
    const { file, uploaded } = detailsOf(run.job);
    try {
      await this.wholeFile(run);
    } catch (error) {
      if (!(error instanceof FileFault) && !(error instanceof Refused)) throw error;
      if (uploaded) await rm(file, { force: true });
      throw new Refused(error.message);
    }
    if (uploaded) await rm(file, { force: true });
  }

  private async wholeFile(run: JobRun): Promise<void> {
    const { job } = run;
    const feed = this.parts.feeds.get(job.target);
    if (!feed) throw new Refused(`there is no source "${job.target}" of kind csv`);
    const { file, name, digest, rejectedFile, rejectedBytes } = detailsOf(job);
    if ((await digestOf(file)) !== digest)
      throw new Refused(`the file ${name} has changed since the import began`);
    const checked = await this.check(run, feed);
    const rejected = await RejectedRows.open(rejectedFile, checked.header, checked.delimiter, rejectedBytes);
    try {
      await this.steps(this.surroundings(run, feed, checked, rejected));
    } finally {
      await rejected.close();
    }
  }

  private async check(run: JobRun, feed: CsvFeed): Promise<CheckedFile> {
    const { job } = run;
    const { file, name } = detailsOf(job);
    const keep = every(this.parts.keepEveryMs, () => run.checkpoint());
    if (job.progress.step === '') job.progress.step = 'check';
    const first = job.progress.step === 'check';
    const checked = await checkFile(feed, file, name, async (rows) => {
      if (first) job.progress.done = rows;
      await keep();
    });
    job.progress.total = checked.rows;
    if (first) enter(run, 'rows');
    return checked;
  }

  private surroundings(
    run: JobRun,
    feed: CsvFeed,
    checked: CheckedFile,
    rejected: RejectedRows,
  ): Surroundings {
    const { job } = run;
    const { intake, store } = this.parts;
    const details = detailsOf(job);
    const report = new ImportReport(job.result, details.name, rejected);
    const keep = every(this.parts.keepEveryMs, async () => {
      details.rejectedBytes = await rejected.flush();
      job.result = report.result(job.progress.apply);
      await run.checkpoint();
    });
    const taker = new RowTaker({
      source: job.target,
      feed,
      intake,
      store,
      reader: new RowReader(feed, checked.header, details.name, new Date(job.createdAt)),
      references: new References(feed, job.target, store, checked.ids),
      ids: checked.ids,
      caller: callerOf(job),
      apply: job.progress.apply,
      matches: this.parts.matches(job.target, feed.type.name),
    });
    return { run, feed, checked, report, rejected, taker, keep };
  }

  private async steps(around: Surroundings): Promise<void> {
    const { run, keep } = around;
    const { progress } = run.job;
    const details = detailsOf(run.job);
    if (progress.step === 'rows') {
      await this.rows(around);
      enter(run, 'references');
      await keep(true);
    }
    if (progress.step === 'references') {
      if (details.deferred && progress.apply) await this.references(around, details.deferred);
      enter(run, 'leavers');
      await keep(true);
    }
    if (details.full) await this.leavers(around);
    await keep(true);
  }

  private async rows({ run, feed, report, taker, keep }: Surroundings): Promise<void> {
    const { progress } = run.job;
    const details = detailsOf(run.job);
    for await (const page of this.pagesAfter(run, feed, Number(progress.after))) {
      for (const taken of await taker.page(page)) {
        report.take(taken);
        const { number } = taken.row;
        if (taken.deferred) details.deferred = [details.deferred?.[0] ?? number, number];
      }
      const reached = page.at(-1)!.number;
      progress.after = String(reached);
      progress.done = reached;
      await keep();
    }
  }

  private async references(
    { run, feed, report, taker, keep }: Surroundings,
    [first, last]: [number, number],
  ): Promise<void> {
    const { progress } = run.job;
    const from = Math.max(first - 1, Number(progress.after));
    for await (const page of this.pagesAfter(run, feed, from)) {
      for (const row of page.filter(({ number }) => number <= last)) {
        const taken = await taker.referencesOf(row);
        if (taken) report.takeReferences(taken);
      }
      progress.after = String(page.at(-1)!.number);
      await keep();
      if (page.at(-1)!.number >= last) return;
    }
  }

  private leavers({ run, feed, checked, report, keep }: Surroundings): Promise<void> {
    const { intake, store } = this.parts;
    const caller = callerOf(run.job);
    return new LeaversStep({
      source: run.job.target,
      feed,
      intake,
      store,
      caller,
      checked,
      report,
      keep,
    }).run(run);
  }

  private async *pagesAfter({ job }: JobRun, feed: CsvFeed, after: number): AsyncGenerator<CsvRow[]> {
    const { rows } = await openCsv(detailsOf(job).file, feed.settings, feed.columns);
    async function* later(): AsyncGenerator<CsvRow> {
      for await (const row of rows) if (row.number > after) yield row;
    }
    yield* inPages(later(), pageSize);
  }
}

function enter({ job: { progress } }: JobRun, step: Step): void {
  progress.step = step;
  progress.after = '';
}

/** Whom the log names; nobody waits for these changes. */
function callerOf({ id, target }: Job): Caller {
  return { name: 'csv', client: 'generic', source: target, scopes: [], correlationId: id, mode: 'bulk' };
}

/** Does something at most so often, or `always`. */
function every(ms: number, work: () => Promise<void>): (always?: boolean) => Promise<void> {
  let last = monotonic();
  return async (always = false) => {
    if (!always && monotonic() - last < ms) return;
    await work();
    last = monotonic();
  };
}
