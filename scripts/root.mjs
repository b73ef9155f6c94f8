import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that these scripts write, but node_modules and dist, is below this folder. A test or a bench has its own. */
export const stateFolder = resolve(process.env.LANDFALL_STATE ?? join(root, '.landfall'));
export const logFolder = join(stateFolder, 'log');
