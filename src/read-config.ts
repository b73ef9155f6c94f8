import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  loadConfig,
  type LandfallConfig,
  type LoadedConfig,
  type LoadOptions,
} from './config/load-config.js';
import type { ConfigProblem } from './config/problem.js';
import { isReference } from './config/secrets.js';
import { ConnectorRegistry, packagesOf } from './connectors/registry.js';
import type { CheckMatch } from './config/read-sources.js';
import { compileAuthority } from './identity/authority/compile-authority.js';
import { isKey, matchedPaths, pathName } from './identity/indexed-paths.js';
import type { ResourceType } from './schema/resource-type.js';
import { csvKind } from './sources/csv/csv-kind.js';
import { leafPath } from './sources/intake/matching.js';
import { defineRuleGroup } from './delivery/rule-groups/rule-group-definition.js';
import { algorithmOf } from './events/token-signer.js';
import { compileObjectMapping } from './mapping/index.js';
import { SchemaProblems } from './schema/document-problems.js';
import { SchemaRegistry } from './schema/schema-registry.js';

export interface ReadConfig extends LoadedConfig {
  connectors: ConnectorRegistry;
  registry: SchemaRegistry;
}

/** Reads a configuration folder with everything it names: connectors of packages, schemas, mappings. All problems at once. */
export async function readConfig(
  folder: string,
  options: Pick<LoadOptions, 'withoutSecrets' | 'env'> = {},
): Promise<ReadConfig> {
  const problems: ConfigProblem[] = [];
  const connectors = await ConnectorRegistry.load(packagesOf(kindsIn(folder)), folder);
  const registry = registryOf(loadConfig(folder, { ...options, kinds: connectors.kinds }).config, problems);
  const loaded = loadConfig(folder, {
    ...options,
    kinds: connectors.kinds,
    kindOf: (name) => connectors.find(name),
    kindFailure: (name) => connectors.failure(name)?.detail,
    checkMapping: (target, kind, type, block) => {
      const fallback = kind.defaultMapping[type];
      const resourceType = registry.resourceType(type);
      if (!resourceType) return [{ path: '', detail: `there is no resource type "${type}"` }];
      const { problems: found } = compileObjectMapping(
        { ...fallback, ...block, mapping: block.mapping ?? fallback?.mapping ?? [] },
        type,
        {
          defaultDomain: target.defaultDomain ?? 'example.test',
          domainFqdn: 'example.test',
          schemas: [resourceType.schema, ...resourceType.extensions.map(({ schema }) => schema)],
        },
      );
      return found;
    },
    checkAuthority: (type, entries) => {
      const resourceType = registry.resourceType(type);
      return resourceType?.name === type ? compileAuthority(resourceType, entries).problems : undefined;
    },
    sourceKinds: [csvKind(registry)],
    checkMatch: (type, path) => matchFinding(registry.resourceType(type)!, path),
    checkRuleGroup: (entry) => defineRuleGroup(entry, registry).problems,
  });
  problems.push(...signingKeyProblems(loaded.config));
  return { ...loaded, connectors, registry, problems: [...loaded.problems, ...problems] };
}

/** A rule finds by an index, or reads everybody for every new record. */
function matchFinding(type: ResourceType, path: string): ReturnType<CheckMatch> {
  const reference = leafPath(type, path);
  if (!reference) return { problem: `${type.name} has no attribute "${path}" that could be compared` };
  if (isKey(reference.attribute) || matchedPaths.includes(pathName(reference))) return undefined;
  return { warning: `"${path}" is not indexed: every new record reads all resources of the type` };
}

function signingKeyProblems({ events }: LandfallConfig): ConfigProblem[] {
  return events.signingKeys.flatMap(({ value }, index) => {
    if (typeof value !== 'string' || isReference(value) || algorithmOf(value) !== undefined) return [];
    const detail =
      'what it names is no private key in PEM form of Ed25519, EC P-256 or P-384, or RSA from 2048 bits; make one with: openssl genpkey -algorithm ed25519';
    return [{ file: 'events.yaml', line: 1, column: 1, key: `signingKeys[${index}].value`, detail }];
  });
}

function registryOf({ schemas }: LandfallConfig, problems: ConfigProblem[]): SchemaRegistry {
  try {
    return SchemaRegistry.from(schemas);
  } catch (error) {
    if (!(error instanceof SchemaProblems)) throw error;
    for (const { file, path, problem } of error.problems)
      problems.push({ file, line: 1, column: 1, key: path, detail: problem });
    return SchemaRegistry.builtIn();
  }
}

/** The kinds that target files name, read leniently: what is wrong with the files is reported later. */
function kindsIn(folder: string): string[] {
  const targets = join(folder, 'targets');
  if (!existsSync(targets)) return [];
  return readdirSync(targets)
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => {
      try {
        const { kind } = (parse(readFileSync(join(targets, name), 'utf8')) ?? {}) as { kind?: unknown };
        return typeof kind === 'string' ? [kind] : [];
      } catch {
        return [];
      }
    });
}
