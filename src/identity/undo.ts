import type { Caller } from './model.js';
import type { FormerImage, Transaction } from './ports.js';

export interface Undoing {
  changeId: string;
  kind: 'create' | 'update' | 'members';
  resourceId: string;
  resourceType: string;
  former?: FormerImage;
  /** The version that the change made: an undo happens only on top of it. */
  versionAfter: number;
  caller: Caller;
  at: number;
}

/** Takes back a change that the deciding target refused; identity's own, called by delivery in its closing transaction. */
export abstract class Undo {
  /** False when something else landed on top meanwhile: the change stays. An undo is a new version with the old content. */
  abstract undo(tx: Transaction, undoing: Undoing): Promise<boolean>;
}
