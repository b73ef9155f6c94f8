import { isAbsolute, join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { checkClass } from './check-class.js';
import { StoreFile } from './files.js';
import { printProblems, type ConfigProblem } from './problem.js';
import { resolveSecret } from './secrets.js';
import { YamlFile } from './yaml-file.js';

export type StoreLocation =
  { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string; poolSize: number };

export function storeLocation(store: StoreFile, folder: string): StoreLocation {
  if (store.engine === 'postgres')
    return { engine: 'postgres', url: store.url ?? '', poolSize: store.poolSize };
  return { engine: 'sqlite', file: isAbsolute(store.file) ? store.file : join(folder, store.file) };
}

/** store.yaml alone, for the TypeORM command line. */
export function loadStoreOptions(folder = process.env.LANDFALL_CONFIG ?? 'config'): StoreLocation {
  const path = join(folder, 'store.yaml');
  const file = new YamlFile('store.yaml', existsSync(path) ? readFileSync(path, 'utf8') : '');
  const problems: ConfigProblem[] = [...file.problems];
  const store = checkClass(StoreFile, file.content, file, [], problems);
  if (store.url !== undefined) {
    const url = resolveSecret(store.url, folder, process.env);
    if ('problem' in url) problems.push(file.problem(['url'], url.problem));
    else store.url = url.value;
  }
  if (problems.length > 0) throw new Error(printProblems(folder, problems));
  return storeLocation(store, folder);
}
