import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { globals, show } from '../context.js';
import { withExamples } from '../examples.js';
import type { Restored } from '../restore-store.js';

interface RestoreOptions {
  afterExternal?: boolean;
}

export function addRestoreVerb(program: Command): void {
  const restore = program
    .command('restore')
    .description(
      'put a backup in the place of the store; every gateway on it is stopped. Every target is paused',
    )
    .argument('[file]', 'made by landfall backup')
    .option(
      '--after-external',
      'the database was restored with its own tools (PostgreSQL): do only what follows',
    )
    .action(async (file: string | undefined, options: RestoreOptions, command: Command) => {
      if ((file === undefined) !== (options.afterExternal === true))
        throw new CliError('name the file of the backup, or --after-external', 2);
      const { restoreStore } = await import('../restore-store.js');
      const restored = await restoreStore(globals(command).config, file);
      show(command, restored, () => words(restored));
    });
  withExamples(
    restore,
    'landfall restore /var/backups/landfall-2027-11-30.sqlite',
    'landfall restore --after-external',
  );
}

const words = ({ former, paused }: Restored) =>
  [
    'The store is restored.',
    ...(former === undefined ? [] : [`What was there before is in ${former}.`]),
    ...(paused.length === 0
      ? []
      : [
          `Nothing is delivered yet. Start the gateway, then for each target (${paused.join(', ')}):`,
          `  landfall reconcile ${paused[0]}`,
          `  landfall target resume ${paused[0]} --accept`,
        ]),
  ].join('\n');
