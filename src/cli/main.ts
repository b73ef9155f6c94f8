import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import { buildProgram } from './program.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** `landfall`: exit 0 fine, 1 failed, 2 usage or configuration, 3 changes pending. */
async function run(parameters: readonly string[]): Promise<number> {
  try {
    await buildProgram(version).parseAsync(parameters, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(error instanceof CliError && error.report ? `${text}\n` : `landfall: ${text}\n`);
    return error instanceof CliError ? error.code : 1;
  }
}

// `landfall log | head` ends the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.on('SIGINT', () => process.exit(130));

process.exitCode = await run(process.argv.slice(2));
