import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { Authority } from '../identity/authority/authority.js';
import { ResourceIndexer, ResourceStore } from '../identity/ports.js';
import { ResourceService } from '../identity/resource-service.js';
import { SchemaRegistry } from '../schema/schema-registry.js';
import { Intake } from './feed.js';
import { ParkedRecords } from './intake/parked-records.js';
import { RecordIntake } from './intake/record-intake.js';
import { SourceDefinitions } from './intake/source-definition.js';

/** Feeds of HCM systems. Identity, the store's ports and the configured sources come from the modules it is given. */
@Module({})
export class SourcesModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: SourcesModule,
      imports,
      providers: [
        {
          provide: Intake,
          inject: [
            ResourceService,
            ResourceStore,
            ResourceIndexer,
            SchemaRegistry,
            ParkedRecords,
            SourceDefinitions,
            Authority,
          ],
          useFactory: (
            resources: ResourceService,
            store: ResourceStore,
            indexer: ResourceIndexer,
            registry: SchemaRegistry,
            parked: ParkedRecords,
            definitions: SourceDefinitions,
            authority: Authority,
          ) =>
            new RecordIntake({
              resources,
              store,
              indexer,
              registry,
              parked,
              definitions,
              authority,
              now: Date.now,
            }),
        },
      ],
      exports: [Intake],
    };
  }
}
