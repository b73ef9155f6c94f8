import { subAttributeOf } from '../../schema/attribute-path.js';
import { foldFor } from '../../schema/fold.js';
import { sameJson } from '../../schema/same-json.js';
import { badRequest } from '../../schema/scim-error.js';
import type { AttributeDefinition, Json, JsonObject } from '../../schema/types.js';
import { isObject, isPrimary } from '../../schema/validate/attribute-value.js';

/** Equal by the comparison rules of the attribute: case counts only where the schema says so. */
export function equalValues(
  attribute: AttributeDefinition,
  a: Json | undefined,
  b: Json | undefined,
): boolean {
  return sameJson(folded(attribute, a), folded(attribute, b));
}

/** RFC 7643 §2.4: `value` and `type` together tell the values of an attribute apart; without `value`, everything does. */
export function identityOf(attribute: AttributeDefinition, element: Json): string {
  if (!isObject(element)) return JSON.stringify(folded(attribute, element));
  if (element['value'] === undefined)
    return JSON.stringify(Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1)));
  const parts = ['value', 'type'].map((name) => {
    const sub = subAttributeOf(attribute, name);
    return sub === undefined ? null : (folded(sub, element[name]) ?? null);
  });
  return JSON.stringify(parts);
}

const folded = (attribute: AttributeDefinition, value: Json | undefined): Json | undefined =>
  typeof value === 'string' ? foldFor(attribute, value) : value;

/** Whether the element has everything that the listed value names; `primary` and `display` are no part of its identity. */
export function hasParts(attribute: AttributeDefinition, element: Json, listed: Json): boolean {
  if (!isObject(element) || !isObject(listed)) return equalValues(attribute, element, listed);
  const names = Object.keys(listed);
  const telling = names.includes('value')
    ? names.filter((name) => name === 'value' || name === 'type')
    : names;
  return telling.every((name) => {
    const sub = subAttributeOf(attribute, name);
    return sub !== undefined && equalValues(sub, element[name], listed[name]);
  });
}

/** The value with what an add brings. What is immutable in it keeps its content (RFC 7643 §7). Throws 400 mutability. */
export function completed(attribute: AttributeDefinition, before: JsonObject, added: JsonObject): JsonObject {
  const after = { ...before, ...added };
  for (const sub of attribute.subAttributes ?? []) {
    const former = before[sub.name];
    if (sub.mutability !== 'immutable' || former === undefined) continue;
    if (!equalValues(sub, former, after[sub.name]))
      throw badRequest('mutability', `"${attribute.name}.${sub.name}" is immutable and has a value.`);
    after[sub.name] = former;
  }
  return after;
}

/** RFC 7644 §3.5.2: a value that becomes primary makes the others not primary. */
export function demoteOthers(elements: readonly Json[], promoted: ReadonlySet<Json>, path: string): void {
  const primary = elements.filter((element) => promoted.has(element) && isPrimary(element));
  if (primary.length > 1)
    throw badRequest('invalidValue', `"${path}" would have more than one primary value (RFC 7643 §2.4).`);
  if (primary.length === 0) return;
  for (const element of elements)
    if (element !== primary[0] && isPrimary(element)) (element as JsonObject)['primary'] = false;
}

export const valuesOf = (owner: JsonObject, attribute: AttributeDefinition): Json[] => {
  const value = Object.hasOwn(owner, attribute.name) ? owner[attribute.name] : undefined;
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

/** Puts the values back; what has become empty is taken away. */
export function store(owner: JsonObject, attribute: AttributeDefinition, values: readonly Json[]): void {
  const kept = values.filter((value) => !isObject(value) || Object.keys(value).length > 0);
  if (kept.length === 0) delete owner[attribute.name];
  else owner[attribute.name] = attribute.multiValued ? kept : kept[0]!;
}
