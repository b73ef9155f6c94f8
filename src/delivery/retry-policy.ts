import type { Farthest } from './lease-store.js';
import type { RetrySettings } from './target-definition.js';

/** Exponential with full jitter above half: replicas and resources spread out. */
export function backOff(
  attempt: number,
  settings: RetrySettings,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(settings.longestMs, settings.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

/** An edge that waits for an account is looked at again by itself after this long, should a waking ever be missed. */
export const pendingLooksAgainMs = 3600_000;

/** How far ahead these settings ever put a next attempt. */
export function farthest({ longestMs }: RetrySettings): Farthest {
  return { links: longestMs, edges: Math.max(longestMs, pendingLooksAgainMs) };
}
