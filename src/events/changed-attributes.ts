import { sameJson } from '../schema/same-json.js';
import type { Attributes, Json } from '../schema/types.js';

/** Paths of what differs: attributes of the core schema by name, those of extensions below their URN (RFC 7644 §3.10). */
export function changedAttributes(before: Attributes, after: Attributes): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    if (sameJson(before[name], after[name])) return [];
    if (!name.includes(':')) return [name];
    return changedAttributes(block(before[name]), block(after[name])).map((inner) => `${name}:${inner}`);
  });
}

function block(value: Json | undefined): Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
