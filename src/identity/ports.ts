/** What identity needs of others. `UnitOfWork` and `ResourceStore` are implemented by store, `ChangeLog` and `Settlement` by delivery. */
import type { ResolvedFilter } from '../schema/filter.js';
import type { Attributes, JsonObject } from '../schema/types.js';
import type { Authorship } from './authority/authorship.js';
import type { Undoing } from './undo.js';
import type {
  AccountView,
  Caller,
  Departure,
  GroupMembership,
  Member,
  NamedResource,
  Query,
  Resource,
  Secrets,
} from './model.js';

/** An open transaction; only the store knows what is inside. */
export abstract class Transaction {
  protected readonly opaque = true;
}

export abstract class UnitOfWork {
  /**
   * Runs work in one transaction and resolves after COMMIT returned.
   * Work can be run again from the start: ids and times are fixed before, and it has no effect outside.
   */
  abstract run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** What the store keeps beside the attributes so that clients find a resource without a scan. */
export interface ResourceIndex {
  /** Values that no other resource of the type may have, folded. */
  keys: { path: string; value: string }[];
  /** Values that clients match by, folded where the schema says caseExact false. */
  values: { path: string; value: string }[];
  /** Resources referred to (manager). */
  references: { attribute: string; to: string }[];
  /** The search document. */
  search: JsonObject;
}

export interface StoredResource {
  resource: Resource;
  index: ResourceIndex;
}

/** What of a resource is kept beside its attributes, worked out from its schema. */
export abstract class ResourceIndexer {
  abstract index(type: string, attributes: Attributes): ResourceIndex;
}

/** Which key another resource of the type already has. */
export interface KeyClash {
  path: string;
  value: string;
  holder: string;
}

export interface MemberChange {
  added: string[];
  removed: string[];
}

/** A page as the store finds it: relations are added by the service. */
export interface StoredPage {
  totalResults: number;
  resources: Resource[];
  nextCursor?: string;
}

/** Resources and their relations; implemented by store. Methods without a transaction read what was committed. */
export abstract class ResourceStore {
  /** Undefined: stored. A clash: nothing was written. */
  abstract insert(tx: Transaction, resource: StoredResource): Promise<KeyClash | undefined>;
  abstract load(
    tx: Transaction | undefined,
    type: string,
    id: string,
    source: string,
  ): Promise<Resource | undefined>;
  /** Compare-and-set on the version; `lost` when another write came first. */
  abstract update(
    tx: Transaction,
    resource: StoredResource,
    expectedVersion: number,
  ): Promise<KeyClash | 'lost' | undefined>;
  /** What sources without precedence state: no client sees it, so the version stays. */
  abstract remember(tx: Transaction, id: string, authorship: Authorship): Promise<void>;
  abstract setExternalId(
    tx: Transaction,
    type: string,
    id: string,
    source: string,
    value: string | null,
  ): Promise<void>;
  abstract externalIds(tx: Transaction | undefined, id: string): Promise<Record<string, string>>;
  /** What the source calls so; clients of RFC 7644 may have used one externalId twice. In a transaction nobody else takes it meanwhile. */
  abstract named(
    tx: Transaction | undefined,
    type: string,
    source: string,
    externalId: string,
  ): Promise<NamedResource[]>;
  /** Everything that the source has of the type, in pages of externalId order; without what departed. */
  abstract namedPage(
    type: string,
    source: string,
    after: string | undefined,
    limit: number,
  ): Promise<NamedResource[]>;
  abstract setDeparted(
    tx: Transaction,
    id: string,
    source: string,
    departed: Departure | null,
  ): Promise<void>;
  /** The key that another resource has already, as far as was committed. */
  abstract clash(type: string, id: string | undefined, index: ResourceIndex): Promise<KeyClash | undefined>;
  /** Member changes raise the version without compare-and-set. */
  abstract touch(tx: Transaction, id: string, at: number): Promise<number>;
  /** Removes the resource with keys, values, references and memberships; the ids on the other side of each membership. */
  abstract remove(
    tx: Transaction,
    type: string,
    id: string,
  ): Promise<{ groups: string[]; members: string[] } | undefined>;
  /** Which of the ids exist, with their type. */
  abstract typesOf(tx: Transaction | undefined, ids: readonly string[]): Promise<Map<string, string>>;
  abstract addMembers(
    tx: Transaction,
    groupId: string,
    members: ReadonlyMap<string, string>,
    at: number,
  ): Promise<string[]>;
  abstract removeMembers(tx: Transaction, groupId: string, members: readonly string[]): Promise<string[]>;
  abstract removeMembersWhere(tx: Transaction, groupId: string, filter: ResolvedFilter): Promise<string[]>;
  /** Set-based: only differences are written. */
  abstract replaceMembers(
    tx: Transaction,
    groupId: string,
    members: ReadonlyMap<string, string>,
    at: number,
  ): Promise<MemberChange>;
  abstract members(groupId: string): Promise<Member[]>;
  abstract groups(memberId: string): Promise<GroupMembership[]>;
  /** Members of the groups of a page, by group; a group without members is absent. */
  abstract membersOf(groupIds: readonly string[]): Promise<Map<string, Member[]>>;
  /** Groups of the resources of a page, by resource; one without groups is absent. */
  abstract groupsOf(memberIds: readonly string[]): Promise<Map<string, GroupMembership[]>>;
  /** The names of resources, as far as they exist: displayName, else userName. */
  abstract displayNames(ids: readonly string[]): Promise<Map<string, string>>;
  /** Accounts in targets, by resource. */
  abstract accounts(ids: readonly string[]): Promise<Map<string, AccountView[]>>;
  abstract idsReferringTo(tx: Transaction, id: string): Promise<string[]>;
  abstract search(query: Query, source: string): Promise<StoredPage>;
  /** Part of every ETag; changes with a restore. */
  abstract epoch(): Promise<string>;
}

export type ChangeKind = 'create' | 'update' | 'delete' | 'members';

/** One change of one resource, told to delivery inside its transaction. */
export interface Change {
  id: string;
  kind: ChangeKind;
  resource: Resource;
  /** The image before, without secrets: what an undo restores. */
  former?: FormerImage;
  versionAfter: number;
  /** Memberships of this group, or of this resource when it is deleted, that changed: `[group, member]`. */
  edges: MembershipChange[];
  secrets?: Secrets;
  caller: Caller;
  at: number;
  /** False: nothing may wait for this change and it is never undone (bulk, delete, time used up). */
  decidable: boolean;
  /** The caller stated the whole resource (PUT). */
  replaces?: boolean;
  /** When the request stops waiting (milliseconds of the monotonic clock): time spent on earlier decisions is not given twice. */
  decideBy?: number;
}

export interface MembershipChange {
  groupId: string;
  memberId: string;
  memberType: string;
  present: boolean;
}

export interface FormerImage {
  attributes?: Attributes;
  /** With the attributes. */
  authorship?: Authorship;
  externalId?: string | null;
  edges?: MembershipChange[];
}

/** Handed out when a deciding target will answer for the change. */
export interface Ticket {
  changeId: string;
  target: string;
  linkId: string;
  /** Milliseconds of the monotonic clock. */
  deadline: number;
}

export type Decision =
  | { kind: 'kept' }
  | { kind: 'undone'; detail: string; scimType?: string; attribute?: string; uniqueness: boolean };

/** A change is recorded for delivery in its own transaction; implemented by delivery. */
export abstract class ChangeLog {
  /** Before any transaction: throws `targetUnavailable` where the deciding target says `whenUnavailable: reject` and is down. */
  abstract admit(type: string): Promise<void>;
  abstract record(tx: Transaction, change: Change): Promise<Ticket | undefined>;
  /** The undecided change that a write of this resource has to wait for. */
  abstract undecidedOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined>;
  /** Decides an undecided change as kept: another write is about to land on top of it. */
  abstract keep(tx: Transaction, changeId: string): Promise<void>;
  /** An unchanged write wakes what waits for a person or a later attempt. */
  abstract rearm(tx: Transaction, resource: Resource, caller: Caller): Promise<void>;
  /** After the commit: deliver. */
  abstract wake(): void;
}

/** Is told of every change in its own transaction, and of every one that was taken back; implemented by events. */
export abstract class ChangeRecorder {
  abstract changed(tx: Transaction, change: Change): Promise<void>;
  /** `undoneAttributes`: what the resource was before the undo. */
  abstract undone(tx: Transaction, undoing: Undoing, undoneAttributes?: Attributes): Promise<void>;
}

/** Waits for what the deciding target says; implemented by delivery. */
export abstract class Settlement {
  abstract settle(ticket: Ticket): Promise<Decision>;
  /** Waits until the change is decided or the time (milliseconds of the monotonic clock) is up. */
  abstract decided(changeId: string, until: number): Promise<void>;
  /** When a request that begins now stops waiting for decisions. */
  abstract deadline(): number;
}
