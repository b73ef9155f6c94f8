import {
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Delivery } from '../../delivery/delivery.js';
import { JobStore } from '../../delivery/jobs/job.js';
import { Jobs } from '../../delivery/jobs/jobs.js';
import { TurnStore } from '../../delivery/ports.js';
import { ResourceStore } from '../../identity/ports.js';
import { Intake } from '../feed.js';
import { SourceDefinitions } from '../intake/source-definition.js';
import { BeginImport } from './begin-import.js';
import type { CsvFeed } from './compile-feed.js';
import { CsvImport } from './csv-import.js';
import { ImportFiles } from './import-files.js';
import { WatchedFolder, type WatchLogger } from './watched-folder.js';
import { Watching } from './watching.js';

export interface CsvOptions {
  feeds: ReadonlyMap<string, CsvFeed>;
  /** Where uploaded files wait for their import. */
  filesFolder: string;
  logger: WatchLogger;
}

const settlesMs = 4000;
const keepEveryMs = 1000;

/** The job kind is there before jobs start, and folders are watched while the gateway is up. */
class CsvLife implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly jobs: Jobs,
    private readonly work: CsvImport,
    private readonly watching: Watching,
  ) {}

  onModuleInit(): void {
    this.jobs.add(this.work);
  }

  onApplicationBootstrap(): void {
    this.watching.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.watching.stop();
  }
}

function watchedFolders({ feeds, logger }: CsvOptions, begin: BeginImport): Map<string, WatchedFolder> {
  return new Map(
    [...feeds].flatMap(([source, { settings }]) =>
      settings.watch === undefined
        ? []
        : [[source, new WatchedFolder({ source, folder: settings.watch, begin, logger, settlesMs })]],
    ),
  );
}

/** CSV files as feeds. Intake, delivery and the configured sources come from the modules it is given. */
@Module({})
export class CsvModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>, options: CsvOptions): DynamicModule {
    return {
      module: CsvModule,
      imports,
      providers: [
        { provide: ImportFiles, useValue: new ImportFiles(options.filesFolder) },
        {
          provide: CsvImport,
          inject: [Intake, ResourceStore, SourceDefinitions],
          useFactory: (intake: Intake, store: ResourceStore, definitions: SourceDefinitions) =>
            new CsvImport({
              feeds: options.feeds,
              intake,
              store,
              matches: (source, type) => (definitions.of(source).match[type] ?? []).length > 0,
              keepEveryMs,
            }),
        },
        {
          provide: BeginImport,
          inject: [Jobs, JobStore],
          useFactory: (jobs: Jobs, jobStore: JobStore) =>
            new BeginImport({ jobs, jobStore, feeds: options.feeds }),
        },
        {
          provide: Watching,
          inject: [BeginImport, TurnStore, Delivery],
          useFactory: (begin: BeginImport, turns: TurnStore, delivery: Delivery) =>
            new Watching({
              folders: watchedFolders(options, begin),
              turns,
              owner: delivery.parts.replica.name,
              logger: options.logger,
            }),
        },
        {
          provide: CsvLife,
          inject: [Jobs, CsvImport, Watching],
          useFactory: (jobs: Jobs, work: CsvImport, watching: Watching) => new CsvLife(jobs, work, watching),
        },
      ],
      exports: [BeginImport, ImportFiles],
    };
  }
}
