import type { Undo } from '../identity/undo.js';
import type { ResourceStore, UnitOfWork } from '../identity/ports.js';
import type { AttemptLogger } from './attempt/attempt.js';
import type { AttemptParts } from './attempt/parts.js';
import { DeliveryChangeLog } from './change-log.js';
import { Dispatcher } from './dispatcher.js';
import { Maintenance } from './maintenance.js';
import type {
  EdgeStore,
  LinkStore,
  LogStore,
  ReservationStore,
  SealedStore,
  StoreClock,
  TargetStore,
  TurnStore,
  UndecidedStore,
} from './ports.js';
import type { Sealing } from './sealing.js';
import { DeliverySettlement } from './settlement.js';
import type { DeliverySettings } from './target-definition.js';
import { Replica, type Targets } from './targets.js';

export interface DeliveryStores {
  links: LinkStore;
  edges: EdgeStore;
  undecided: UndecidedStore;
  reservations: ReservationStore;
  sealed: SealedStore;
  targetStore: TargetStore;
  turns: TurnStore;
  logs: LogStore;
  clock: StoreClock;
}

export interface DeliveryOptions {
  stores: DeliveryStores;
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  undo: Undo;
  sealing: Sealing;
  targets: Targets;
  settings: DeliverySettings;
  storeId: string;
  logger: AttemptLogger;
}

/** Delivery, wired: what identity reports to, what requests wait on, and what works through the due rows. */
export class Delivery {
  readonly changeLog: DeliveryChangeLog;
  readonly settlement: DeliverySettlement;
  readonly dispatcher: Dispatcher;
  readonly maintenance: Maintenance;
  readonly parts: AttemptParts;

  constructor(readonly options: DeliveryOptions) {
    const { stores, targets, settings, sealing } = options;
    const replica = new Replica();
    const wake = () => this.dispatcher.wake();
    this.parts = {
      ...stores,
      unitOfWork: options.unitOfWork,
      resources: options.resources,
      undo: options.undo,
      sealing,
      targets,
      replica,
      settings,
      storeId: options.storeId,
      tell: (changeIds) => this.settlement.tell(changeIds),
      wake,
    };
    this.dispatcher = new Dispatcher(this.parts, options.logger);
    this.settlement = new DeliverySettlement(stores.undecided, options.unitOfWork, this.dispatcher, () =>
      longestAnswer(targets),
    );
    this.changeLog = new DeliveryChangeLog({ ...stores, targets, sealing, replica, settings, wake });
    this.maintenance = new Maintenance({
      ...stores,
      replica,
      settings,
      targets,
      settlement: this.settlement,
      logger: options.logger,
    });
  }

  /** Registers the targets' revisions, then works. */
  async start(): Promise<void> {
    for (const target of this.options.targets.all()) {
      await this.options.stores.targetStore.register(target.name, target.definition.revision);
      await target.refresh();
    }
    this.dispatcher.start();
    this.maintenance.start();
  }

  async stop(): Promise<void> {
    this.maintenance.stop();
    await this.dispatcher.stop();
    await Promise.all(this.options.targets.all().map((target) => target.definition.connector.close()));
  }
}

function longestAnswer(targets: Targets): number {
  return Math.max(
    0,
    ...targets
      .all()
      .map(({ definition }) => (definition.answer === 'delivered' ? definition.answerWithinMs : 0)),
  );
}
