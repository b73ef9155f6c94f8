import type { ResourceKind } from '../connectors/connector.js';
import type { Transaction } from '../identity/ports.js';
import type { Lease } from './lease-store.js';
import type { Cause, HeldPlan, Link, LinkError, LinkState, Priority, ReservedValue } from './model.js';

export interface RaisedLink {
  id: string;
  generation: number;
  /** The caller of `raise` holds the lease now. */
  leased: boolean;
  anchor?: string;
}

export interface LinkSubject {
  target: string;
  resourceId: string;
  resourceType: ResourceKind;
  label: string;
  cause: Cause;
  priority: Priority;
}

/** What a close writes on a link; anything absent stays. */
export interface LinkClose {
  state: LinkState;
  attempts: number;
  nextAttemptAt: number;
  anchor?: string | null;
  createdByUs?: boolean;
  error?: LinkError | null;
  uniqueValues?: Record<string, ReservedValue>;
  facts?: Record<string, string>;
  /** Null: the account bears the mark of its own resource. */
  formerOwners?: null;
  held?: HeldPlan | null;
  mappingRevision?: string;
  removeAt?: number | null;
}

export interface LinkFilter {
  target?: string;
  state?: LinkState;
  resourceId?: string;
  limit: number;
  after?: string;
}

export abstract class LinkStore {
  /** Makes the link if there is none, raises its generation and makes it due. With a lease: takes it if free. */
  abstract raise(tx: Transaction, subject: LinkSubject, lease?: Lease): Promise<RaisedLink>;
  /** Takes the lease of a link whose edges are due, if it is free. */
  abstract leaseForEdges(
    tx: Transaction,
    target: string,
    groupId: string,
    lease: Lease,
  ): Promise<RaisedLink | undefined>;
  /** The resource is gone: links with an account go to removing (or retained), the others vanish. */
  abstract beginRemoval(
    tx: Transaction,
    target: string,
    resourceId: string,
    removal: NonNullable<Link['removal']>,
    cause: Cause,
  ): Promise<void>;
  /** Raises every link of the targets that refers to the resource. */
  abstract raiseReferring(tx: Transaction, target: string, resourceId: string): Promise<number>;
  abstract get(linkId: string, tx?: Transaction): Promise<Link | undefined>;
  /** As `get`; and nobody else writes this link before the transaction ends. */
  abstract lock(tx: Transaction, linkId: string): Promise<Link | undefined>;
  /** Whoever wants a value that this link held is looked at again. */
  abstract wakeWaiting(tx: Transaction, linkId: string): Promise<void>;
  abstract ofResource(resourceId: string, tx?: Transaction): Promise<Link[]>;
  abstract find(target: string, resourceId: string, tx?: Transaction): Promise<Link | undefined>;
  abstract byAnchor(target: string, anchor: string, tx?: Transaction): Promise<Link | undefined>;
  abstract anchors(target: string, resourceIds: readonly string[]): Promise<Map<string, string>>;
  /** Which of the resources are being removed, or are retained after their removal. */
  abstract leaving(target: string, resourceIds: readonly string[]): Promise<Set<string>>;
  /** Retained links whose time has come go to removing. */
  abstract removeOverdue(target: string): Promise<number>;
  abstract list(filter: LinkFilter): Promise<Link[]>;
  abstract countByState(target: string): Promise<Record<string, number>>;
  /**
   * Closes an attempt: writes when lease and generation are still the claim's, and frees the lease.
   * `moved`: the generation rose meanwhile; anchor, facts and reservations are kept, the link stays due.
   * `lost`: the lease is another's; the generation is raised so that the link is verified again.
   */
  abstract close(
    tx: Transaction,
    link: Link,
    owner: string,
    close: LinkClose,
  ): Promise<'closed' | 'moved' | 'lost'>;
  abstract delete(tx: Transaction, linkId: string): Promise<void>;
  /** Moves the account of a removing or retained link to another one; false when the old link is being worked on. */
  abstract takeOver(tx: Transaction, from: Link, to: Link): Promise<boolean>;
  /** The account is about to be deleted while the link stays: that it is gone afterwards is no surprise. */
  abstract giveUp(tx: Transaction, linkId: string, formerOwners: readonly string[]): Promise<void>;
  /** The unique values that the link has reserved for its first write. */
  abstract chose(tx: Transaction, linkId: string, values: Record<string, ReservedValue>): Promise<void>;
  abstract setState(
    tx: Transaction,
    linkId: string,
    state: LinkState,
    patch?: Partial<LinkClose>,
  ): Promise<boolean>;
  /** Makes parked and waiting links due now; how many. */
  abstract retry(filter: {
    target?: string;
    resourceId?: string;
    state?: LinkState;
    since?: string;
  }): Promise<number>;
  /**
   * Raises a page of a target's links by id for a background pass; the last id, undefined at the end.
   * A link that waits for its very first delivery is left alone: it knows no other mapping than this one.
   */
  abstract raisePage(
    target: string,
    after: string,
    limit: number,
    revision: string,
  ): Promise<{ last?: string; raised: number }>;
}
