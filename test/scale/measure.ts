import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const mebibyte = 1_048_576;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Prints how long work took and what it left the memory of this process at. */
export async function measured<T>(what: string, count: number, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  const seconds = (performance.now() - from) / 1000;
  print(
    `${what}: ${count} in ${seconds.toFixed(1)} s = ${Math.round(count / seconds)}/s, resident ${residentMemory()} MB, load ${loadavg()[0]!.toFixed(1)}`,
  );
  return result;
}

/** Throws where two sets differ. */
export function equal(what: string, found: Iterable<string>, wanted: Iterable<string>): void {
  const there = new Set(found);
  const expected = new Set(wanted);
  const missing = [...expected].filter((each) => !there.has(each));
  const extra = [...there].filter((each) => !expected.has(each));
  if (missing.length > 0 || extra.length > 0) {
    throw new Error(
      `${what}: ${missing.length} missing (${missing.slice(0, 3).join(', ')}), ${extra.length} too many`,
    );
  }
  print(`${what}: ${expected.size} equal`);
}

export async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) await work(items[at]!, at);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Resident memory of a process, looked at every quarter of a second. */
export class MemoryWatch {
  private readonly samples: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.look();
    this.timer = setInterval(() => this.look(), 250);
  }

  private look(): void {
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    this.samples.push(Number(kibibytes) / 1024);
  }

  /** Flat: past the first third, while caches fill, the process never needs more than `spare` MB more. */
  end(what: string, spare: number): void {
    clearInterval(this.timer);
    const third = Math.ceil(this.samples.length / 3);
    const early = Math.max(...this.samples.slice(0, third));
    const late = Math.max(...this.samples.slice(third));
    print(
      `${what}: resident ${Math.round(early)} MB in the first third, ${Math.round(late)} MB at most later`,
    );
    if (late > early + spare)
      throw new Error(`${what}: memory grows from ${Math.round(early)} to ${Math.round(late)} MB`);
  }
}

/** What this process still holds after a garbage collection, in MB. */
export function heldMemory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / mebibyte;
}

export const residentMemory = (): number => Math.round(process.memoryUsage().rss / mebibyte);
