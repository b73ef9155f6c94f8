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
