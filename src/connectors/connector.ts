/**
 * The contract between delivery and a target.
 * Delivery decides when and in which order; a connector knows how one kind of target is spoken to.
 * A connector never sees the store, a SCIM request or another target.
 */
import type { JsonObject } from '../schema/types.js';

export type ResourceKind = 'User' | 'Group' | (string & {});

/** One value of a target attribute. Binary values are bytes; complex ones (SCIM, SQL json) are objects. */
export type TargetValue = string | number | boolean | Uint8Array | JsonObject;

/** What one attribute mapping produced. */
export interface DesiredAttribute {
  /** Name in the target, in the spelling of the mapping file. */
  name: string;
  /** Empty: the mapping is authoritative and the attribute is to be cleared. An attribute that is not listed is left alone. */
  values: readonly TargetValue[];
  apply: 'always' | 'create';
  /** Which mapping line produced it, for plan and log: `users.mapping[3] displayName`. */
  mapping: string;
  /** Never shown in plan, log or error. */
  secret?: boolean;
}

/** Ordered candidates for a value that must be unique in the target. Delivery reserves one before the first write. */
export interface UniqueCandidates {
  /** Target attribute; `rdn` means the relative name of the account in its container. */
  attribute: string;
  /** At least one, best first. */
  candidates: readonly string[];
  /** True when the client's own value is the only candidate, so a clash is the client's to mend. */
  givenByClient: boolean;
  apply: 'always' | 'create';
  mapping: string;
}

/** Another account of the same target that this one refers to (manager, managedBy). */
export interface DesiredReference {
  attribute: string;
  /** Anchors of the accounts referred to, in order; empty means clear. */
  anchors: readonly string[];
  /** Resources that have no account in this target yet: delivery comes back when they have. */
  pending: readonly string[];
  mapping: string;
}

/** The account as it should be: produced by mapping and references resolved by delivery. */
export interface DesiredAccount {
  /** Where it should be (for AD a DN); absent where the target has no places. */
  container?: string;
  /** Undefined: the target's own default for a new account; an existing one is left as it is. */
  enabled?: boolean;
  attributes: readonly DesiredAttribute[];
  /** The reserved value for each unique attribute: `{ sAMAccountName: 'jdoe', rdn: 'Jane Doe' }`. */
  unique: Readonly<Record<string, UniqueValue>>;
  references: readonly DesiredReference[];
}

export interface UniqueValue {
  value: string;
  givenByClient: boolean;
  apply: 'always' | 'create';
  mapping: string;
}

export type LeaverPolicy = 'delete' | 'disable' | 'retain';

/** One resource as a connector is asked about it. */
export interface Subject {
  kind: ResourceKind;
  resourceId: string;
  /** `<store id>:<resource id>`: written with the create, so that a create whose answer was lost is found again. */
  stamp: string;
  /** Stamps that the account may bear still: it was taken over from resources that are gone. */
  formerStamps?: readonly string[];
  /** A name a person recognises, for messages only. */
  label: string;
  desired: DesiredAccount | { removal: Removal };
  /** Opt-in match rules with this resource's values, in order of precedence. Our own stamp needs none. */
  match: readonly { attribute: string; value: string }[];
  /** Clear text of a password to be set with this write; never kept by a connector. */
  password?: PasswordToSet;
}

export interface PasswordToSet {
  value: string;
  /** `Plan.passwordMark` of the first attempt to write it: with another mark now, it arrived or a newer one was set. */
  mark?: string;
  /** True: the account must choose a new one at the next sign-in. */
  mustChange: boolean;
}

export interface Removal {
  /** What the target's configuration says about leavers of this kind. */
  policy: LeaverPolicy;
}

/** What we know of the account: our record of a former success. */
export interface KnownAccount {
  /** The target's immutable id (AD objectGUID, lower case, dashed; SCIM id). */
  anchor: string;
  /** False for an account that existed before us. */
  createdByUs: boolean;
}

export type Match =
  | { kind: 'none' }
  | { kind: 'found'; anchor: string; rule: string; description: string; stamp?: string }
  /** `stamp` is the account's own, where it is one account. */
  | { kind: 'refused'; detail: string; setting?: string; stamp?: string };

/** One line of a plan as a person reads it. Secret values are shown as `•••`. */
export interface PlannedChange {
  attribute: string;
  old: readonly string[];
  new: readonly string[];
  mapping?: string;
  /** Not written, only reported (drift policy, refused by a fence). */
  note?: string;
}

export type PlanAction =
  'none' | 'create' | 'update' | 'enable' | 'disable' | 'delete' | 'retain' | 'restore' | 'members';

/** The exact writes, worked out from what the account is now. Changes nothing until executed. */
export interface Plan {
  action: PlanAction;
  anchor?: string;
  /** The account in words (a DN). */
  account?: string;
  changes: readonly PlannedChange[];
  /** What the guard counts. */
  effects: { disables: number; deletes: number; memberRemovals: number };
  /** Equal plans have equal digests: allowing a held change is good for this digest only. */
  digest: string;
  /** The connector's own steps, read by its `execute` only. */
  steps: unknown;
  /** What tells the password in force from the next one, where this plan writes a password; kept before it is executed. */
  passwordMark?: string;
  /** The password of the subject is in force: a former attempt, whose answer was lost, wrote it. */
  passwordArrived?: boolean;
  /** Edges that need no write or cannot be written, known while planning members. */
  edges?: readonly EdgeOutcome[];
}

export interface Applied {
  /** Undefined after a removal that left nothing. */
  anchor?: string;
  createdByUs?: boolean;
  /** What the target decided, for write-back: `{ distinguishedName, sAMAccountName, objectSid, … }`. */
  facts: Readonly<Record<string, string>>;
  /** The password of the subject is in force. */
  passwordSet?: boolean;
  edges?: readonly EdgeOutcome[];
  warnings: readonly string[];
}

/** One membership as it should be now. */
export interface MembershipEdge {
  memberId: string;
  memberKind: ResourceKind;
  memberAnchor: string;
  /** Should the member be in the group now? */
  present: boolean;
}

export interface GroupAccount extends KnownAccount {
  resourceId: string;
  label: string;
}

export type EdgeOutcome =
  { memberId: string; kind: 'applied' } | { memberId: string; kind: 'failed'; error: ConnectorErrorShape };

export interface Finding {
  severity: 'ok' | 'warning' | 'error';
  /** What was looked at: `connection`, `TLS`, `bind`, `OU=Users,…`, `write mail`. */
  subject: string;
  detail: string;
  remedy?: string;
}

export interface Connector {
  /** Connects, signs in and proves rights. Changes nothing (but a canary where the configuration allows one). */
  check(signal: AbortSignal): Promise<Finding[]>;
  /** The account to adopt while the link has no anchor. Our own stamp always matches; other rules by configuration. */
  match(subject: Subject, signal: AbortSignal): Promise<Match>;
  /** Reads the account and returns the exact writes. `account` undefined: a create. Changes nothing. */
  plan(subject: Subject, account: KnownAccount | undefined, signal: AbortSignal): Promise<Plan>;
  /** Performs the plan. A second run of a fresh plan finds nothing to do. */
  execute(plan: Plan, signal: AbortSignal): Promise<Applied>;
  /** The writes that make each edge as it should be now; order and repetition of edges do not matter. */
  planMembers(group: GroupAccount, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<Plan>;
  /** Brings a deleted account back under its anchor, as far as the target kept it. Absent: this kind of target keeps nothing. */
  planRestore?(subject: Subject, account: KnownAccount, signal: AbortSignal): Promise<Plan>;
  /** A random password that meets the target's policy for an account with these names. */
  generatePassword?(names: readonly string[], signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** Optional: enumerates what the target holds in the managed scope, for reconcile and import. Memory stays flat. */
export interface Lists {
  /** `whole`: with values that are too large to be listed for a comparison, such as photos. */
  list(kind: ResourceKind, signal: AbortSignal, whole?: boolean): AsyncIterable<ListedAccount>;
}

export interface ListedAccount {
  anchor: string;
  /** Our stamp, when the account bears one. */
  stamp?: string;
  description: string;
  /** Why it is nobody's account: the target itself could not decide between two of a name. */
  conflict?: string;
  enabled?: boolean;
  /** Target attributes as strings; binary ones base64. */
  attributes: Readonly<Record<string, readonly string[]>>;
  /** Anchors of the accounts that attributes refer to. Absent where the values of such attributes are anchors themselves. */
  references?: Readonly<Record<string, readonly string[]>>;
  /** Anchors of direct members, for groups, when asked for by the kind. */
  members?: AsyncIterable<string>;
}

export type ConnectorErrorKind =
  /** Nothing was executed: retry later. */
  | 'unavailable'
  /** Sent, no answer: look before anything is repeated. */
  | 'unknown'
  /** This resource cannot be applied as it is: park it. */
  | 'rejected'
  /** Someone else owns that value: next candidate, else park it. */
  | 'conflict'
  /** The linked account is gone. */
  | 'missing'
  /** Nothing would succeed: pause the target. */
  | 'misconfigured';

export interface ConnectorErrorShape {
  kind: ConnectorErrorKind;
  /** For the client and the administrator: what, where, how to mend; never a secret value. */
  detail: string;
  /** Target attribute at fault. */
  attribute?: string;
  /** SCIM scimType for the client, when the fault is the client's value. */
  scimType?: 'uniqueness' | 'invalidValue' | 'mutability';
  /** Anchor of the account that holds the value (conflict). */
  holder?: string;
  /** The stamp of that account, where it bears one. */
  holderStamp?: string;
  /** Raw text of the target, for the log only. */
  diagnostic?: string;
  recommendedAction?: string;
  /** `misconfigured` only: it may end without anybody's doing, and asking again harms nothing (a certificate that is not valid yet). */
  mayPass?: boolean;
  /** True when every operation of the attempt has a known outcome, so that the change may be undone. */
  outcomeKnown: boolean;
  /** Set when some steps of the attempt were carried out before the error: the account exists or was changed. */
  applied?: Applied;
}

export class ConnectorError extends Error implements ConnectorErrorShape {
  readonly kind: ConnectorErrorKind;
  readonly detail: string;
  readonly attribute?: string;
  readonly scimType?: 'uniqueness' | 'invalidValue' | 'mutability';
  readonly holder?: string;
  readonly holderStamp?: string;
  readonly diagnostic?: string;
  readonly recommendedAction?: string;
  readonly mayPass?: boolean;
  readonly outcomeKnown: boolean;
  readonly applied?: Applied;

  constructor(
    shape: Omit<ConnectorErrorShape, 'outcomeKnown'> & { outcomeKnown?: boolean },
    cause?: unknown,
  ) {
    super(shape.detail, { cause });
    this.name = 'ConnectorError';
    this.kind = shape.kind;
    this.detail = shape.detail;
    this.attribute = shape.attribute;
    this.scimType = shape.scimType;
    this.holder = shape.holder;
    this.holderStamp = shape.holderStamp;
    this.diagnostic = shape.diagnostic;
    this.recommendedAction = shape.recommendedAction;
    this.mayPass = shape.mayPass;
    this.outcomeKnown = shape.outcomeKnown ?? shape.kind !== 'unknown';
    this.applied = shape.applied;
  }
}
