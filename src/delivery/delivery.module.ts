import {
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { Authority } from '../identity/authority/authority.js';
import {
  ChangeLog,
  type ChangeRecorder,
  ResourceIndexer,
  ResourceStore,
  Settlement,
  UnitOfWork,
} from '../identity/ports.js';
import { UndoChange } from '../identity/undo-change.js';
import { SchemaRegistry } from '../schema/schema-registry.js';
import type { AttemptLogger } from './attempt/attempt.js';
import { Delivery, type DeliveryStores } from './delivery.js';
import { EmploymentStore } from './employment/employment-store.js';
import { GuardDecisions } from './guard-decisions.js';
import { createJobs } from './jobs/create-jobs.js';
import { InventoryStore } from './jobs/inventory-store.js';
import { JobStore } from './jobs/job.js';
import { Jobs } from './jobs/jobs.js';
import {
  EdgeStore,
  LogStore,
  PassStore,
  ReservationStore,
  SealedStore,
  StoreClock,
  TargetStore,
  TurnStore,
  UndecidedStore,
} from './ports.js';
import { LeaseStore } from './lease-store.js';
import { LinkStore } from './link-store.js';
import { Previewing } from './preview.js';
import { Reevaluation } from './passes/reevaluation.js';
import { PasswordReveal } from './reveal.js';
import type { KeptRows } from './retention.js';
import type { RuleGroupDefinition } from './rule-groups/rule-group-definition.js';
import { RuleMemberships } from './rule-groups/rule-memberships.js';
import { Sealing, type SealingKey } from './sealing.js';
import type { DeliverySettings } from './target-definition.js';
import { Targets } from './targets.js';

/** Injection token of what delivery is told by the configuration. */
export const DELIVERY_CONFIG = Symbol('delivery-config');

export interface DeliveryConfig {
  settings: DeliverySettings;
  keys: readonly SealingKey[];
  storeId: string;
  ruleGroups: readonly RuleGroupDefinition[];
  logger: AttemptLogger;
  recorder?: ChangeRecorder;
  kept?: readonly KeptRows[];
}

type StoreToken<Store> = abstract new (...given: never[]) => Store;

const stores: { [Name in keyof DeliveryStores]: StoreToken<DeliveryStores[Name]> } = {
  links: LinkStore,
  leases: LeaseStore,
  edges: EdgeStore,
  undecided: UndecidedStore,
  reservations: ReservationStore,
  sealed: SealedStore,
  targetStore: TargetStore,
  turns: TurnStore,
  logs: LogStore,
  clock: StoreClock,
  passProgress: PassStore,
  jobs: JobStore,
  inventory: InventoryStore,
  employment: EmploymentStore,
};

function wire(
  config: DeliveryConfig,
  targets: Targets,
  unitOfWork: UnitOfWork,
  resources: ResourceStore,
  indexer: ResourceIndexer,
  ...given: unknown[]
): Delivery {
  const named = Object.keys(stores).map((name, index) => [name, given[index]]);
  return new Delivery({
    stores: Object.fromEntries(named) as DeliveryStores,
    unitOfWork,
    resources,
    indexer,
    undo: new UndoChange(resources, indexer),
    sealing: new Sealing(config.keys),
    targets,
    ruleGroups: config.ruleGroups,
    settings: config.settings,
    storeId: config.storeId,
    logger: config.logger,
    ...(config.recorder === undefined ? {} : { recorder: config.recorder }),
    ...(config.kept === undefined ? {} : { kept: config.kept }),
  });
}

/** Starts the work when the application is up, and ends it before the store closes. */
class DeliveryLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly delivery: Delivery,
    private readonly jobs: Jobs,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.delivery.start();
    this.jobs.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
    await this.delivery.stop();
  }
}

const from = (token: unknown, pick: (delivery: Delivery) => object): Provider => ({
  provide: token as symbol,
  inject: [Delivery],
  useFactory: pick,
});

/** Gets the truth to every target. Stores come from the modules it is given, targets and settings from the configuration. */
@Module({})
export class DeliveryModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    const offered: Provider[] = [
      {
        provide: Delivery,
        inject: [
          DELIVERY_CONFIG,
          Targets,
          UnitOfWork,
          ResourceStore,
          ResourceIndexer,
          ...Object.values(stores),
        ],
        useFactory: wire,
      },
      { provide: Jobs, inject: [Delivery, SchemaRegistry, Authority], useFactory: createJobs },
      from(ChangeLog, (delivery) => delivery.changeLog),
      from(Settlement, (delivery) => delivery.settlement),
      from(RuleMemberships, (delivery) => delivery.rules),
      from(Reevaluation, ({ options: { stores } }) => new Reevaluation(stores.passProgress)),
      from(Previewing, (delivery) => new Previewing(delivery.parts)),
      from(PasswordReveal, (delivery) => new PasswordReveal(delivery.parts)),
      from(GuardDecisions, (delivery) => new GuardDecisions(delivery.parts)),
    ];
    return {
      module: DeliveryModule,
      imports,
      providers: [
        ...offered,
        {
          provide: DeliveryLife,
          inject: [Delivery, Jobs],
          useFactory: (delivery: Delivery, jobs: Jobs) => new DeliveryLife(delivery, jobs),
        },
      ],
      exports: offered.map((provider) => (provider as { provide: symbol }).provide),
    };
  }
}
