/** Milliseconds of a clock that only moves forward; for durations and deadlines within the process. */
export function monotonic(): number {
  return performance.now();
}
