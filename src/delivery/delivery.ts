import type { Undo } from '../identity/undo.js';
import type {
  ChangeLog,
  ChangeRecorder,
  ResourceIndexer,
  ResourceStore,
  UnitOfWork,
} from '../identity/ports.js';
import type { AttemptLogger } from './attempt/attempt.js';
import type { AttemptParts } from './attempt/parts.js';
import { DeliveryChangeLog } from './change-log.js';
import { Dispatcher } from './dispatcher.js';
import { Calendar } from './employment/calendar.js';
import { createEmployment } from './employment/create-employment.js';
import type { EmploymentStore } from './employment/employment-store.js';
import { DatedChangeLog, DatedUndo } from './employment/following.js';
import { Periods } from './employment/periods.js';
import type { EmploymentScheduler } from './employment/scheduler.js';
import type { InventoryStore } from './jobs/inventory-store.js';
import type { JobStore } from './jobs/job.js';
import { Maintenance } from './maintenance.js';
import type {
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
import type { LeaseStore } from './lease-store.js';
import type { LinkStore } from './link-store.js';
import type { KeptRows } from './retention.js';
import { RecordedChangeLog, RecordedUndo } from './recorded-changes.js';
import { Passes } from './passes/passes.js';
import { RulePass } from './passes/rule-pass.js';
import { away, passName, TargetPass } from './passes/target-pass.js';
import { establishRuleGroups } from './rule-groups/establish.js';
import { RuleFollowingChangeLog, RuleFollowingUndo } from './rule-groups/following.js';
import type { RuleGroupDefinition } from './rule-groups/rule-group-definition.js';
import { RuleMemberships } from './rule-groups/rule-memberships.js';
import type { Sealing } from './sealing.js';
import { DeliverySettlement } from './settlement.js';
import type { DeliverySettings } from './target-definition.js';
import { Replica, type Targets } from './targets.js';

export interface DeliveryStores {
  links: LinkStore;
  leases: LeaseStore;
  edges: EdgeStore;
  undecided: UndecidedStore;
  reservations: ReservationStore;
  sealed: SealedStore;
  targetStore: TargetStore;
  turns: TurnStore;
  logs: LogStore;
  passProgress: PassStore;
  clock: StoreClock;
  jobs: JobStore;
  inventory: InventoryStore;
  employment: EmploymentStore;
}

export interface DeliveryOptions {
  stores: DeliveryStores;
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  indexer: ResourceIndexer;
  undo: Undo;
  sealing: Sealing;
  targets: Targets;
  ruleGroups: readonly RuleGroupDefinition[];
  settings: DeliverySettings;
  storeId: string;
  logger: AttemptLogger;
  /** Is told of every change; absent: nobody pays for it. */
  recorder?: ChangeRecorder;
  /** What others keep for a while. */
  kept?: readonly KeptRows[];
}

/** Delivery, wired: what identity reports to, what requests wait on, and what works through the due rows. */
export class Delivery {
  readonly changeLog: ChangeLog;
  readonly settlement: DeliverySettlement;
  readonly dispatcher: Dispatcher;
  readonly maintenance: Maintenance;
  readonly rules: RuleMemberships;
  readonly passes: Passes;
  readonly scheduler: EmploymentScheduler;
  /** Records changes without the rules' say. */
  private readonly recording: ChangeLog;
  readonly parts: AttemptParts;

  constructor(readonly options: DeliveryOptions) {
    const { stores, targets, settings, sealing } = options;
    const replica = new Replica();
    const wake = () => this.dispatcher.wake();
    const calendar = new Calendar(stores.clock, settings.timeZone);
    const periods = new Periods(stores.employment, calendar, options.resources);
    const { changeLog, undo } = recorded(
      new DeliveryChangeLog({ ...stores, targets, sealing, replica, settings, wake }),
      options,
    );
    this.recording = changeLog;
    this.rules = new RuleMemberships({
      resources: options.resources,
      clock: stores.clock,
      calendar,
      changeLog: this.recording,
    });
    this.changeLog = new DatedChangeLog(new RuleFollowingChangeLog(this.recording, this.rules), periods);
    this.parts = {
      ...stores,
      unitOfWork: options.unitOfWork,
      resources: options.resources,
      undo: new DatedUndo(new RuleFollowingUndo(undo, this.rules, options.resources), periods),
      calendar,
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
    this.maintenance = new Maintenance({
      ...stores,
      replica,
      targets,
      kept: [...keptRows(stores, settings), ...(options.kept ?? [])],
      settlement: this.settlement,
      wake,
      logger: options.logger,
    });
    const parts = { ...this.backgroundParts(), replica, wake };
    const { timeZone } = settings;
    const { scheduler, zonePass } = createEmployment({ ...parts, periods, timeZone });
    this.scheduler = scheduler;
    this.passes = new Passes(parts, [
      new RulePass(parts),
      ...targets.all().map((target) => new TargetPass(parts, target)),
      zonePass,
    ]);
  }

  private backgroundParts() {
    const { stores, unitOfWork, resources, targets, logger, settings } = this.options;
    const progress = stores.passProgress;
    const memberships = this.rules;
    return {
      ...stores,
      unitOfWork,
      resources,
      targets,
      logger,
      progress,
      memberships,
      pageSize: settings.passPageSize,
    };
  }

  /** Registers the targets' revisions and makes the rule groups, then works. */
  async start(): Promise<void> {
    for (const target of this.options.targets.all()) {
      await this.options.stores.targetStore.register(target.name, target.definition.revision);
      await target.refresh();
    }
    await this.forgotten(await this.options.targets.remember());
    await this.establishRuleGroups();
    this.dispatcher.start();
    this.maintenance.start();
    this.passes.start();
    this.scheduler.start();
  }

  private async forgotten(names: readonly string[]): Promise<void> {
    const { stores, unitOfWork, logger } = this.options;
    for (const target of names) {
      await unitOfWork.run((tx) => stores.passProgress.save(tx, passName(target), target, away));
      logger.warn(
        { target },
        'the store knows this target and no file does: changes are not kept for it. When the file is back, everything in it is looked at again; then run `landfall reconcile` for memberships that were removed meanwhile',
      );
    }
  }

  private establishRuleGroups(): Promise<void> {
    const { stores, unitOfWork, resources, indexer, logger, ruleGroups } = this.options;
    const parts = { unitOfWork, resources, indexer, clock: stores.clock, changeLog: this.recording, logger };
    return establishRuleGroups(parts, ruleGroups, this.rules);
  }

  async stop(): Promise<void> {
    await this.scheduler.stop();
    await this.passes.stop();
    this.maintenance.stop();
    await this.dispatcher.stop();
    await Promise.all(this.options.targets.all().map((target) => target.definition.connector.close()));
  }
}

function keptRows(stores: DeliveryStores, { retention }: DeliverySettings): KeptRows[] {
  const { undecided, logs, jobs, targetStore } = stores;
  return [
    { name: 'log', forMs: retention.logMs, deleteBefore: (at, limit) => logs.deleteBefore(at, limit) },
    { name: 'jobs', forMs: retention.jobMs, deleteBefore: (at, limit) => jobs.deleteBefore(at, limit) },
    {
      name: 'decisions',
      forMs: retention.decidedMs,
      deleteBefore: (at, limit) => undecided.deleteBefore(at, limit),
    },
    {
      name: 'guardCounts',
      forMs: retention.guardMs,
      deleteBefore: (at, limit) => targetStore.forgetGuard(at, limit),
    },
  ];
}

function recorded(changeLog: ChangeLog, { recorder, undo, resources }: DeliveryOptions) {
  if (!recorder) return { changeLog, undo };
  return {
    changeLog: new RecordedChangeLog(changeLog, recorder),
    undo: new RecordedUndo(undo, recorder, resources),
  };
}

function longestAnswer(targets: Targets): number {
  return Math.max(
    0,
    ...targets
      .all()
      .map(({ definition }) => (definition.answer === 'delivered' ? definition.answerWithinMs : 0)),
  );
}
