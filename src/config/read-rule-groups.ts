import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { foldString } from '../schema/fold.js';
import { checkClass } from './check-class.js';
import type { ConfigFolder } from './config-folder.js';
import { RuleGroupEntry } from './files.js';
import { mappingSteps, type MappingFault } from './read-targets.js';
import type { YamlFile } from './yaml-file.js';

/** What the file is called; without it there are no rule groups. */
export const ruleGroupsFile = 'rule-groups.yaml';

/** Checks the rule of one entry. */
export type CheckRuleGroup = (entry: RuleGroupEntry) => readonly MappingFault[];

/** Reads rule-groups.yaml: a list, every entry with all its problems. */
export function readRuleGroups(folder: ConfigFolder, check: CheckRuleGroup | undefined): RuleGroupEntry[] {
  if (!existsSync(join(folder.path, ruleGroupsFile))) return [];
  const file = folder.parse(ruleGroupsFile);
  if (!file.readable) return [];
  const { content } = file;
  if (!Array.isArray(content)) {
    const empty = typeof content === 'object' && content !== null && Object.keys(content).length === 0;
    if (!empty) folder.report(ruleGroupsFile, [], 'must be a list of groups, each with displayName and rule');
    return [];
  }
  const entries = content.map((block: unknown, at) =>
    checkClass(RuleGroupEntry, block, file, [at], folder.problems),
  );
  entries.forEach((entry, at) => checkEntry(folder, file, entries, entry, at, check));
  return entries;
}

function checkEntry(
  folder: ConfigFolder,
  file: YamlFile,
  entries: readonly RuleGroupEntry[],
  entry: RuleGroupEntry,
  at: number,
  check: CheckRuleGroup | undefined,
): void {
  // What is missing or of the wrong kind has been said.
  if (folder.problems.some(({ file: name, key }) => name === ruleGroupsFile && key.startsWith(`[${at}]`)))
    return;
  for (const { path, detail, position } of check?.(entry) ?? []) {
    const key = [at, ...mappingSteps(path)];
    folder.problems.push(position ? file.problemWithin(key, position, detail) : file.problem(key, detail));
  }
  const name = foldString(entry.displayName);
  if (entries.slice(0, at).some((other) => foldString(String(other.displayName)) === name))
    folder.report(ruleGroupsFile, [at, 'displayName'], `another rule group is named "${entry.displayName}"`);
}
