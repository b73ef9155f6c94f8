import { Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
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
} from '../delivery/ports.js';
import { LeaseStore } from '../delivery/lease-store.js';
import { LinkStore } from '../delivery/link-store.js';
import { EmploymentStore } from '../delivery/employment/employment-store.js';
import { InventoryStore } from '../delivery/jobs/inventory-store.js';
import { JobStore } from '../delivery/jobs/job.js';
import { EventStore } from '../events/event.js';
import { StoreCopy } from '../delivery/jobs/store-copy.js';
import { ResourceIndexer, ResourceStore, UnitOfWork } from '../identity/ports.js';
import { SchemaRegistry } from '../schema/schema-registry.js';
import { AwaitedReferences } from '../sources/intake/awaited-references.js';
import { ParkedRecords } from '../sources/intake/parked-records.js';
import { dataSourceOptions, type StoreOptions } from './data-source.js';
import { openStore, type Store } from './store.js';
import { createStores, type Stores } from './stores.js';

/** Injection token of the open `Store`. */
export const STORE = Symbol('store');
/** Injection token of `Stores`. */
export const STORES = Symbol('stores');

const port = (token: unknown, pick: (stores: Stores) => object): Provider => ({
  provide: token as symbol,
  inject: [STORES],
  useFactory: pick,
});

const ports: Provider[] = [
  port(ResourceStore, (stores) => stores.resources),
  port(ResourceIndexer, (stores) => stores.indexer),
  port(LinkStore, (stores) => stores.delivery.links),
  port(LeaseStore, (stores) => stores.delivery.leases),
  port(EdgeStore, (stores) => stores.delivery.edges),
  port(UndecidedStore, (stores) => stores.delivery.undecided),
  port(ReservationStore, (stores) => stores.delivery.reservations),
  port(SealedStore, (stores) => stores.delivery.sealed),
  port(TargetStore, (stores) => stores.delivery.targetStore),
  port(TurnStore, (stores) => stores.delivery.turns),
  port(PassStore, (stores) => stores.delivery.passProgress),
  port(LogStore, (stores) => stores.delivery.logs),
  port(JobStore, (stores) => stores.delivery.jobs),
  port(EmploymentStore, (stores) => stores.delivery.employment),
  port(InventoryStore, (stores) => stores.delivery.inventory),
  port(StoreCopy, (stores) => stores.copy),
  port(EventStore, (stores) => stores.events),
  port(ParkedRecords, (stores) => stores.parkedRecords),
  port(AwaitedReferences, (stores) => stores.awaitedReferences),
  port(StoreClock, (stores) => stores.delivery.clock),
];

/** Closes what `StoreModule` opened, after everything that uses it. */
class StoreClosing implements OnApplicationShutdown {
  constructor(private readonly store: Store) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** The one store: migrations on start, the writer, committed reads, and every port that identity and delivery ask for. */
@Module({})
export class StoreModule {
  static forRoot(options: StoreOptions, registry: SchemaRegistry): DynamicModule {
    const core: DynamicModule = {
      module: StoreCore,
      providers: [{ provide: STORE, useFactory: () => openStore(options) }],
      exports: [STORE],
    };
    let opened: Store | undefined;
    const typeOrm = TypeOrmModule.forRootAsync({
      imports: [core],
      inject: [STORE],
      useFactory: (store: Store) => {
        opened = store;
        return dataSourceOptions(options);
      },
      // The DataSource that the store has opened and migrated: there is only the one.
      dataSourceFactory: async () => opened!.dataSource,
    });
    return {
      module: StoreModule,
      global: true,
      imports: [core, typeOrm],
      providers: [
        { provide: STORES, inject: [STORE], useFactory: (store: Store) => createStores(store, registry) },
        { provide: UnitOfWork, inject: [STORE], useFactory: (store: Store) => store.unitOfWork },
        { provide: StoreClosing, inject: [STORE], useFactory: (store: Store) => new StoreClosing(store) },
        ...ports,
      ],
      exports: [
        core,
        STORES,
        UnitOfWork,
        ...ports.map((provider) => (provider as { provide: symbol }).provide),
      ],
    };
  }
}

@Module({})
class StoreCore {}
