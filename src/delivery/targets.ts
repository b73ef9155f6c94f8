import { randomUUID } from 'node:crypto';
import { monotonic } from './monotonic.js';
import type { TargetState } from './model.js';
import type { TargetStore } from './ports.js';
import type { TargetDefinition, TargetDescription } from './target-definition.js';

/** Name of this process among the replicas: owner of its leases. */
export class Replica {
  readonly name = `${process.pid}-${randomUUID()}`;
}

const stateLivesMs = 1000;
/** An unavailable target is tried again within this; a time further ahead was written by a clock that has been put right since. */
export const longestRestMs = 30_000;

/** A target while it runs: its definition, what all replicas know of its state, and how busy it is here. */
export class RunningTarget {
  private known?: { state: TargetState; at: number };
  private active = 0;
  private readonly waiting: { interactive: boolean; go(): void }[] = [];
  /** Running mean of an attempt's duration. */
  private meanMs = 40;

  constructor(
    readonly definition: TargetDefinition,
    private readonly store: TargetStore,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  async state(): Promise<TargetState> {
    if (this.known && monotonic() - this.known.at <= stateLivesMs) return this.known.state;
    return this.refresh();
  }

  /** The state as last read, for decisions inside a transaction. */
  get lastState(): TargetState | undefined {
    return this.known?.state;
  }

  async refresh(): Promise<TargetState> {
    const stored = await this.store.get(this.name);
    const state = stored ?? { name: this.name, revision: this.definition.revision, state: 'active' as const };
    this.known = { state, at: monotonic() };
    return state;
  }

  forget(): void {
    this.known = undefined;
  }

  /** May work be claimed now? Another configuration revision is another worker's business. */
  async open(now: number): Promise<boolean> {
    const state = await this.state();
    if (state.state === 'paused' || state.revision !== this.definition.revision) return false;
    return state.retryAt === undefined || state.retryAt <= now || state.retryAt > now + longestRestMs;
  }

  /** Would somebody who waits now be served within the target's answerWithin? */
  worthWaiting(): boolean {
    const state = this.known?.state;
    if (state && (state.state === 'paused' || state.unavailableSince !== undefined)) return false;
    if (state && state.revision !== this.definition.revision) return false;
    const ahead = (this.active + this.waiting.length) / this.definition.parallel;
    return ahead * this.meanMs < this.definition.answerWithinMs;
  }

  /** Runs work in one of the target's places; interactive work goes before background passes. */
  async inPlace<T>(interactive: boolean, work: () => Promise<T>): Promise<T> {
    if (this.active >= this.definition.parallel)
      await new Promise<void>((go) => this.queue({ interactive, go }));
    else this.active++;
    const started = monotonic();
    try {
      return await work();
    } finally {
      this.meanMs = this.meanMs * 0.9 + (monotonic() - started) * 0.1;
      const next = this.waiting.shift();
      if (next) next.go();
      else this.active--;
    }
  }

  get free(): number {
    return Math.max(0, this.definition.parallel - this.active - this.waiting.length);
  }

  private queue(entry: { interactive: boolean; go(): void }): void {
    const at = entry.interactive ? this.waiting.findIndex((other) => !other.interactive) : -1;
    if (at < 0) this.waiting.push(entry);
    else this.waiting.splice(at, 0, entry);
  }
}

/** All targets of the configuration, in the order of `dependsOn`. */
export class Targets {
  private readonly byName: Map<string, RunningTarget>;

  private remembered: readonly TargetDescription[] = [];

  /** `off`: switched off in their files. */
  constructor(
    definitions: readonly TargetDefinition[],
    private readonly store: TargetStore,
    private readonly off: readonly TargetDescription[] = [],
  ) {
    this.byName = new Map(
      definitions.map((definition) => [definition.name, new RunningTarget(definition, store)]),
    );
  }

  all(): RunningTarget[] {
    return [...this.byName.values()];
  }

  get(name: string): RunningTarget | undefined {
    return this.byName.get(name);
  }

  /**
   * Of targets that are off, those that were on before: what they are to hear of is kept until they are on again.
   * Returned are the names of those that no file speaks of any more: nothing is kept for them.
   */
  async remember(): Promise<string[]> {
    const known = (await this.store.all()).map(({ name }) => name);
    this.remembered = this.off.filter(({ name }) => known.includes(name));
    return known.filter((name) => !this.byName.has(name) && !this.off.some((one) => one.name === name));
  }

  /** Those that changes are written down for. */
  recorded(): TargetDescription[] {
    return [...this.all().map(({ definition }) => definition), ...this.remembered];
  }

  /** Targets that hold resources of this type. */
  for(type: string): RunningTarget[] {
    return this.all().filter((target) => target.definition.objects[type] !== undefined);
  }

  /** The one target whose word decides a change of this type. */
  deciding(type: string): RunningTarget | undefined {
    return this.for(type).find((target) => target.definition.answer === 'delivered');
  }
}
