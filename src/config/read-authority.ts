import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkClass } from './check-class.js';
import type { ConfigFolder } from './config-folder.js';
import { AuthorityEntry } from './files.js';
import { nearest } from './nearest.js';
import type { YamlFile } from './yaml-file.js';

/** What the file is called; without it the last writer of an attribute has the say. */
export const authorityFile = 'authority.yaml';

export interface AuthorityFault {
  /** Index of the entry, and of the attribute in it. */
  entry: number;
  attribute: number;
  detail: string;
}

/** Checks the entries of one resource type; undefined: there is no such type. */
export type CheckAuthority = (
  type: string,
  entries: readonly AuthorityEntry[],
) => readonly AuthorityFault[] | undefined;

/** Reads authority.yaml: a list of entries for each resource type, all with their problems. */
export function readAuthority(
  folder: ConfigFolder,
  check: CheckAuthority | undefined,
): Record<string, AuthorityEntry[]> {
  if (!existsSync(join(folder.path, authorityFile))) return {};
  const file = folder.parse(authorityFile);
  if (!file.readable) return {};
  if (typeof file.content !== 'object' || file.content === null || Array.isArray(file.content)) {
    folder.report(authorityFile, [], 'must name resource types, each with a list of entries');
    return {};
  }
  return Object.fromEntries(
    Object.entries(file.content).map(([type, list]: [string, unknown]) => [
      type,
      entriesOf(folder, file, type, list, check),
    ]),
  );
}

function entriesOf(
  folder: ConfigFolder,
  file: YamlFile,
  type: string,
  list: unknown,
  check: CheckAuthority | undefined,
): AuthorityEntry[] {
  if (!Array.isArray(list)) {
    if (list !== null) folder.report(authorityFile, [type], 'must be a list of entries');
    return [];
  }
  const before = folder.problems.length;
  const entries = list.map((block: unknown, at) =>
    checkClass(AuthorityEntry, block, file, [type, at], folder.problems),
  );
  // What is missing or of the wrong kind has been said.
  if (!check || folder.problems.length > before) return entries;
  const faults = check(type, entries);
  if (!faults) folder.report(authorityFile, [type], `there is no resource type "${type}"`);
  for (const { entry, attribute, detail } of faults ?? [])
    folder.report(authorityFile, [type, entry, 'attributes', attribute], detail);
  return entries;
}

/** A misspelt source would never have the say, and nobody would be told. */
export function checkAuthoritySources(
  folder: ConfigFolder,
  authority: Readonly<Record<string, readonly AuthorityEntry[]>>,
  known: readonly string[],
): void {
  for (const [type, entries] of Object.entries(authority))
    entries.forEach(({ sources }, entry) => {
      if (!Array.isArray(sources)) return;
      sources.forEach((source, at) => {
        if (known.includes(source)) return;
        const meant = nearest(source, known);
        folder.report(
          authorityFile,
          [type, entry, 'sources', at],
          `no token of auth.yaml and no file in sources speaks for "${source}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        );
      });
    });
}
