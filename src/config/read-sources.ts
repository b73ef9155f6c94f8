import { basename } from 'node:path';
import { checkClass } from './check-class.js';
import type { ConfigFolder } from './config-folder.js';
import { SourceFile } from './files.js';
import { printable } from './printable.js';
import { checkSourceSettings, type SourceKind } from './source-settings.js';

export interface LoadedSource {
  name: string;
  kind: string;
  file: SourceFile;
  settings: Record<string, unknown>;
}

/** Undefined: people or groups can be matched by the path. */
export type CheckMatch = (
  type: 'User' | 'Group',
  path: string,
) => { problem: string } | { warning: string } | undefined;

/** Reads sources/*.yaml. Those that are on are answered, all are checked. */
export function readSources(
  folder: ConfigFolder,
  shown: Record<string, object>,
  checkMatch: CheckMatch | undefined,
  kinds: readonly SourceKind[],
): LoadedSource[] {
  return folder.yamlFiles('sources').flatMap((name) => {
    const file = folder.parse(name);
    if (!file.readable) return [];
    const source = checkClass(SourceFile, file.content, file, [], folder.problems);
    checkSourceSettings(source, file, folder, kinds);
    shown[name] = printable(source);
    folder.resolve(source.settings, file, ['settings'], !source.enabled);
    if (checkMatch) checkPaths(folder, name, source, checkMatch);
    if (!source.enabled) return [];
    const { kind, settings } = source;
    return [{ name: basename(name).replace(/\.ya?ml$/, ''), kind, file: source, settings }];
  });
}

function checkPaths(folder: ConfigFolder, name: string, source: SourceFile, check: CheckMatch): void {
  for (const [key, type] of [
    ['match', 'User'],
    ['matchGroups', 'Group'],
  ] as const) {
    if (!Array.isArray(source[key])) continue;
    source[key].forEach((path, at) => {
      const found = typeof path === 'string' ? check(type, path) : undefined;
      if (!found) return;
      if ('problem' in found) folder.report(name, [key, at], found.problem);
      else folder.warn(name, [key, at], found.warning);
    });
  }
}
