import { foldString } from '../../schema/fold.js';
import type { AttributeDefinition, Json, JsonObject } from '../../schema/types.js';
import { isObject, isPrimary, isReference } from '../../schema/validate/attribute-value.js';
import { completed, demoteOthers, hasParts, identityOf, store, valuesOf } from './values.js';

/** RFC 7644 §3.5.2.1: values are appended; one that is there already is only completed. */
export function addValues(owner: JsonObject, attribute: AttributeDefinition, value: Json): void {
  const values = [...valuesOf(owner, attribute)];
  // Reversed: where edits made two values alike, the first one is meant.
  const known = new Map(values.toReversed().map((existing) => [identityOf(attribute, existing), existing]));
  const promoted = new Set<Json>();
  for (const added of structuredClone(Array.isArray(value) ? value : [value])) {
    const identity = identityOf(attribute, added);
    const existing = known.get(identity);
    if (existing === undefined) {
      known.set(identity, added);
      values.push(added);
    } else if (isObject(existing) && isObject(added))
      Object.assign(existing, completed(attribute, existing, added));
    if (isPrimary(added)) promoted.add(existing ?? added);
  }
  demoteOthers(values, promoted, attribute.name);
  store(owner, attribute, values);
}

/** RFC 7644 §3.5.2.3. Complex single values come here only as references: what the server derived from a former one goes. */
export function replaceValues(owner: JsonObject, attribute: AttributeDefinition, value: Json): void {
  const before = owner[attribute.name];
  const same =
    isReference(attribute) && isObject(before) && isObject(value) && before['value'] === value['value'];
  owner[attribute.name] = same ? { ...before, ...value } : structuredClone(value);
}

/** Entra's remove with a value list: those values only. */
export function removeListed(
  owner: JsonObject,
  attribute: AttributeDefinition,
  listed: readonly Json[],
): void {
  const byValue = new Map<string, Json[]>();
  for (const value of listed) {
    const key = valueKey(attribute, value);
    byValue.set(key, [...(byValue.get(key) ?? []), value]);
  }
  const isListed = (element: Json): boolean =>
    [valueKey(attribute, element), ''].some((key) =>
      byValue.get(key)?.some((value) => hasParts(attribute, element, value)),
    );
  store(
    owner,
    attribute,
    valuesOf(owner, attribute).filter((element) => !isListed(element)),
  );
}

/** Narrows the search; values without `value` are under the empty key. */
function valueKey(attribute: AttributeDefinition, value: Json): string {
  const telling = isObject(value) ? value['value'] : value;
  return telling === undefined ? '' : foldString(`${attribute.name} ${String(telling)}`);
}
