import { resolve } from 'node:path';
import { checkTogether } from './check-together.js';
import { ConfigFolder } from './config-folder.js';
import {
  AuthFile,
  DeliveryFile,
  EventsFile,
  ScimFile,
  ServerFile,
  StoreFile,
  type AuthorityEntry,
  type RuleGroupEntry,
} from './files.js';
import { printable } from './printable.js';
import type { ConfigProblem } from './problem.js';
import { authorityFile, readAuthority, type CheckAuthority } from './read-authority.js';
import { readRuleGroups, ruleGroupsFile, type CheckRuleGroup } from './read-rule-groups.js';
import { readSources, type CheckMatch, type LoadedSource } from './read-sources.js';
import type { SourceKind } from './source-settings.js';
import { TargetReader, type LoadedTarget, type TargetOptions } from './read-targets.js';

export type { LoadedSource } from './read-sources.js';
export type { CheckMapping, LoadedTarget, MappingFault } from './read-targets.js';

export interface LandfallConfig {
  folder: string;
  server: ServerFile;
  auth: AuthFile;
  store: StoreFile;
  scim: ScimFile;
  delivery: DeliveryFile;
  events: EventsFile;
  /** Those that are on. */
  targets: LoadedTarget[];
  targetsOff: LoadedTarget[];
  sources: LoadedSource[];
  ruleGroups: RuleGroupEntry[];
  /** By resource type. */
  authority: Record<string, AuthorityEntry[]>;
  schemas: { file: string; content: unknown }[];
}

export interface LoadOptions extends TargetOptions {
  checkRuleGroup?: CheckRuleGroup;
  checkAuthority?: CheckAuthority;
  checkMatch?: CheckMatch;
  /** Settings of sources of other kinds are not looked at. */
  sourceKinds?: readonly SourceKind[];
  env?: NodeJS.ProcessEnv;
  /** Secrets and files are not looked up: for checking a configuration away from its machine. */
  withoutSecrets?: boolean;
}

export interface LoadedConfig {
  config: LandfallConfig;
  /** With any of them the gateway does not start. */
  problems: ConfigProblem[];
  warnings: ConfigProblem[];
  /** Every file by its name, defaults included, secrets by reference; empty where there are problems. */
  shown: Record<string, object>;
}

/** Reads a configuration folder. Everything that is wrong in it is in `problems`, all at once. */
export function loadConfig(path: string, options: LoadOptions): LoadedConfig {
  const env = options.env ?? process.env;
  const withoutSecrets = options.withoutSecrets === true;
  const folder = new ConfigFolder(resolve(path), { env, withoutSecrets });
  const shown: Record<string, object> = {};
  const read = <T extends object>(name: string, type: new () => T): T => {
    const file = folder.read(name, type);
    shown[name] = file.unresolved;
    return file.settings;
  };
  const server = read('server.yaml', ServerFile);
  portOf(env, server, folder);
  const auth = read('auth.yaml', AuthFile);
  const store = read('store.yaml', StoreFile);
  const scim = read('scim.yaml', ScimFile);
  const delivery = read('delivery.yaml', DeliveryFile);
  const events = read('events.yaml', EventsFile);
  const targets = new TargetReader(folder, options).all();
  for (const target of targets) shown[`targets/${target.name}.yaml`] = target.shown;
  const ruleGroups = readRuleGroups(folder, options.checkRuleGroup);
  if (ruleGroups.length > 0) shown[ruleGroupsFile] = ruleGroups.map(printable);
  const authority = readAuthority(folder, options.checkAuthority);
  if (Object.keys(authority).length > 0) shown[authorityFile] = printable(authority);
  const config: LandfallConfig = {
    folder: folder.path,
    server,
    auth,
    store,
    scim,
    delivery,
    events,
    targets: targets.filter(({ file }) => file.enabled).map((target) => guarded(target, delivery)),
    targetsOff: targets.filter(({ file }) => !file.enabled).map((target) => guarded(target, delivery)),
    sources: readSources(folder, shown, options.checkMatch, options.sourceKinds ?? []),
    ruleGroups,
    authority,
    schemas: folder.schemas(),
  };
  checkTogether(config, folder);
  const problems = folder.sorted();
  return { config, problems, warnings: folder.warnings, shown: problems.length > 0 ? {} : shown };
}

/** PORT beats the file. */
function portOf(env: NodeJS.ProcessEnv, server: ServerFile, folder: ConfigFolder): void {
  if (env.PORT === undefined || env.PORT === '') return;
  const port = Number(env.PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) server.port = port;
  else
    folder.report(
      'server.yaml',
      ['port'],
      `the environment variable PORT is "${env.PORT}", which is no port`,
    );
}

/** A target without a guard of its own has that of delivery.yaml. */
function guarded(
  { shown: _shown, ...target }: ReturnType<TargetReader['all']>[number],
  { guard }: DeliveryFile,
): LoadedTarget {
  if (target.file.guard === undefined && guard !== undefined) target.file.guard = guard;
  return target;
}
