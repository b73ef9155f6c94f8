import { isAbsolute, join, resolve } from 'node:path';
import { ConfigFolder } from './config-folder.js';
import { StoreFile } from './files.js';
import { printProblems } from './problem.js';

export type StoreLocation =
  { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string; poolSize: number };

export function storeLocation(store: StoreFile, folder: string): StoreLocation {
  if (store.engine === 'postgres') {
    return { engine: 'postgres', url: store.url ?? '', poolSize: store.poolSize };
  }
  return { engine: 'sqlite', file: isAbsolute(store.file) ? store.file : join(folder, store.file) };
}

/** store.yaml alone, for the TypeORM command line. */
export function loadStoreOptions(path = process.env.LANDFALL_CONFIG ?? 'config'): StoreLocation {
  const folder = new ConfigFolder(resolve(path), { env: process.env, withoutSecrets: false });
  const { settings } = folder.read('store.yaml', StoreFile);
  if (folder.problems.length > 0) throw new Error(printProblems(path, folder.sorted()));
  return storeLocation(settings, folder.path);
}
