import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AfterRestore } from './after-restore.js';
import { BackupController } from './backup.controller.js';
import { BeginJob } from './begin-job.js';
import { CsvImportController } from './csv-import.controller.js';
import { FindResources } from './find-resources.js';
import { GuardController } from './guard.controller.js';
import { HealthController } from './health.controller.js';
import { ImportController } from './import.controller.js';
import { JobsController } from './jobs.controller.js';
import { LinksController } from './links.controller.js';
import { LogController } from './log.controller.js';
import { MetricsController } from './metrics.controller.js';
import { PasswordsController } from './passwords.controller.js';
import { PlanController } from './plan.controller.js';
import { ReconcileController } from './reconcile.controller.js';
import { RuleGroupsController } from './rule-groups.controller.js';
import { SourcesController } from './sources.controller.js';
import { TargetsController } from './targets.controller.js';

/**
 * Running the gateway: health, metrics, and the operations API that the command line calls.
 * Owns no state: it shows and steers what delivery and identity hold.
 */
@Module({})
export class OperationsModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: OperationsModule,
      imports,
      controllers: [
        HealthController,
        MetricsController,
        TargetsController,
        LinksController,
        LogController,
        PasswordsController,
        PlanController,
        GuardController,
        RuleGroupsController,
        ReconcileController,
        ImportController,
        CsvImportController,
        JobsController,
        BackupController,
        SourcesController,
      ],
      providers: [FindResources, BeginJob, AfterRestore],
    };
  }
}
