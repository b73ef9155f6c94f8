import type { Command } from 'commander';
import { printProblems } from '../../config/problem.js';
import { storeOptions } from '../../gateway-options.js';
import { readConfig } from '../../read-config.js';
import { beginEpoch, putInPlace, UnusableBackup } from '../../store/backup/restore.js';
import { StoreLocked } from '../../store/lock.js';
import { openStore } from '../../store/store.js';
import { CliError } from '../cli-error.js';
import { globals, show } from '../context.js';
import { withExamples } from '../examples.js';

interface RestoreOptions {
  afterExternal?: boolean;
}

interface Restored {
  former?: string;
  epoch: string;
  paused: string[];
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
      const restored = await restoreFrom(globals(command).config, file);
      show(command, restored, () => words(restored));
    });
  withExamples(
    restore,
    'landfall restore /var/backups/landfall-2027-11-30.sqlite',
    'landfall restore --after-external',
  );
}

async function restoreFrom(folder: string, file: string | undefined): Promise<Restored> {
  const { config, problems } = await readConfig(folder);
  if (problems.length > 0) throw new CliError(printProblems(folder, problems), 2, true);
  const options = storeOptions(config);
  if (file !== undefined && options.engine !== 'sqlite')
    throw new CliError('PostgreSQL is restored with pg_restore; then: landfall restore --after-external', 2);
  try {
    const former =
      file !== undefined && options.engine === 'sqlite' ? putInPlace(options.file, file) : undefined;
    const paused = config.targets.map(({ name }) => name);
    const store = await openStore(options);
    try {
      return { ...(former === undefined ? {} : { former }), epoch: await beginEpoch(store, paused), paused };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof UnusableBackup || error instanceof StoreLocked) throw new CliError(error.message);
    throw error;
  }
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
