/** Something that the checker found other than it may be, with all that was asked of that resource. */
export interface Difference {
  /** One word or two: what kind it is. */
  kind: string;
  resource: string;
  detail: string;
  history: readonly string[];
}

/** What happened in a run, in order. */
export class History {
  readonly differences: Difference[] = [];
  readonly faults = new Map<string, number>();
  readonly answers = new Map<string, number>();
  changes = 0;
  slowestMs = 0;
  readonly #began = performance.now();
  readonly #lines: string[] = [];

  /** Seconds since the run began. */
  get at(): string {
    return `+${((performance.now() - this.#began) / 1000).toFixed(3)}`;
  }

  /** The faults that struck, as a run prints them. */
  get struck(): readonly string[] {
    return this.#lines;
  }

  fault(kind: string, detail = ''): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.note(`${kind} ${detail}`);
  }

  note(line: string): void {
    this.#lines.push(`${this.at} ${line}`);
  }

  answered(what: string, ms: number): void {
    this.changes += 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
  }

  differs(kind: string, resource: string, detail: string, history: readonly string[] = []): void {
    this.differences.push({ kind, resource, detail, history });
  }
}
