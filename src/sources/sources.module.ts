import { Logger, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { Authority } from '../identity/authority/authority.js';
import { ResourceIndexer, ResourceStore } from '../identity/ports.js';
import { ResourceService } from '../identity/resource-service.js';
import { SchemaRegistry } from '../schema/schema-registry.js';
import { Intake } from './feed.js';
import { AwaitedReferences, type AwaitedReference } from './intake/awaited-references.js';
import { LateReferences } from './intake/late-references.js';
import { ParkedDecisions } from './intake/parked-decisions.js';
import { ParkedRecords } from './intake/parked-records.js';
import { RecordIntake, type IntakeParts } from './intake/record-intake.js';
import { LateReferenceRounds } from './late-reference-rounds.js';
import { SourceDefinitions } from './intake/source-definition.js';

const given = [
  ResourceService,
  ResourceStore,
  ResourceIndexer,
  SchemaRegistry,
  ParkedRecords,
  SourceDefinitions,
  Authority,
  AwaitedReferences,
] as const;

function intakeOf(...parts: unknown[]): RecordIntake {
  const [resources, store, indexer, registry, parked, definitions, authority, awaited] = parts;
  return new RecordIntake({
    ...({ resources, store, indexer, registry, parked, definitions, authority, awaited } as Omit<
      IntakeParts,
      'now'
    >),
    now: Date.now,
  });
}

/** Feeds of HCM systems. Identity, the store's ports and the configured sources come from the modules it is given. */
@Module({})
export class SourcesModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: SourcesModule,
      imports,
      providers: [
        { provide: RecordIntake, inject: [...given], useFactory: intakeOf },
        { provide: Intake, useExisting: RecordIntake },
        {
          provide: LateReferenceRounds,
          inject: [AwaitedReferences, RecordIntake, ResourceService, ResourceStore, SchemaRegistry],
          useFactory: (
            awaited: AwaitedReferences,
            intake: RecordIntake,
            resources: ResourceService,
            store: ResourceStore,
            registry: SchemaRegistry,
          ) => {
            const logger = new Logger('LateReferences');
            const refused = (reference: AwaitedReference, reason: string) =>
              logger.warn({ ...reference, reason }, 'a late reference could not be set');
            return new LateReferenceRounds(
              new LateReferences({ awaited, intake, resources, store, registry, refused }),
            );
          },
        },
        {
          provide: ParkedDecisions,
          inject: [ResourceService, ResourceStore, SchemaRegistry, ParkedRecords, RecordIntake],
          useFactory: (
            resources: ResourceService,
            store: ResourceStore,
            registry: SchemaRegistry,
            parked: ParkedRecords,
            intake: RecordIntake,
          ) => new ParkedDecisions({ resources, store, registry, parked, intake }),
        },
      ],
      exports: [Intake, ParkedDecisions],
    };
  }
}
