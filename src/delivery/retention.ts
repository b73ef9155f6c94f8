/** Rows that are kept for a while. */
export interface KeptRows {
  name: string;
  /** Kept for so long. */
  forMs: number;
  /** Deletes some of what is older; how many. */
  deleteBefore(at: number, limit: number): Promise<number>;
}

/** Small enough that nobody who writes meanwhile has to wait for it. */
const atOnce = 500;
/** A backlog is worked off over many rounds. */
const mostPerRound = 20_000;

/** Deletes what was kept long enough, in small transactions; how many rows of each. */
export async function deleteExpired(kept: readonly KeptRows[], now: number): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const { name, forMs, deleteBefore } of kept) {
    let count = 0;
    for (let some = atOnce; some === atOnce && count < mostPerRound; count += some)
      some = await deleteBefore(now - forMs, atOnce);
    if (count > 0) deleted[name] = count;
  }
  return deleted;
}
