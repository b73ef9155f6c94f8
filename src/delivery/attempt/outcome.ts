import type { HeldPlan, Link, ReservedValue, SealedPassword } from '../model.js';

/** What an attempt came to, before it is written down. */
export type Outcome =
  | {
      kind: 'applied';
      /** Null: the account was deleted by policy, the link stays. */
      anchor: string | undefined | null;
      createdByUs: boolean;
      uniqueValues: Record<string, ReservedValue>;
      facts: Record<string, string>;
      passwordDelivered?: SealedPassword;
      /** Passwords that waited when an account was adopted: they are for nobody. */
      passwordsDropped?: readonly SealedPassword[];
      /** The account bears the mark of its own resource now. */
      marked?: true;
      /** It was taken out of its groups, and is a member again when it comes back. */
      leftGroups?: boolean;
      /** Some of it is temporary: look again at once. */
      again?: boolean;
    }
  | { kind: 'skipped'; reason: string }
  /** Nothing was written: what was read may be taken back. The link stays due. */
  | { kind: 'overtaken' }
  | { kind: 'held'; held: HeldPlan }
  /** The account is gone and policy says to make a new one: the next pass does. */
  | { kind: 'recreate' }
  /** The deleted account is back under its anchor: the next pass makes it as it is to be. */
  | { kind: 'restored' }
  /** A removal is complete: nothing is left of the link. */
  | { kind: 'removed' }
  /** A removal is complete as far as policy goes: the account stays. */
  | { kind: 'retained'; removeAt?: number; anchor?: string }
  /** The resource is gone, and nobody told the link: the target was away. Its account is to be removed by policy. */
  | { kind: 'leaves'; removal: NonNullable<Link['removal']> }
  /** The target does not hold the type of the resource any more. */
  | { kind: 'gone' };
