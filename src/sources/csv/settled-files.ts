import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface Seen {
  size: number;
  mtimeMs: number;
  /** When it was first seen so. */
  since: number;
}

/** What tools call a file that they are still writing. */
const unfinished = /^[.~]|\.(tmp|temp|part|partial|filepart|crdownload|writing)$/i;
/** Some tools make the file long before they write to it. */
const emptySettlesMs = 60_000;

/** Finds files that nobody writes to any more: unchanged for a while, or renamed into the folder when they were whole. */
export class SettledFiles {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly folder: string,
    private readonly settlesMs: number,
  ) {}

  /** Oldest first: a later export knows more than an earlier one. */
  async list(now: number): Promise<string[]> {
    const found: { name: string; mtimeMs: number }[] = [];
    const names = (await readdir(this.folder)).filter((name) => !unfinished.test(name));
    for (const name of names) {
      const stats = await lstat(join(this.folder, name)).catch(() => undefined);
      if (stats?.isFile() && this.settled(name, stats, now)) found.push({ name, mtimeMs: stats.mtimeMs });
    }
    for (const name of this.seen.keys()) if (!names.includes(name)) this.seen.delete(name);
    return found.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
  }

  private settled(name: string, { size, mtimeMs }: { size: number; mtimeMs: number }, now: number): boolean {
    const before = this.seen.get(name);
    const same = before?.size === size && before.mtimeMs === mtimeMs;
    const since = same ? before.since : now;
    if (!same) this.seen.set(name, { size, mtimeMs, since });
    const settlesMs = size === 0 ? emptySettlesMs : this.settlesMs;
    return now - Math.min(since, mtimeMs) >= settlesMs;
  }
}
