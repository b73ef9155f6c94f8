/** Keeps `clients` calls in flight until every item was handled once, and says how long each took. */
export async function measure(items, clients, handle) {
  const waiting = items.values();
  const times = [];
  const failures = [];
  const client = async (number) => {
    for (const item of waiting) {
      const started = performance.now();
      try {
        await handle(item, number);
        times.push(performance.now() - started);
      } catch (error) {
        failures.push(error.message);
      }
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return {
    rate: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    failed: failures.length,
    failure: failures[0],
  };
}
