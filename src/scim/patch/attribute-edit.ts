import type { AttributeDefinition, Json, JsonObject } from '../../schema/types.js';
import { isObject, isReference } from '../../schema/validate/attribute-value.js';
import { demoteOthers, hasParts, isSameElement, store, valuesOf } from './values.js';

/** RFC 7644 §3.5.2.1: values are appended; one that is there already is only completed. */
export function addValues(owner: JsonObject, attribute: AttributeDefinition, value: Json): void {
  const values = [...valuesOf(owner, attribute)];
  const touched = new Set<Json>();
  for (const added of structuredClone(Array.isArray(value) ? value : [value])) {
    const known = values.find((existing) => isSameElement(attribute, existing, added));
    if (known === undefined) values.push(added);
    else if (isObject(known) && isObject(added)) Object.assign(known, added);
    touched.add(known !== undefined && isObject(known) ? known : added);
  }
  const promoting = Array.isArray(value) ? value.some(becomesPrimary) : becomesPrimary(value);
  if (promoting) demoteOthers(values, touched, attribute.name);
  store(owner, attribute, values);
}

const becomesPrimary = (value: Json): boolean => isObject(value) && value['primary'] === true;

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
  const kept = valuesOf(owner, attribute).filter(
    (element) => !listed.some((value) => hasParts(attribute, element, value)),
  );
  store(owner, attribute, kept);
}
