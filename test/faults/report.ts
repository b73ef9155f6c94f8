import type { CampaignOptions, Result } from './campaign.js';

const shown = 25;

/** What a run says at its end. */
export function report(
  { engine, replicas, seed, ms }: CampaignOptions,
  { history, convergedMs, accounts }: Result,
): string {
  const counts = (map: ReadonlyMap<string, number>) =>
    [...map]
      .sort()
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const { differences } = history;
  return [
    `seed ${seed}, ${engine}, ${replicas} ${replicas === 1 ? 'gateway' : 'gateways'}, ${Math.round(ms / 1000)} s`,
    `changes: ${history.changes} (${counts(history.answers)}), slowest answer ${history.slowestMs} ms`,
    `faults: ${counts(history.faults)}`,
    `resources: ${accounts}; time to converge: ${convergedMs} ms`,
    `differences: ${differences.length}`,
    ...differences
      .slice(0, shown)
      .flatMap(({ kind, resource, detail, history: told }) => [
        '',
        `${kind}: ${resource}: ${detail}`,
        ...told.slice(-40).map((line) => `    ${line}`),
      ]),
    '',
  ].join('\n');
}
