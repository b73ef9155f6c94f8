import type { Json, JsonObject } from '../../schema/types.js';

/** RFC 7644 §3.7.2: `bulkId:qwerty` stands for the id that the operation `qwerty` is about to create. */
const PREFIX = 'bulkId:';

/** What was taken out of a resource so that it can be created before the resources it refers to. */
export interface Deferred {
  /** As a PATCH path: `members`, or `urn:…:User:manager`. */
  path: string;
  value: Json;
}

export function referencesIn(value: Json | undefined, found: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string') {
    if (value.startsWith(PREFIX)) found.add(value.slice(PREFIX.length));
  } else if (Array.isArray(value)) {
    for (const item of value) referencesIn(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) referencesIn(item, found);
  }
  return found;
}

export function referencesInPath(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith(PREFIX))
    .map((segment) => segment.slice(PREFIX.length));
}

/** Every reference replaced by the id that it stands for; those still unknown stay. */
export function resolved<T extends Json>(value: T, ids: ReadonlyMap<string, string>): T {
  return resolve(value, ids) as T;
}

function resolve(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string')
    return value.startsWith(PREFIX) ? (ids.get(value.slice(PREFIX.length)) ?? value) : value;
  if (Array.isArray(value)) return value.map((item) => resolve(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, ids)]));
}

export function resolvedPath(path: string, ids: ReadonlyMap<string, string>): string {
  return path
    .split('/')
    .map((segment) =>
      segment.startsWith(PREFIX) ? (ids.get(segment.slice(PREFIX.length)) ?? segment) : segment,
    )
    .join('/');
}

/**
 * Takes out of a resource whatever refers to a bulkId: whole elements of multi-valued attributes, whole single-valued
 * attributes. What is left can be created at once; the rest follows as a PATCH when every id is known.
 */
export function withoutReferences(data: JsonObject): { data: JsonObject; deferred: Deferred[] } {
  const deferred: Deferred[] = [];
  return { data: strip(data, '', deferred), deferred };
}

function strip(data: JsonObject, prefix: string, deferred: Deferred[]): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(data)) {
    if (referencesIn(value).size === 0) kept[name] = value;
    else if (name.toLowerCase().startsWith('urn:') && isObject(value))
      kept[name] = strip(value, `${name}:`, deferred);
    else if (Array.isArray(value)) kept[name] = splitList(value, prefix + name, deferred);
    else deferred.push({ path: prefix + name, value });
  }
  return kept;
}

function splitList(list: Json[], path: string, deferred: Deferred[]): Json[] {
  const referring = list.filter((item) => referencesIn(item).size > 0);
  deferred.push({ path, value: referring });
  return list.filter((item) => !referring.includes(item));
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
