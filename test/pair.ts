import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { templateIn } from '../scripts/lab/lab.mjs';
import { startPair, whyNoPair, type Pair } from '../scripts/lab/pair.mjs';

/** Where the machine cannot run two controllers, the specification is skipped and says why: Jest prints nothing of it. */
export function describeWithPair(name: string, specify: (pair: () => Pair) => void): void {
  const reason = whyNoPair();
  if (reason !== undefined) {
    process.stderr.write(`Skipped: "${name}", which this machine cannot run: ${reason}\n`);
    describe.skip(name, () => specify(() => undefined as never));
    return;
  }
  describe(name, () => {
    let folder: string;
    let pair: Pair | undefined;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'landfall-pair-'));
      pair = await startPair({ dir: folder, template: templateIn('.landfall/cache') });
    }, 180_000);
    afterAll(async () => {
      await pair?.end();
      rmSync(folder, { recursive: true, force: true });
    });
    specify(() => pair as Pair);
  });
}
