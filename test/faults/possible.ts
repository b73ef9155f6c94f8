/** What is known of a change from its answer. Unknown: it may or may not have happened. */
export type Outcome = 'done' | 'refused' | 'unknown';

export interface Step<State> {
  outcome: Outcome;
  /** The state after the change; undefined where the change cannot succeed. */
  apply(state: State): State | undefined;
}

/** Every state that a resource may be in, judged by nothing but the answers to its own changes. */
export class Possible<State> {
  states: State[];

  constructor(first: State) {
    this.states = [first];
  }

  get certain(): State | undefined {
    return this.states.length === 1 ? this.states[0] : undefined;
  }

  /** Steps that were under way at the same time, in any order. False: no order explains the answers. */
  take(steps: readonly Step<State>[]): boolean {
    return this.become(
      orders(steps).flatMap((order) =>
        order.reduce((states, step) => states.flatMap((state) => after(state, step)), this.states),
      ),
    );
  }

  /** Keeps what agrees with an observation. False: nothing does. */
  keep(agrees: (state: State) => boolean): boolean {
    return this.become(this.states.filter(agrees));
  }

  private become(states: readonly State[]): boolean {
    if (states.length === 0) return false;
    this.states = [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
    return true;
  }
}

function after<State>(state: State, { outcome, apply }: Step<State>): State[] {
  if (outcome === 'refused') return [state];
  const changed = apply(state);
  if (outcome === 'unknown') return changed === undefined ? [state] : [state, changed];
  return changed === undefined ? [] : [changed];
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) =>
    orders([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}
