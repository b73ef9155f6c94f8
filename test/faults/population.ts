import { Possible, type Step } from './possible.js';

export interface User {
  incarnation: number;
  userName: string;
  displayName: string;
  title?: string;
  department?: string;
  active: boolean;
  /** Out of the target's scope: has no account. */
  visitor: boolean;
  /** The manager is the client's own first user. */
  managed: boolean;
  password?: string;
}

export interface Group {
  incarnation: number;
  displayName: string;
}

/** What one client does with one name; `null`: there is no such resource. */
export class Slot<State extends { incarnation: number }> {
  readonly possible = new Possible<State | null>(null);
  /** The resource's id, by the number of the create that made it. */
  readonly ids = new Map<number, string>();
  readonly history: string[] = [];
  /**
   * How often each attribute may have been changed, over all incarnations: who is created under the name of somebody
   * whose account is still to be deleted gets that account.
   */
  readonly changes = new Map<string, number>();
  /** Every user name that was asked for. */
  readonly names = new Set<string>();
  creates = 0;
  /** A value that the controller refuses may have been kept while nobody could ask it. */
  suspect = false;

  constructor(
    readonly kind: 'User' | 'Group',
    readonly home: string,
  ) {}

  /** The one that requests are for: the youngest that may exist and whose id is known. */
  get current(): { incarnation: number; id: string } | undefined {
    const incarnations = this.possible.states.flatMap((state) => (state ? [state.incarnation] : []));
    for (const incarnation of incarnations.sort((a, b) => b - a)) {
      const id = this.ids.get(incarnation);
      if (id !== undefined) return { incarnation, id };
    }
    return undefined;
  }

  get mayBeAbsent(): boolean {
    return this.possible.states.includes(null);
  }

  /** What creates may have made whose answer never came, the newest first. */
  get unnamed(): State[] {
    return this.possible.states
      .flatMap((state) => (state && !this.ids.has(state.incarnation) ? [state] : []))
      .sort((a, b) => b.incarnation - a.incarnation);
  }

  count(attributes: readonly string[]): void {
    for (const attribute of attributes) this.changes.set(attribute, (this.changes.get(attribute) ?? 0) + 1);
  }
}

export type UserSlot = Slot<User>;
export type GroupSlot = Slot<Group>;

/** Whether one user is a member of one group; each such pair has one client that changes it. */
export class Edge {
  readonly possible = new Possible(false);
  readonly history: string[] = [];
  changes = 0;

  take(step: Step<boolean>): void {
    if (step.outcome !== 'refused' && this.possible.states.some((state) => step.apply(state) !== state))
      this.changes += 1;
    this.possible.take([step]);
  }
}

/** All that the clients of a run have asked for. */
export class Population {
  readonly users: UserSlot[] = [];
  readonly groups: GroupSlot[] = [];
  readonly #edges = new Map<string, Edge>();
  /** Every password that was ever sent. */
  readonly passwords = new Set<string>();

  edge(groupId: string, memberId: string): Edge {
    const key = `${groupId} ${memberId}`;
    let edge = this.#edges.get(key);
    if (!edge) this.#edges.set(key, (edge = new Edge()));
    return edge;
  }

  /** A slot, and all whose accounts may have passed to it because they have had the same name. */
  sharing(slot: UserSlot | GroupSlot): (UserSlot | GroupSlot)[] {
    return [
      slot,
      ...this.users.filter(
        (other) => other !== slot && [...slot.names].some((name) => other.names.has(name)),
      ),
    ];
  }

  knownEdge(groupId: string, memberId: string): Edge | undefined {
    return this.#edges.get(`${groupId} ${memberId}`);
  }

  edgesOf(groupId: string): [memberId: string, edge: Edge][] {
    return [...this.#edges].flatMap(([key, edge]) => {
      const [group, member] = key.split(' ') as [string, string];
      return group === groupId ? [[member, edge]] : [];
    });
  }
}
