import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { MAPPING_PROPERTIES } from './mapping-properties.js';

/** Runs the properties of mapping over and over: `--minutes 5`, and `--seed N` to see a failure again. */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const firstSeed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
const RUNS_PER_SEED = 500;

const deadline = Date.now() + minutes * 60_000;
let runs = 0;
let seed = firstSeed;
process.stdout.write(`mapping fuzz: ${minutes} minutes, first seed ${firstSeed}\n`);
do {
  for (const [name, property] of Object.entries(MAPPING_PROPERTIES)) {
    const result = fc.check(property, { seed, numRuns: RUNS_PER_SEED });
    runs += result.numRuns;
    if (result.failed) {
      process.stderr.write(`seed ${seed}: ${name}\n${await fc.asyncDefaultReportMessage(result)}\n`);
      process.exit(1);
    }
  }
  seed += 1;
} while (Date.now() < deadline);
process.stdout.write(`nothing found in ${runs} runs, seeds ${firstSeed} to ${seed - 1}\n`);
