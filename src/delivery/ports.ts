/** What delivery needs of the store. Methods with a transaction join it; the others run their own. */
import type { Caller } from '../identity/model.js';
import type { FormerImage, MembershipChange, Transaction } from '../identity/ports.js';
import type {
  Edge,
  LinkError,
  LogRecord,
  ReservedValue,
  SealedPassword,
  TargetState,
  Undecided,
} from './model.js';

export abstract class EdgeStore {
  abstract add(
    tx: Transaction,
    target: string,
    changes: readonly MembershipChange[],
    changeId: string | undefined,
    at: number,
  ): Promise<void>;
  abstract due(target: string, groupId: string, limit: number): Promise<Edge[]>;
  /** Which of the edges are memberships now. */
  abstract present(groupId: string, memberIds: readonly string[]): Promise<Set<string>>;
  /** Deletes an edge if nobody raised it since. */
  abstract settle(tx: Transaction, target: string, edges: readonly Edge[]): Promise<void>;
  abstract defer(
    tx: Transaction,
    target: string,
    edge: Edge,
    state: Edge['state'],
    nextAttemptAt: number,
    error?: LinkError,
  ): Promise<void>;
  /** All memberships of a resource, as due edges: its account is a new one. */
  abstract raiseAll(tx: Transaction, target: string, resourceId: string, at: number): Promise<void>;
  /** Edges waiting for this resource's account. */
  abstract wake(tx: Transaction, target: string, resourceId: string, at: number): Promise<void>;
  /** All edges of one resource pass to another one. */
  abstract move(tx: Transaction, target: string, fromId: string, toId: string, at: number): Promise<void>;
  /** The leaver's edges stay aside until its link is gone, or are worked off (strip). */
  abstract forget(tx: Transaction, target: string, resourceId: string): Promise<void>;
  /** The edges of a group that is gone wait for whoever gets its account. */
  abstract keepOfGroup(tx: Transaction, target: string, groupId: string): Promise<void>;
  /** The memberships of an account that was taken out of its groups wait for its return. */
  abstract keepOfMember(tx: Transaction, target: string, memberId: string, at: number): Promise<void>;
  /** What was put aside while a resource was out of scope is due; what is a leaver's stays. */
  abstract takeUp(tx: Transaction, target: string, resourceId: string, at: number): Promise<void>;
  abstract ofChange(tx: Transaction, changeId: string): Promise<Edge[]>;
  /** Memberships that the target has not seen: still to be brought, and refused until somebody acts. */
  abstract countOpen(target: string): Promise<{ due: number; parked: number }>;
  abstract parked(target: string, groupId?: string): Promise<Edge[]>;
}

export abstract class UndecidedStore {
  abstract insert(
    tx: Transaction,
    undecided: Omit<Undecided, 'state' | 'error'> & {
      former?: FormerImage;
      versionAfter: number;
      caller: Caller;
    },
  ): Promise<void>;
  abstract pendingOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined>;
  /** Nobody else decides them before the transaction ends: an undo must not come after an answer. */
  abstract pendingOfLink(
    tx: Transaction,
    linkId: string,
  ): Promise<(Undecided & { former?: FormerImage; versionAfter: number; caller: Caller })[]>;
  abstract get(changeId: string): Promise<Undecided | undefined>;
  /** The one compare-and-set that decides; false when it was decided before. */
  abstract resolve(
    tx: Transaction,
    changeId: string,
    state: 'kept' | 'undone',
    error?: Undecided['error'],
  ): Promise<boolean>;
  abstract overdue(): Promise<string[]>;
  /** Some of those decided before; how many. */
  abstract deleteBefore(at: number, limit: number): Promise<number>;
}

export abstract class ReservationStore {
  /** Undefined: reserved. Else the link that holds the value. */
  abstract reserve(
    tx: Transaction,
    target: string,
    linkId: string,
    attribute: string,
    value: ReservedValue,
  ): Promise<string | undefined>;
  /** Keeps only these for the link; how many others it gave up. */
  abstract keepOnly(
    tx: Transaction,
    target: string,
    linkId: string,
    values: readonly ReservedValue[],
  ): Promise<number>;
  /** The link that holds a value now. */
  abstract holder(tx: Transaction, target: string, value: ReservedValue): Promise<string | undefined>;
  abstract release(tx: Transaction, linkId: string): Promise<void>;
}

export abstract class SealedStore {
  abstract insert(tx: Transaction, sealed: SealedPassword): Promise<void>;
  abstract ofLink(linkId: string): Promise<SealedPassword[]>;
  /** About to be written for the first time, over the password that has this mark. */
  abstract begin(tx: Transaction, sealedId: string, mark: string): Promise<void>;
  /** It can be revealed until then, or longer where that was said before. */
  abstract delivered(tx: Transaction, sealedId: string, expiresAt: number): Promise<void>;
  abstract erase(tx: Transaction, sealedId: string): Promise<boolean>;
  /** A client's password was set: it is erased, and so are older ones that wait. */
  abstract arrived(tx: Transaction, sealed: SealedPassword): Promise<void>;
  /** What a change that was undone wanted to set. */
  abstract eraseOfChange(tx: Transaction, linkId: string, changeId: string): Promise<void>;
  abstract eraseOfLink(tx: Transaction, linkId: string): Promise<void>;
  /** The account is gone: what was generated for it is worthless, and what a client sent waits for the next one. */
  abstract accountGone(tx: Transaction, linkId: string): Promise<void>;
  abstract eraseExpired(now: number): Promise<number>;
}

export abstract class TargetStore {
  abstract register(name: string, revision: string): Promise<TargetState>;
  abstract get(name: string): Promise<TargetState | undefined>;
  abstract all(): Promise<TargetState[]>;
  abstract pause(name: string, pause: NonNullable<TargetState['pause']>): Promise<void>;
  abstract resume(name: string): Promise<void>;
  /** Lets one resource try whether a pause that may pass is over, where it is as old as that; true: it may. */
  abstract probe(name: string, pausedBefore: number): Promise<boolean>;
  abstract unavailable(name: string, since: number, retryAt: number): Promise<void>;
  abstract available(name: string, at: number): Promise<void>;
  abstract moveServer(name: string, from: string | undefined, to: string, at: number): Promise<boolean>;
  /** Takes amounts from the guard's window; false when a threshold would be passed. */
  abstract takeGuard(
    target: string,
    linkId: string,
    amounts: Record<string, number>,
    thresholds: Record<string, number | undefined>,
    windowMs: number,
  ): Promise<{ taken: boolean; over?: string; count?: number }>;
  /** Some of the guard's counts of before; how many. */
  abstract forgetGuard(at: number, limit: number): Promise<number>;
}

export interface LogFilter {
  since?: number;
  until?: number;
  target?: string;
  resourceId?: string;
  label?: string;
  outcome?: string;
  action?: string;
  caller?: string;
  correlationId?: string;
  /** Records after this id, oldest first; without it newest first. */
  after?: string;
  /** Records before this id. */
  before?: string;
  limit: number;
}

export abstract class LogStore {
  abstract insert(tx: Transaction, record: LogRecord): Promise<void>;
  abstract list(filter: LogFilter): Promise<LogRecord[]>;
  /** Some of what is older; how many. */
  abstract deleteBefore(at: number, limit: number): Promise<number>;
}

/** Work that one replica at a time does. */
export abstract class TurnStore {
  abstract take(name: string, owner: string, forMs: number): Promise<boolean>;
  /** Takes the turn when the last run is at least `everyMs` ago. */
  abstract takeScheduled(name: string, owner: string, everyMs: number, forMs: number): Promise<boolean>;
}

export interface PassProgress {
  /** What the pass brings everything to. */
  revision: string;
  state: 'running' | 'done';
  /** Which part of the pass is under way. */
  step: string;
  /** Where the next page begins. */
  after: string;
  done: number;
  total: number;
}

/** How far background passes are, so that another replica or a restart goes on there. */
export abstract class PassStore {
  abstract get(name: string): Promise<PassProgress | undefined>;
  abstract save(
    tx: Transaction,
    name: string,
    target: string | undefined,
    progress: PassProgress,
  ): Promise<void>;
  /** Links that were last delivered under another revision, or that a pass made and nobody delivered yet. */
  abstract behind(target: string, revision: string): Promise<{ behind: number; total: number }>;
}

/** The store's clock: what leases and next attempts are compared with. */
export abstract class StoreClock {
  abstract now(tx?: Transaction): Promise<number>;
  /** What calendars go by: the wall clock, which people and time servers set forward and back. */
  abstract wall(tx?: Transaction): Promise<number>;
}
