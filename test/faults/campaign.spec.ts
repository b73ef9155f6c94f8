import { Campaign, type CampaignOptions } from './campaign.js';
import { report } from './report.js';

/** The long one is `npm run test:faults`; this one shows that it runs, and meets most faults once. */
describe('A short fault campaign', () => {
  const options: CampaignOptions = {
    engine: 'sqlite',
    replicas: 1,
    seed: 20_261_123,
    ms: 8_000,
    clients: 4,
    size: { users: 6, groups: 2 },
    sharedGroups: 2,
    longestFaultMs: 600,
  };

  it('ends with everything that was acknowledged in the directory, once', async () => {
    const result = await new Campaign(options).run();
    if (result.history.differences.length > 0) throw new Error(report(options, result));
    // How much fits into the time is the machine's; that nothing differs is what is shown.
    expect(result.history.changes).toBeGreaterThan(5);
    expect(result.history.faults.size).toBeGreaterThan(1);
  }, 180_000);
});
