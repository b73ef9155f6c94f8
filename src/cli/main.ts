import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addConfigVerbs } from './config-verbs.js';
import { defaultConfig } from './context.js';
import { addDeliveryVerbs } from './delivery-verbs.js';
import { addLogVerb } from './log-verbs.js';
import { CliError } from './operations-api.js';
import { addTargetVerbs } from './target-verbs.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** `landfall`: exit 0 fine, 1 failed, 2 usage or configuration, 3 changes pending. */
export async function run(parameters: readonly string[]): Promise<number> {
  const program = new Command('landfall')
    .description('The identity gateway that lands cloud identities on-premises')
    .version(version)
    .option('--config <folder>', 'the configuration folder', defaultConfig())
    .option('--json', 'answer as JSON')
    .option('--url <url>', 'the running gateway; default as server.yaml says')
    .option('--token-file <file>', 'file with a token of scope operations; default LANDFALL_TOKEN')
    .exitOverride();
  addConfigVerbs(program);
  addTargetVerbs(program);
  addDeliveryVerbs(program);
  addLogVerb(program);
  try {
    await program.parseAsync(parameters, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`landfall: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CliError ? error.code : 1;
  }
}

process.exitCode = await run(process.argv.slice(2));
