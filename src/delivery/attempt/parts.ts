import type { Undo } from '../../identity/undo.js';
import type { ResourceStore, UnitOfWork } from '../../identity/ports.js';
import type {
  EdgeStore,
  LogStore,
  ReservationStore,
  SealedStore,
  StoreClock,
  TargetStore,
  UndecidedStore,
} from '../ports.js';
import type { LeaseStore } from '../lease-store.js';
import type { LinkStore } from '../link-store.js';
import type { Calendar } from '../employment/calendar.js';
import type { EmploymentStore } from '../employment/employment-store.js';
import type { JobStore } from '../jobs/job.js';
import type { Sealing } from '../sealing.js';
import type { DeliverySettings } from '../target-definition.js';
import type { Replica, Targets } from '../targets.js';

/** What an attempt works with. */
export interface AttemptParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  undo: Undo;
  links: LinkStore;
  leases: LeaseStore;
  edges: EdgeStore;
  undecided: UndecidedStore;
  reservations: ReservationStore;
  sealed: SealedStore;
  sealing: Sealing;
  targetStore: TargetStore;
  logs: LogStore;
  jobs: JobStore;
  clock: StoreClock;
  calendar: Calendar;
  employment: EmploymentStore;
  targets: Targets;
  replica: Replica;
  settings: DeliverySettings;
  storeId: string;
  /** Wakes waiters of decided changes in this process; after the commit. */
  tell(changeIds: readonly string[]): void;
  /** More work became due. */
  wake(): void;
}
