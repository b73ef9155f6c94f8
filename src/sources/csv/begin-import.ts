import { access } from 'node:fs/promises';
import type { Job, JobStore } from '../../delivery/jobs/job.js';
import type { Jobs, JobStart } from '../../delivery/jobs/jobs.js';
import type { CsvFeed } from './compile-feed.js';
import { asJson, detailsOf, type ImportDetails } from './import-details.js';

export interface WantedImport {
  source: string;
  file: string;
  name: string;
  digest: string;
  uploaded: boolean;
  rejectedFile: string;
  apply: boolean;
  /** Default: as the source is configured. */
  full?: boolean;
  allowLeavers?: number;
}

export interface BeginParts {
  jobs: Jobs;
  jobStore: JobStore;
  feeds: ReadonlyMap<string, CsvFeed>;
}

export class NoSuchFile extends Error {}

const lookedAt = 100;

/** Starts imports, and goes on with one that was cancelled or failed. */
export class BeginImport {
  constructor(private readonly parts: BeginParts) {}

  has(source: string): boolean {
    return this.parts.feeds.has(source);
  }

  /** Undefined: another import of the source is running. */
  async begin(wanted: WantedImport): Promise<Job | undefined> {
    return this.start(wanted, {
      progress: {
        details: asJson({
          ...common(wanted),
          full: this.isFull(wanted),
          rejectedFile: wanted.rejectedFile,
          rejectedBytes: 0,
          ...(wanted.allowLeavers === undefined ? {} : { allowLeavers: wanted.allowLeavers }),
        }),
      },
    });
  }

  /** The import of the same file that is running or was interrupted; where there is none, a new one. */
  async resume(wanted: WantedImport): Promise<Job | undefined> {
    const former = await this.latest(
      wanted.source,
      ({ digest, full }, { apply }) =>
        digest === wanted.digest && apply === wanted.apply && full === this.isFull(wanted),
    );
    if (former?.state === 'running') return former;
    if (!former || former.state === 'done') return this.begin(wanted);
    const { waiting: _waiting, ...progress } = former.progress;
    const details: ImportDetails = {
      ...detailsOf(former),
      ...common(wanted),
      ...(wanted.allowLeavers === undefined ? {} : { allowLeavers: wanted.allowLeavers }),
    };
    return this.start(wanted, {
      progress: { ...progress, failures: 0, details: asJson(details) },
      result: former.result,
    });
  }

  /** The newest import of a file at a place. */
  ofFile(source: string, file: string): Promise<Job | undefined> {
    return this.latest(source, (details) => details.file === file);
  }

  private async start(wanted: WantedImport, start: JobStart): Promise<Job | undefined> {
    await access(wanted.file).catch(() => {
      throw new NoSuchFile();
    });
    return this.parts.jobs.begin('csv', wanted.source, wanted.apply, start);
  }

  private async latest(
    source: string,
    fits: (details: ImportDetails, progress: Job['progress']) => boolean,
  ): Promise<Job | undefined> {
    const jobs = await this.parts.jobStore.list({ kind: 'csv', target: source, limit: lookedAt });
    return jobs.find((job) => fits(detailsOf(job), job.progress));
  }

  private isFull({ source, full }: WantedImport): boolean {
    return full ?? this.parts.feeds.get(source)?.settings.full ?? false;
  }
}

const common = ({ file, name, digest, uploaded }: WantedImport) => ({ file, name, digest, uploaded });
