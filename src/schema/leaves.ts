import { sameJson } from './same-json.js';
import type { Attributes, Json, JsonObject } from './types.js';

/** A value that differs, by the path of its attribute. */
export interface Difference {
  path: string;
  from?: Json;
  to?: Json;
}

/**
 * Every value by its path: `title`, `name.familyName`, `urn:…:User:manager.value`. A multi-valued attribute is one value.
 * What begins with a URN is an extension: names of attributes have no colon (RFC 7643 §2.1).
 */
export function leavesOf(attributes: Attributes): Map<string, Json> {
  const leaves = new Map<string, Json>();
  for (const [name, value] of Object.entries(attributes)) {
    if (!isObject(value)) leaves.set(name, value);
    else if (name.includes(':')) leavesOf(value).forEach((leaf, path) => leaves.set(`${name}:${path}`, leaf));
    else for (const [sub, leaf] of Object.entries(value)) leaves.set(`${name}.${sub}`, leaf);
  }
  return leaves;
}

/** In the order of the state after, what is gone last. */
export function differences(before: Attributes, after: Attributes): Difference[] {
  const former = leavesOf(before);
  const latter = leavesOf(after);
  const found: Difference[] = [];
  for (const [path, to] of latter) {
    const from = former.get(path);
    if (!sameJson(from, to)) found.push({ path, ...(from === undefined ? {} : { from }), to });
  }
  for (const [path, from] of former) if (!latter.has(path)) found.push({ path, from });
  return found;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
