import { Initial1763856000000 } from './1763856000000-initial.js';

/** In order; listed as classes so that the compiled CLI finds the same ones. */
export const migrations = [Initial1763856000000];
