import type { LeaverPolicy, ResourceKind } from '../connectors/connector.js';
import type { ConnectorKind, ConnectorLog, ServerChoice } from '../connectors/kind.js';
import {
  compileObjectMapping,
  mapResource,
  mappedAttributes,
  needsGroups,
  requiredFacts,
  type ObjectMapping,
} from '../mapping/index.js';
import type { SchemaRegistry } from '../schema/schema-registry.js';
import type { StoreClock, TargetStore } from './ports.js';
import type {
  GuardDefinition,
  ObjectDefinition,
  TargetDefinition,
  TargetDescription,
} from './target-definition.js';

/** Resources of one type, as a target file describes them. */
export interface ObjectOptions extends Partial<ObjectMapping> {
  onDelete?: LeaverPolicy;
  deleteAfterMs?: number;
  whenMissing?: 'park' | 'recreate' | 'restore';
}

/** A target file, read and checked. */
export interface TargetOptions {
  name: string;
  kind: ConnectorKind;
  settings: object;
  answer: 'delivered' | 'stored';
  answerWithinMs: number;
  whenUnavailable: 'queue' | 'reject';
  parallel: number;
  dependsOn: readonly string[];
  guard?: GuardDefinition;
  revision: string;
  objects: Readonly<Record<string, ObjectOptions>>;
  /** For `DefaultDomain()` and `%DomainFQDN%`. */
  defaultDomain?: string;
  domainFqdn?: string;
}

export interface TargetSurroundings {
  storeId: string;
  registry: SchemaRegistry;
  targetStore: TargetStore;
  clock: StoreClock;
  log: ConnectorLog;
}

/** Compiles mappings: targets that are not connected to. */
export function describeTargets(
  targets: readonly TargetOptions[],
  registry: SchemaRegistry,
): TargetDescription[] {
  return targets.map((target) => ({
    ...target,
    objects: Object.fromEntries(
      Object.entries(target.objects).map(([type, options]) => [
        type,
        objectDefinition(target, type, options, registry),
      ]),
    ),
  }));
}

/** Compiles mappings and makes connectors: targets ready to be delivered to. */
export function createTargets(
  targets: readonly TargetOptions[],
  surroundings: TargetSurroundings,
): TargetDefinition[] {
  return describeTargets(targets, surroundings.registry).map((target) => connected(target, surroundings));
}

function connected(target: TargetDescription, surroundings: TargetSurroundings): TargetDefinition {
  const { kind, settings, objects } = target;
  const mapped = Object.fromEntries(
    Object.entries(objects).map(([type, definition]) => [type, definition.mappedAttributes]),
  );
  const connector = kind.create(settings, {
    target: target.name,
    storeId: surroundings.storeId,
    log: surroundings.log,
    mapped,
    now: Date.now,
    server: serverChoice(target.name, surroundings),
  });
  return { ...target, connector };
}

/** A file that names no mapping for a type gets the kind's default. */
function objectDefinition(
  target: TargetOptions,
  type: ResourceKind,
  options: ObjectOptions,
  registry: SchemaRegistry,
): ObjectDefinition {
  const fallback = target.kind.defaultMapping[type];
  const document: ObjectMapping = {
    ...fallback,
    ...defined(options),
    mapping: options.mapping ?? fallback?.mapping ?? [],
  };
  const resourceType = registry.resourceType(type);
  const { mapping, problems } = compileObjectMapping(document, type, {
    name: `${target.name} ${type}`,
    ...(target.defaultDomain === undefined ? {} : { defaultDomain: target.defaultDomain }),
    ...(target.domainFqdn === undefined ? {} : { domainFqdn: target.domainFqdn }),
    ...(resourceType
      ? { schemas: [resourceType.schema, ...resourceType.extensions.map(({ schema }) => schema)] }
      : {}),
  });
  if (problems.length > 0) {
    throw new Error(
      `target ${target.name}, ${type}: ${problems.map(({ path, detail }) => `${path}: ${detail}`).join('; ')}`,
    );
  }
  return {
    map: (input) => mapResource(mapping, input),
    actions: { create: true, update: true, delete: true, ...document.actions },
    scoped: (document.scope ?? []).length > 0,
    outOfScope: document.outOfScope ?? 'disable',
    onDelete: options.onDelete ?? 'disable',
    ...(options.deleteAfterMs === undefined ? {} : { deleteAfterMs: options.deleteAfterMs }),
    whenMissing: options.whenMissing ?? 'park',
    needsGroups: needsGroups(mapping),
    timeDependent: mapping.timeDependent,
    readsFactsOf: requiredFacts(mapping),
    mappedAttributes: mappedAttributes(mapping),
    lines: document.mapping,
  };
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Which server of the target all replicas use: one row of the store. */
function serverChoice(name: string, { targetStore, clock }: TargetSurroundings): ServerChoice {
  return {
    current: async () => (await targetStore.get(name))?.server,
    move: async (from, to) => targetStore.moveServer(name, from, to, await clock.now()),
    movedAt: async () => (await targetStore.get(name))?.serverMovedAt,
  };
}
