import { printProblems } from '../config/problem.js';
import { storeOptions } from '../gateway-options.js';
import { readConfig } from '../read-config.js';
import { beginEpoch, putInPlace, UnusableBackup } from '../store/backup/restore.js';
import { StoreLocked } from '../store/lock.js';
import { openStore } from '../store/store.js';
import { CliError } from './cli-error.js';

export interface Restored {
  former?: string;
  epoch: string;
  paused: string[];
}

/** Puts the backup in the place of the store, where one is given, and begins an epoch. The gateways are stopped. */
export async function restoreStore(folder: string, file: string | undefined): Promise<Restored> {
  const { config, problems } = await readConfig(folder);
  if (problems.length > 0) throw new CliError(printProblems(folder, problems), 2, true);
  const options = storeOptions(config);
  if (file !== undefined && options.engine !== 'sqlite')
    throw new CliError('PostgreSQL is restored with pg_restore; then: landfall restore --after-external', 2);
  try {
    const former =
      file !== undefined && options.engine === 'sqlite' ? putInPlace(options.file, file) : undefined;
    const paused = config.targets.map(({ name }) => name);
    const off = config.targetsOff.map(({ name }) => name);
    const store = await openStore(options);
    try {
      const epoch = await beginEpoch(store, [...paused, ...off]);
      return { ...(former === undefined ? {} : { former }), epoch, paused };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof UnusableBackup || error instanceof StoreLocked) throw new CliError(error.message);
    throw error;
  }
}
