import type { DeliveryStores } from '../delivery/delivery.js';
import { SchemaIndexer } from '../identity/schema-indexer.js';
import type { SchemaRegistry } from '../schema/schema-registry.js';
import { SqlEdgeStore } from './delivery/sql-edge-store.js';
import { SqlEmploymentStore } from './delivery/sql-employment-store.js';
import { SqlInventoryStore } from './delivery/sql-inventory-store.js';
import { SqlJobStore } from './delivery/sql-job-store.js';
import { SqlLeaseStore } from './delivery/sql-lease-store.js';
import { SqlLinkStore } from './delivery/sql-link-store.js';
import { SqlLogStore } from './delivery/sql-log-store.js';
import { SqlPassStore } from './delivery/sql-pass-store.js';
import { SqlReservationStore, SqlSealedStore } from './delivery/sql-secret-stores.js';
import { SqlStoreClock, SqlTargetStore, SqlTurnStore } from './delivery/sql-target-store.js';
import { SqlUndecidedStore } from './delivery/sql-undecided-store.js';
import { SqliteCopy } from './backup/sqlite-copy.js';
import { SqlEventStore } from './events/sql-event-store.js';
import { Cursors } from './resources/cursors.js';
import { ResourceSearch } from './resources/resource-search.js';
import { SqlResourceStore } from './resources/sql-resource-store.js';
import { SqlAwaitedReferences } from './sources/sql-awaited-references.js';
import { SqlParkedRecords } from './sources/sql-parked-records.js';
import type { Store } from './store.js';
import { epochOf, storeFacts, type StoreFacts } from './store-facts.js';

/** The implementations of identity's and delivery's ports over one open store. */
export interface Stores {
  facts: StoreFacts;
  indexer: SchemaIndexer;
  resources: SqlResourceStore;
  delivery: DeliveryStores;
  parkedRecords: SqlParkedRecords;
  awaitedReferences: SqlAwaitedReferences;
  events: SqlEventStore;
  copy: SqliteCopy;
}

export async function createStores(store: Store, registry: SchemaRegistry): Promise<Stores> {
  const { reader, unitOfWork } = store;
  const facts = await storeFacts(unitOfWork, reader);
  const indexer = new SchemaIndexer(registry);
  const epoch = epochOf(store, facts);
  const search = new ResourceSearch(
    {
      coreSchemas: Object.fromEntries(registry.resourceTypes.map((type) => [type.name, type.schema.id])),
      extensionSchemas: registry.resourceTypes.flatMap((type) =>
        type.extensions.map(({ schema }) => schema.id),
      ),
      indexed: indexer.indexed,
    },
    new Cursors(async () => facts.cursorKey, epoch),
    epoch,
  );
  return {
    facts,
    indexer,
    resources: new SqlResourceStore(reader, search, epoch),
    parkedRecords: new SqlParkedRecords(reader, unitOfWork),
    awaitedReferences: new SqlAwaitedReferences(reader, unitOfWork),
    events: new SqlEventStore(reader, unitOfWork),
    copy: new SqliteCopy(store.options),
    delivery: {
      links: new SqlLinkStore(reader, unitOfWork),
      leases: new SqlLeaseStore(reader, unitOfWork),
      edges: new SqlEdgeStore(reader),
      undecided: new SqlUndecidedStore(reader, unitOfWork),
      reservations: new SqlReservationStore(),
      sealed: new SqlSealedStore(reader, unitOfWork),
      targetStore: new SqlTargetStore(reader, unitOfWork),
      turns: new SqlTurnStore(unitOfWork),
      logs: new SqlLogStore(reader, unitOfWork),
      passProgress: new SqlPassStore(reader),
      clock: new SqlStoreClock(reader),
      jobs: new SqlJobStore(reader, unitOfWork),
      inventory: new SqlInventoryStore(reader),
      employment: new SqlEmploymentStore(reader),
    },
  };
}
