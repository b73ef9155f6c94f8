import type { ResourcePlace } from '../../delivery/import/resource-place.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';

/** Writes into a record what the source states at a place; no values: that there is none (null). */
export function stateAt(attributes: Attributes, place: ResourcePlace, values: readonly Json[]): void {
  const { extension, attribute, sub, element } = place;
  const owner = extension === undefined ? attributes : objectIn(attributes, extension);
  if (attribute.multiValued) stateElements(owner, place, values);
  else if (sub) Object.assign(objectIn(owner, attribute.name), element, { [sub.name]: values[0] ?? null });
  else owner[attribute.name] = values[0] ?? null;
}

/**
 * Sub-attributes of one element come from several columns: `addresses[type eq "work"].locality`, `.region`. One without
 * any value says by `value: null` that there is none of its type.
 */
function stateElements(
  owner: JsonObject,
  { attribute, sub, element }: ResourcePlace,
  values: readonly Json[],
): void {
  const before = Array.isArray(owner[attribute.name]) ? (owner[attribute.name] as Json[]) : [];
  if (!sub || Object.keys(element).length === 0) {
    const added = sub ? values.map((value): JsonObject => ({ [sub.name]: value })) : values;
    const all = [...before, ...added];
    owner[attribute.name] = all.length > 0 ? all : null;
    return;
  }
  const own = before.find((one) => isElement(one, element)) as JsonObject | undefined;
  const stated = own ?? { ...element, value: null };
  const [value] = values;
  if (value !== undefined) {
    if (stated.value === null) delete stated.value;
    stated[sub.name] = value;
  }
  owner[attribute.name] = own ? before : [...before, stated];
}

function isElement(one: Json, element: JsonObject): boolean {
  return isObject(one) && Object.entries(element).every(([name, value]) => one[name] === value);
}

function objectIn(owner: JsonObject, name: string): JsonObject {
  if (!isObject(owner[name])) owner[name] = {};
  return owner[name] as JsonObject;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
