import type { Connector, LeaverPolicy } from '../connectors/connector.js';
import type { ConnectorKind } from '../connectors/kind.js';
import type { MappedAccount, MappingInput, MappingLine } from '../mapping/types.js';

/** What a target file says about resources of one type, ready to run. */
export interface ObjectDefinition {
  map(input: MappingInput): MappedAccount;
  actions: { create: boolean; update: boolean; delete: boolean };
  /** There is a scoping filter. */
  scoped: boolean;
  outOfScope: LeaverPolicy | 'ignore';
  onDelete: LeaverPolicy;
  /** With onDelete disable: the account is deleted this long after. */
  deleteAfterMs?: number;
  whenMissing: 'park' | 'recreate' | 'restore';
  /** The mapping reads the resource's groups. */
  needsGroups: boolean;
  /** The result moves with the calendar: it is looked at every day. */
  timeDependent: boolean;
  /** Targets whose facts the mapping reads. */
  readsFactsOf: readonly string[];
  /** Attributes of the target that the mapping writes. */
  mappedAttributes: readonly string[];
  /** The lines as the file has them: drift policies, and what import reads back. */
  lines: readonly MappingLine[];
}

/** What becomes of the account of a resource that is gone. */
export const removalOf = ({ onDelete: policy, deleteAfterMs }: ObjectDefinition) => ({
  policy,
  ...(deleteAfterMs ? { deleteAfterMs } : {}),
});

export interface GuardDefinition {
  windowMs: number;
  thresholds: { disables?: number; deletes?: number; memberRemovals?: number };
}

/** One target as its file describes it; enough to write down what it is to hear of. */
export interface TargetDescription {
  name: string;
  kind: ConnectorKind;
  settings: object;
  answer: 'delivered' | 'stored';
  answerWithinMs: number;
  whenUnavailable: 'queue' | 'reject';
  /** Attempts at the same time. */
  parallel: number;
  dependsOn: readonly string[];
  guard?: GuardDefinition;
  /** Digest of everything in the file that changes what is delivered. */
  revision: string;
  objects: Readonly<Record<string, ObjectDefinition>>;
}

/** One target, ready to be delivered to. */
export interface TargetDefinition extends TargetDescription {
  connector: Connector;
}

export interface RetrySettings {
  firstMs: number;
  longestMs: number;
  /** Attempts of one resource before it is parked (unavailability of the target does not count). */
  attempts: number;
}

export interface ReconcileSettings {
  /** Undefined: only when asked for. */
  everyMs?: number;
  /** Accounts looked at in a second. */
  perSecond: number;
}

/** How long what was settled is kept. */
export interface RetentionSettings {
  logMs: number;
  jobMs: number;
  /** Decided changes: who repeats a request is answered from them. */
  decidedMs: number;
  /** Counts of the guard that no window reaches any more. */
  guardMs: number;
}

export interface DeliverySettings {
  retry: RetrySettings;
  /** How long a lease lasts; every attempt ends before. */
  leaseMs: number;
  /** How long an initial password can be revealed. */
  initialPasswordMs: number;
  /** How long a client's password waits for its target. */
  passwordWaitsMs: number;
  retention: RetentionSettings;
  mustChangeInitialPassword: boolean;
  /** Where days of employment begin and end, unless a resource names another time zone. */
  timeZone: string;
  edgesPerPlan: number;
  /** Resources in one transaction of a background pass. */
  passPageSize: number;
  reconcile: ReconcileSettings;
}

export const deliveryDefaults: DeliverySettings = {
  retry: { firstMs: 2_000, longestMs: 600_000, attempts: 12 },
  leaseMs: 90_000,
  initialPasswordMs: 14 * 86_400_000,
  passwordWaitsMs: 7 * 86_400_000,
  retention: {
    logMs: 90 * 86_400_000,
    jobMs: 90 * 86_400_000,
    decidedMs: 3_600_000,
    guardMs: 7 * 86_400_000,
  },
  mustChangeInitialPassword: true,
  timeZone: 'UTC',
  edgesPerPlan: 1000,
  passPageSize: 200,
  reconcile: { perSecond: 200 },
};
