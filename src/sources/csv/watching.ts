import type { TurnStore } from '../../delivery/ports.js';
import type { WatchedFolder, WatchLogger } from './watched-folder.js';

export interface WatchingParts {
  folders: ReadonlyMap<string, WatchedFolder>;
  turns: TurnStore;
  /** Name of this replica. */
  owner: string;
  logger: WatchLogger;
}

const everyMs = 2000;
/** A look that takes longer meets the look of another replica: the job of a file can begin only once. */
const turnMs = 10_000;

/** Looks into the folders of all sources; of several replicas one at a time looks into a folder. */
export class Watching {
  private timer?: NodeJS.Timeout;
  private looking?: Promise<void>;
  private readonly failing = new Set<string>();

  constructor(private readonly parts: WatchingParts) {}

  start(): void {
    if (this.parts.folders.size === 0) return;
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    }, everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    for (const source of this.parts.folders.keys()) await this.take(source, 0);
  }

  async look(): Promise<void> {
    for (const [source, folder] of this.parts.folders) {
      try {
        if (await this.take(source, turnMs)) await folder.look();
        this.failing.delete(source);
      } catch (error) {
        this.failed(source, error);
      }
    }
  }

  private take(source: string, forMs: number): Promise<boolean> {
    return this.parts.turns.take(`feed ${source}`, this.parts.owner, forMs);
  }

  /** Said once until it works again. */
  private failed(source: string, error: unknown): void {
    if (this.failing.has(source)) return;
    this.failing.add(source);
    this.parts.logger.warn(
      { source, error: String(error) },
      'the folder of a source cannot be read; it is tried again',
    );
  }
}
