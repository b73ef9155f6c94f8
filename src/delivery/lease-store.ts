import type { Link } from './model.js';

export interface Lease {
  owner: string;
  /** Milliseconds. */
  forMs: number;
}

/** How far ahead a next attempt can be, in milliseconds. */
export interface Farthest {
  links: number;
  edges: number;
}

/** Who works on which link, and what there is to work on. */
export abstract class LeaseStore {
  /**
   * Claims due links (and groups with due edges), best priority first. A next attempt further ahead than `farthest`
   * was written by a clock that has been put right since: it is due now.
   */
  abstract claim(target: string, lease: Lease, limit: number, farthest: Farthest): Promise<Link[]>;
  abstract claimOne(linkId: string, lease: Lease): Promise<Link | undefined>;
  /** Gives leased links back untouched. */
  abstract release(linkIds: readonly string[], owner: string): Promise<void>;
  abstract renew(linkId: string, lease: Lease): Promise<boolean>;
  abstract nextDueAt(target: string): Promise<number | undefined>;
}
