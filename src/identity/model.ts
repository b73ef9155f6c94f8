import type { Attributes } from '../schema/types.js';
import type { Authorship } from './authority/authorship.js';
import type { KeptStatement } from './authority/deciding.js';

/** One resource as the store holds it. `members` and `groups` are relations and never in here. */
export interface Resource {
  /** UUIDv7. */
  id: string;
  /** Name of the resource type: `User`, `Group`, … */
  type: string;
  version: number;
  /** Milliseconds since 1970. */
  created: number;
  lastModified: number;
  /** Attributes in schema spelling, extensions under their URN; no id, meta, schemas, members, groups, password, externalId. */
  attributes: Attributes;
  /** Which source wrote what; only of a resource that was loaded alone. */
  authorship?: Authorship;
  /** The caller's own external id (RFC 7643 §3.1: it belongs to the client that wrote it). */
  externalId?: string;
}

/** Who asks, for rights, the log and what belongs to a source. */
export interface Caller {
  /** Name of the token. */
  name: string;
  client: 'entra' | 'okta' | 'generic';
  /** The source that this token speaks for: owner of its externalIds. */
  source: string;
  /** userName bound to the token, for /Me. */
  user?: string;
  scopes: readonly string[];
  correlationId: string;
  /** Bulk operations are stored and delivered in the background: nobody waits for the deciding target. */
  mode?: 'bulk';
}

export interface Member {
  /** Resource id of a user or group. */
  value: string;
  type: 'User' | 'Group';
  display?: string;
}

/** A group that a resource belongs to, itself or through another group (RFC 7643 §4.1.2). */
export interface GroupMembership {
  value: string;
  display?: string;
  type: 'direct' | 'indirect';
}

/** What a PATCH or PUT asks of a group's members, in order. Ids were not looked up yet. */
export type MemberOperation =
  | { op: 'add'; members: string[] }
  /** `mustMatch`: an error (RFC 7644 §3.5.2.3, noTarget) where none of them is a member. */
  | { op: 'remove'; members: string[]; mustMatch?: boolean }
  /** `members[type eq "Group"]`, `members[display sw "A"]`: which is decided in the store. */
  | { op: 'removeWhere'; filter: import('../schema/filter.js').ResolvedFilter; mustMatch?: boolean }
  | { op: 'replace'; members: string[] };

/** Secrets of a request; never part of attributes, log or undo. */
export interface Secrets {
  password?: string;
}

export interface NewResource {
  attributes: Attributes;
  externalId?: string;
  members?: string[];
  secrets?: Secrets;
  /** The externalId stands for one resource of the source: `notUnique` while another one has it. */
  claims?: boolean;
}

/** How a source that has a resource no more left it: it deactivated the resource by that, or only went. */
export type Departure = 'deactivated' | 'noted';

/** What a source calls a resource. */
export interface NamedResource {
  externalId: string;
  resourceId: string;
  /** The source has the resource no more. */
  departed?: Departure;
}

/** What an edit makes of the attributes. */
export interface EditResult {
  attributes: Attributes;
  /** Absent: unchanged; null: cleared. */
  externalId?: string | null;
  secrets?: Secrets;
  /** As for a new resource. */
  claims?: boolean;
  /** Absent: unchanged; null: the source has the resource. */
  departed?: Departure | null;
}

export interface Edit {
  /** Pure; may run again on a fresher state. Throws an IdentityError or ScimError when the state does not allow it. */
  apply(current: { attributes: Attributes; externalId?: string }): EditResult;
  members: MemberOperation[];
  /** It states the whole resource (PUT). */
  replaces?: boolean;
}

/** What an edit did; `changed` false: nothing was written that a client can see, version and lastModified stay. */
export interface Edited {
  view: ResourceView;
  changed: boolean;
  before: Attributes;
  after: Attributes;
  /** What other sources have precedence about. */
  kept: KeptStatement[];
}

export interface Preconditions {
  /** Versions of If-Match; `*` as `any`. */
  ifMatch?: string[] | 'any';
  ifNoneMatch?: string[] | 'any';
}

export interface Query {
  filter?: import('../schema/filter.js').ResolvedFilter;
  sortBy?: import('../schema/filter.js').AttributeReference;
  sortOrder?: 'ascending' | 'descending';
  /** 1-based. */
  startIndex?: number;
  count: number;
  /** '' for the first page. */
  cursor?: string;
  /** Types to search; one for /Users, several at the root. */
  types: string[];
  /** Leave members (and their cost) out. */
  withMembers: boolean;
  withGroups: boolean;
  withAccounts?: boolean;
}

export interface Page {
  totalResults: number;
  resources: ResourceView[];
  nextCursor?: string;
}

/** What a target decided about a resource. */
export interface AccountView {
  target: string;
  state: string;
  anchor?: string;
  /** distinguishedName, sAMAccountName, userPrincipalName, mail, objectSid … */
  facts: Readonly<Record<string, string>>;
}

/** A resource with its relations, as far as they were asked for. */
export interface ResourceView {
  resource: Resource;
  members?: Member[];
  groups?: GroupMembership[];
  /** Its accounts in targets, for the readOnly extension. */
  accounts?: AccountView[];
  /** Names of the resources that single-valued references (manager) name, by id. */
  displayNames?: ReadonlyMap<string, string>;
  /** Weak ETag value without quotes: epoch and version. */
  etag: string;
}
