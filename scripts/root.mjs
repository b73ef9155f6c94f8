import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that these scripts write, but node_modules and dist, is below this folder. */
export const stateFolder = join(root, '.landfall');
export const logFolder = join(stateFolder, 'log');
