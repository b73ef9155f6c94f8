import type { FoundRow } from '../../delivery/jobs/findings.js';
import type { JobRun } from '../../delivery/jobs/job-run.js';
import type { Caller } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import type { Intake } from '../feed.js';
import type { CheckedFile } from './check-file.js';
import type { CsvFeed } from './compile-feed.js';
import { detailsOf } from './import-details.js';
import { changesIn, type ImportReport } from './import-report.js';

export interface LeaversParts {
  source: string;
  feed: CsvFeed;
  intake: Intake;
  store: Pick<ResourceStore, 'displayNames'>;
  caller: Caller;
  checked: CheckedFile;
  report: ImportReport;
  keep(always?: boolean): Promise<void>;
}

interface Known {
  externalId: string;
  resourceId: string;
}

const pageSize = 500;
const mostListed = 1000;

/** Whoever the source had and a complete file lacks has left, unless there are too many of them. */
export class LeaversStep {
  constructor(private readonly parts: LeaversParts) {}

  async run(run: JobRun): Promise<void> {
    const { progress } = run.job;
    const details = detailsOf(run.job);
    if (details.leaversPassed !== true) {
      const incomplete = this.incomplete();
      if (incomplete !== undefined) return this.hold([{ label: '', detail: incomplete }], 0);
      const { leavers, count, known } = await this.find();
      if (count > this.limit(known) && details.allowLeavers !== count)
        return this.hold(
          [{ label: `${count} of ${known}`, detail: this.remedy(count, known) }, ...leavers],
          count,
        );
      if (!progress.apply) return this.list(leavers, count);
      details.leaversPassed = true;
      await this.parts.keep(true);
    }
    await this.leave(run);
  }

  /** Why nobody can be said to be missing. */
  private incomplete(): string | undefined {
    const { rows, unidentified, mended } = this.parts.checked;
    if (rows === 0) return 'the file has no rows: nobody leaves by it';
    if (mended) return 'the file has the mended rows of an import, not everybody: nobody leaves by it';
    if (unidentified === 0) return undefined;
    return `${unidentified} rows do not tell whom they are about, so nobody can be said to be missing: mend them and import again`;
  }

  private limit(known: number): number {
    const { count, percent } = this.parts.feed.settings.leaversGuard;
    return Math.min(count, Math.ceil((known * percent) / 100));
  }

  private remedy(count: number, known: number): string {
    return `more than the guard lets leave at once (${this.limit(known)}); nobody leaves. Is the file complete? If they have left indeed: --allow-leavers ${count}`;
  }

  private async find(): Promise<{ leavers: FoundRow[]; count: number; known: number }> {
    const { intake, source, feed, store } = this.parts;
    const leavers: FoundRow[] = [];
    let count = 0;
    let known = 0;
    for await (const { page, missing } of this.pages('')) {
      known += page.length;
      const names = await store.displayNames(missing.map(({ resourceId }) => resourceId));
      for (const { externalId, resourceId } of missing) {
        const { outcome, changes, reason } = await intake.previewLeave(source, feed.type.name, externalId);
        if (outcome === 'unchanged') continue;
        count += 1;
        const label = [externalId, names.get(resourceId)].filter(Boolean).join(' ');
        if (leavers.length < mostListed)
          leavers.push({ label, resourceId, detail: reason ?? changesIn(changes) });
      }
      await this.parts.keep();
    }
    return { leavers, count, known };
  }

  private async leave({ job }: JobRun): Promise<void> {
    const { intake, source, feed, caller, report } = this.parts;
    for await (const { page, missing } of this.pages(job.progress.after)) {
      for (const { externalId, resourceId } of missing) {
        const { outcome, changes, reason } = await intake.leave(source, feed.type.name, externalId, caller);
        const category = outcome === 'rejected' ? 'rejected' : 'left';
        if (outcome !== 'unchanged')
          report.findings.list(category, {
            label: externalId,
            resourceId,
            detail: reason ?? changesIn(changes),
          });
      }
      job.progress.after = page.at(-1)!.externalId;
      await this.parts.keep();
    }
  }

  /** Everybody whom the source has, and who of them is missing in the file. A row that was rejected is not missing. */
  private async *pages(from: string): AsyncGenerator<{ page: Known[]; missing: Known[] }> {
    const { intake, source, feed, checked } = this.parts;
    for (let after = from; ;) {
      const page = await intake.known(source, feed.type.name, after === '' ? undefined : after, pageSize);
      if (page.length === 0) return;
      yield { page, missing: page.filter(({ externalId }) => !checked.ids.has(externalId)) };
      after = page.at(-1)!.externalId;
    }
  }

  private list(leavers: readonly FoundRow[], count: number): void {
    for (const leaver of leavers) this.parts.report.findings.list('left', leaver);
    this.parts.report.findings.count('left', count - leavers.length);
  }

  /** Only said. */
  private hold(rows: readonly FoundRow[], count: number): void {
    const { findings } = this.parts.report;
    for (const row of rows) findings.list('leaversHeld', row, 0);
    findings.count('leaversHeld', Math.max(count, 1));
  }
}
