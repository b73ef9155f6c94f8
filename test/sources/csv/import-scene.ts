import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJobs } from '../../../src/delivery/jobs/create-jobs.js';
import type { FoundRow } from '../../../src/delivery/jobs/findings.js';
import type { Job } from '../../../src/delivery/jobs/job.js';
import type { Jobs } from '../../../src/delivery/jobs/jobs.js';
import { newId } from '../../../src/identity/id.js';
import { SchemaRegistry } from '../../../src/schema/schema-registry.js';
import { digestOf } from '../../../src/sources/csv/check-file.js';
import type { CsvFeed } from '../../../src/sources/csv/compile-feed.js';
import { CsvImport } from '../../../src/sources/csv/csv-import.js';
import { asJson, detailsOf, type ImportDetails } from '../../../src/sources/csv/import-details.js';
import type { CsvSettings } from '../../../src/sources/csv/settings.js';
import type { SourceDefinition } from '../../../src/sources/intake/source-definition.js';
import { FeedGateway } from '../feed-gateway.js';
import type { OpenStores } from '../../store/stores.js';
import { feedOf, newFolder } from './files.js';

export type Imported = Job & {
  result: { counts: Record<string, number>; rows: Record<string, FoundRow[]>; differences: number };
};

export const people = {
  mapping: {
    userName: 'Mail',
    'name.familyName': 'Last',
    title: 'Title',
    manager: 'Boss',
    active: 'IIF([State]="A","True","False")',
  },
};
export const header = 'Id;Mail;Last;Title;Boss;State\n';
/** Nobody is anybody's boss. */
export const person = (id: number | string, title = 'Clerk') =>
  `${id};p${id}@corp.example;Last ${id};${title};;A\n`;
export const crowd = (count: number, title?: string) =>
  header + Array.from({ length: count }, (_, index) => person(1000 + index, title)).join('');

/** A gateway with a csv source `hcm` and its jobs. */
export class ImportScene {
  readonly folder = newFolder();
  readonly feeds: Map<string, CsvFeed>;
  gateway!: FeedGateway;
  jobs!: Jobs;
  work!: CsvImport;

  constructor(settings: Partial<CsvSettings> = {}) {
    this.feeds = new Map([['hcm', feedOf({ ...people, ...settings })]]);
  }

  async open(opened: OpenStores, source: Partial<SourceDefinition> = {}): Promise<this> {
    this.gateway = (await new FeedGateway(opened, source).start()) as FeedGateway;
    this.jobs = this.newJobs();
    return this;
  }

  /** What another process would run over the same store. */
  newJobs(more: Partial<ConstructorParameters<typeof CsvImport>[0]> = {}): Jobs {
    const jobs = createJobs(this.gateway.delivery, SchemaRegistry.builtIn());
    this.work = new CsvImport({
      feeds: this.feeds,
      intake: this.gateway.intake,
      store: this.gateway.opened.resources,
      matches: () => false,
      keepEveryMs: 0,
      ...more,
    });
    jobs.add(this.work);
    return jobs;
  }

  rejectedRows = (job: Job) =>
    readFileSync(detailsOf(job).rejectedFile, 'utf8').slice(1).trimEnd().split('\r\n');

  async begin(
    content: string | Buffer,
    apply: boolean,
    more: Partial<ImportDetails> = {},
  ): Promise<Job | undefined> {
    const file = join(this.folder, 'people.csv');
    writeFileSync(file, content);
    const details: ImportDetails = {
      file,
      name: 'people.csv',
      digest: await digestOf(file),
      uploaded: false,
      full: false,
      rejectedFile: join(this.folder, `${newId()}.rejected.csv`),
      rejectedBytes: 0,
      ...more,
    };
    return this.jobs.begin('csv', 'hcm', apply, { progress: { details: asJson(details) } });
  }

  async run(content: string | Buffer, apply: boolean, more: Partial<ImportDetails> = {}): Promise<Imported> {
    const job = await this.begin(content, apply, more);
    await this.jobs.idle();
    return this.job(job!.id);
  }

  async job(id: string): Promise<Imported> {
    return (await this.gateway.opened.delivery.jobs.get(id)) as Imported;
  }

  /** What the source knows, by its own ids. */
  async users(): Promise<Record<string, Record<string, unknown> & { id: string }>> {
    const known = await this.gateway.opened.resources.namedPage('User', 'hcm', undefined, 10_000);
    const all = await Promise.all(
      known.map(async ({ externalId, resourceId }) => {
        const { attributes } = await this.gateway.stored(resourceId);
        return [externalId, { id: resourceId, ...attributes }] as const;
      }),
    );
    return Object.fromEntries(all);
  }

  async close(): Promise<void> {
    await this.jobs?.stop();
    await this.gateway?.close();
  }
}
