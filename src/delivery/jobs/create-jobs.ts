import { Authority } from '../../identity/authority/authority.js';
import { IdentityService } from '../../identity/identity-service.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Delivery } from '../delivery.js';
import { Import } from '../import/import.js';
import { Previewing } from '../preview.js';
import { Reconcile } from '../reconcile/reconcile.js';
import { Jobs } from './jobs.js';

/** The jobs of a gateway, over its delivery. */
export function createJobs(delivery: Delivery, registry: SchemaRegistry, authority = new Authority()): Jobs {
  const { options, parts, changeLog, settlement } = delivery;
  const { stores, indexer, unitOfWork, resources, settings, logger } = options;
  const identity = new IdentityService({
    unitOfWork,
    store: resources,
    indexer,
    changeLog,
    settlement,
    authority,
    now: Date.now,
  });
  const work = {
    ...parts,
    indexer,
    registry,
    changeLog,
    identity,
    inventory: stores.inventory,
    previewing: new Previewing(parts),
  };
  return new Jobs(
    {
      ...stores,
      replica: parts.replica,
      targets: parts.targets,
      logger,
      reconcileEveryMs: settings.reconcile.everyMs,
    },
    [new Reconcile(work), new Import(work)],
  );
}
