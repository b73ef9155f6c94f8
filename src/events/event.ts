import type { Transaction } from '../identity/ports.js';

/** Events of RFC 9967 §2.4, as far as they are told: names of attributes, never values. */
export const eventUris = {
  create: 'urn:ietf:params:scim:event:prov:create:notice',
  patch: 'urn:ietf:params:scim:event:prov:patch:notice',
  put: 'urn:ietf:params:scim:event:prov:put:notice',
  delete: 'urn:ietf:params:scim:event:prov:delete',
  activate: 'urn:ietf:params:scim:event:prov:activate',
  deactivate: 'urn:ietf:params:scim:event:prov:deactivate',
} as const;

export interface EventPayload {
  /** Paths (RFC 7644 §3.5.2) of what was added, revised or removed. */
  attributes?: string[];
  /** ETag of the resource after the change. */
  version?: string;
}

/** What happened to one resource in one transaction: a security event token before it is signed. */
export interface SecurityEvent {
  /** The token's `jti`. */
  id: string;
  /** The change: the same for all that one transaction did (RFC 9967 §2.2). */
  txn: string;
  resourceType: string;
  resourceId: string;
  resourceVersion: number;
  events: Record<string, EventPayload>;
}

export interface StoredEvent extends SecurityEvent {
  /** Milliseconds since 1970. */
  at: number;
  /** Its place in the feed, the same for every receiver. */
  position: number;
}

/** The event feed in the store. */
export abstract class EventStore {
  /** In the change's own transaction; it has no place in the feed yet. */
  abstract insert(tx: Transaction, event: SecurityEvent): Promise<void>;
  /**
   * Gives committed events their places. Transactions commit in another order than they began: a place given inside them could
   * lie behind what a receiver has acknowledged already.
   */
  abstract place(): Promise<number>;
  /** What a receiver has not acknowledged, oldest first. Who was never seen begins with the oldest that is kept. */
  abstract pending(receiver: string, limit: number): Promise<StoredEvent[]>;
  /** In any order (RFC 8936 §2.2); ids that are not known are passed over. */
  abstract acknowledge(receiver: string, ids: readonly string[]): Promise<void>;
  /** Some of what is older, acknowledged or not; how many. */
  abstract deleteBefore(at: number, limit: number): Promise<number>;
}
