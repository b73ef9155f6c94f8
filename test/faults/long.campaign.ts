import { availableParallelism } from 'node:os';
import { writeFileSync } from 'node:fs';
import { Campaign, type CampaignOptions } from './campaign.js';
import type { Engine } from './landscape.js';
import { report } from './report.js';

/** `npm run test:faults`: see docs/fault-campaign.md. */
const minutes = Number(process.env['FAULTS_MINUTES'] ?? 5);
const engine = (process.env['FAULTS_ENGINE'] ?? 'sqlite') as Engine;
const options: CampaignOptions = {
  engine,
  replicas: Number(process.env['FAULTS_REPLICAS'] ?? (engine === 'postgres' ? 3 : 1)),
  seed: Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31)),
  ms: minutes * 60_000,
  clients: 4 * availableParallelism(),
  size: { users: 25, groups: 4 },
  sharedGroups: 5,
  longestFaultMs: 4_000,
};

describe(`A fault campaign on ${engine}`, () => {
  it(
    'ends without differences',
    async () => {
      process.stdout.write(`seed ${options.seed}\n`);
      const campaign = new Campaign(options);
      const result = await campaign.run();
      process.stdout.write(report(options, result));
      const file = process.env['FAULTS_LOG'];
      if (file !== undefined)
        writeFileSync(
          file,
          `${result.history.struck.join('\n')}\n${JSON.stringify(result.history.differences, null, 1)}\n${campaign.landscape.printed()}`,
        );
      expect(result.history.differences).toHaveLength(0);
    },
    options.ms + 20 * 60_000,
  );
});
