import type { JsonObject } from '../../schema/types.js';

/** What a job found, by category: exact counts, and the first rows of each. */
export interface FoundRow {
  label: string;
  /** Where in a file: `people.csv:17`. */
  place?: string;
  resourceId?: string;
  account?: string;
  detail: string;
}

const mostRows = 1000;

/** The counts and bounded rows of a job's result: memory stays flat whatever is found. */
export class Findings {
  readonly counts: Record<string, number>;
  readonly rows: Record<string, FoundRow[]>;

  /** Goes on with what was found before an interruption. */
  constructor(result: JsonObject) {
    this.counts = (result.counts ?? {}) as Record<string, number>;
    this.rows = (result.rows ?? {}) as unknown as Record<string, FoundRow[]>;
  }

  count(category: string, by = 1): void {
    this.counts[category] = (this.counts[category] ?? 0) + by;
  }

  list(category: string, row: FoundRow, by = 1): void {
    this.count(category, by);
    const rows = (this.rows[category] ??= []);
    if (rows.length < mostRows) rows.push(row);
  }

  /** A part that begins again from its start. */
  forget(categories: readonly string[]): void {
    for (const category of categories) {
      delete this.counts[category];
      delete this.rows[category];
    }
  }

  total(categories: readonly string[]): number {
    return categories.reduce((sum, category) => sum + (this.counts[category] ?? 0), 0);
  }

  result(differences: number): JsonObject {
    return { counts: this.counts, rows: this.rows, differences } as unknown as JsonObject;
  }
}
