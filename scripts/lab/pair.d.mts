import type { Lab } from './lab.mjs';

export interface Pair {
  readonly first: Lab;
  /** Joined the domain of the first; same accounts, certificate of the same CA. */
  readonly second: Lab;
  /** Makes both pull what they miss; resolves when they have it. Nothing else replicates. */
  replicate(): Promise<void>;
  end(): Promise<void>;
}

export function startPair(options: { dir: string; template?: string }): Promise<Pair>;
/** Why this machine cannot run two controllers; undefined where it can. */
export function whyNoPair(): string | undefined;
