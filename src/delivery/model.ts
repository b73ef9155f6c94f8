import type {
  ConnectorErrorShape,
  LeaverPolicy,
  PlannedChange,
  ResourceKind,
} from '../connectors/connector.js';

/**
 * due: is to be looked at. applied: the target is as the store wants it. parked: waits for a person or a new reason.
 * held: the guard stopped it. removing: the resource is gone, the account not yet. retained: the account stays by policy.
 */
export type LinkState = 'due' | 'applied' | 'parked' | 'held' | 'removing' | 'retained';

/** Who asked last, for the provisioning log. */
/** What somebody waits for goes before what a pass over everything raises. The order is the order of work. */
export const priorities = { interactive: 0, background: 10 } as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

export interface Cause {
  caller: string;
  source: string;
  correlationId: string;
}

export interface ReservedValue {
  value: string;
  /** Digest of the candidates it was chosen from: chosen again only when an input changed. */
  digest: string;
  nameSpace: string;
  folded: string;
}

export interface HeldPlan {
  digest: string;
  summary: string;
  changes: PlannedChange[];
  effects: { disables: number; deletes: number; memberRemovals: number };
  at: number;
  /** Set by `guard allow`: good for this generation and digest only. */
  allowed?: { generation: number; digest: string };
}

/** Our record of one resource in one target. */
export interface Link {
  id: string;
  target: string;
  resourceId: string;
  resourceType: ResourceKind;
  label: string;
  anchor?: string;
  /** The anchor when the link was read: an attempt may learn another. */
  readonly claimedAnchor?: string;
  createdByUs: boolean;
  generation: number;
  state: LinkState;
  priority: Priority;
  attempts: number;
  nextAttemptAt: number;
  edgesDueAt?: number;
  leaseOwner?: string;
  leaseUntil?: number;
  error?: LinkError;
  removal?: { policy: LeaverPolicy; deleteAfterMs?: number };
  removeAt?: number;
  uniqueValues: Record<string, ReservedValue>;
  facts: Record<string, string>;
  held?: HeldPlan;
  cause: Cause;
  mappingRevision?: string;
  /** Ids of resources whose account this was before, as long as it may bear the mark of one of them. */
  formerOwners: readonly string[];
  updatedAt: number;
}

export interface LinkError extends Pick<
  ConnectorErrorShape,
  'kind' | 'detail' | 'attribute' | 'recommendedAction' | 'diagnostic'
> {
  at: number;
  /** Id of the link whose value this one wants: circles of these are broken by a temporary value. */
  waitsFor?: string;
}

/**
 * `kept`: of an account that left its groups, until it comes back or its link is gone. `aside`: of a group that is out of
 * scope or is not to be changed, until it is.
 */
export type EdgeState = 'due' | 'parked' | 'kept' | 'aside';

/** A membership that a target may not have seen yet; without a direction. */
export interface Edge {
  groupId: string;
  memberId: string;
  memberType: ResourceKind;
  generation: number;
  state: EdgeState;
  attempts: number;
  nextAttemptAt: number;
  changeId?: string;
  error?: LinkError;
}

/** A change whose fate the deciding target has not told yet. */
export interface Undecided {
  changeId: string;
  resourceId: string;
  linkId: string;
  target: string;
  kind: 'create' | 'update' | 'members';
  state: 'pending' | 'kept' | 'undone';
  deadline: number;
  error?: { detail: string; scimType?: string; attribute?: string; uniqueness: boolean };
}

export interface TargetState {
  name: string;
  revision: string;
  state: 'active' | 'paused';
  pause?: {
    reason: 'misconfigured' | 'guard' | 'administrator' | 'restore';
    detail: string;
    at: number;
    /** It may end by itself: now and then one resource tries. */
    mayPass?: boolean;
  };
  unavailableSince?: number;
  retryAt?: number;
  server?: string;
  serverMovedAt?: number;
  lastSuccessAt?: number;
}

export interface SealedPassword {
  id: string;
  linkId: string;
  resourceId: string;
  target: string;
  /** `owed`: none yet; somebody new has the account of one who left, and is to get an initial password of their own. */
  purpose: 'set' | 'initial' | 'owed';
  cipher: string;
  keyName: string;
  sealedAt: number;
  expiresAt: number;
  /** The change that brought it, where an undo may take it back. */
  changeId?: string;
  /** See `PasswordToSet`. */
  mark?: string;
  delivered: boolean;
}

/** One step of a provisioning-log record. */
export interface LogStep {
  name: 'import' | 'scope' | 'match' | 'plan' | 'apply' | 'verify';
  status: 'success' | 'failure' | 'skipped';
  detail: string;
}

export interface LogRecord {
  id: string;
  at: number;
  correlationId: string;
  caller: string;
  source: string;
  target: string;
  resourceId: string;
  resourceType: string;
  label: string;
  anchor?: string;
  /** The account in words, as the plan named it. */
  account?: string;
  action: string;
  outcome: 'success' | 'failure' | 'skipped' | 'pending' | 'undone';
  durationMs: number;
  attempt: number;
  steps: LogStep[];
  changes: PlannedChange[];
  error?: LinkError;
}
