import { sameJson } from '../../schema/same-json.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../../schema/types.js';
import { isObject, isPrimary } from '../../schema/validate/attribute-value.js';
import type { ClearedAttribute, Statement } from './read-record.js';

/**
 * The attributes as they are once the statement holds: what it leaves out is untouched, complex attributes are merged by
 * sub-attribute, multi-valued ones by the `type` of their values.
 */
export function merge(type: ResourceType, current: Attributes, statement: Statement): Attributes {
  const merged = structuredClone(current);
  for (const cleared of statement.cleared) clear(merged, cleared);
  for (const [name, value] of Object.entries(statement.attributes)) {
    const attribute = type.attribute(name);
    if (attribute) set(merged, attribute, value);
    else if (isObject(value)) setExtension(type, merged, name, value);
  }
  for (const { schema } of type.extensions) dropEmpty(merged, schema.id);
  return merged;
}

function setExtension(type: ResourceType, merged: Attributes, urn: string, values: JsonObject): void {
  const owner = isObject(merged[urn]) ? merged[urn] : {};
  merged[urn] = owner;
  for (const [name, value] of Object.entries(values)) {
    const attribute = type.extensionAttribute(urn, name);
    if (attribute) set(owner, attribute, value);
  }
}

function clear(merged: Attributes, { extension, attribute, subAttribute, ofType }: ClearedAttribute): void {
  const owner = extension === undefined ? merged : merged[extension];
  if (!isObject(owner)) return;
  const value = owner[attribute.name];
  if (subAttribute && isObject(value)) delete value[subAttribute.name];
  else if (ofType !== undefined && Array.isArray(value))
    owner[attribute.name] = value.filter((element) => typeOf(element) !== ofType.toLowerCase());
  else if (!subAttribute && ofType === undefined) delete owner[attribute.name];
  dropEmpty(owner, attribute.name);
}

/** RFC 7643 §2.5: what is empty is unassigned. */
function dropEmpty(owner: JsonObject, name: string): void {
  const value = owner[name];
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete owner[name];
}

function set(owner: JsonObject, attribute: AttributeDefinition, value: Json): void {
  const before = owner[attribute.name];
  if (attribute.multiValued && Array.isArray(value))
    owner[attribute.name] = mergeValues(Array.isArray(before) ? before : [], value);
  else if (isObject(value) && isObject(before)) owner[attribute.name] = { ...before, ...value };
  else owner[attribute.name] = value;
}

/**
 * Values of the types that the source states are replaced by its own, others stay: the work address of one source leaves
 * the home address of another alone. A value without a type stands for the whole attribute.
 */
function mergeValues(before: readonly Json[], stated: readonly Json[]): Json[] {
  const types = new Set(stated.map(typeOf));
  const whole = types.has(undefined);
  const replaced = (element: Json) => whole || types.has(typeOf(element));
  const given = stated.map((element) => withFormerPrimary(element, before, stated));
  if (sameSet(before.filter(replaced), given)) return withOnePrimary([...before], given);
  const waiting = [...given];
  const merged: Json[] = [];
  for (const element of before) {
    if (!replaced(element)) merged.push(element);
    else {
      const next = waiting.findIndex((one) => whole || typeOf(one) === typeOf(element));
      if (next >= 0) merged.push(...waiting.splice(next, 1));
    }
  }
  return withOnePrimary([...merged, ...waiting], given);
}

/** A source that says nothing of `primary` leaves it where it was: with the one value of the type. */
function withFormerPrimary(element: Json, before: readonly Json[], stated: readonly Json[]): Json {
  if (!isObject(element) || element['primary'] !== undefined || stated.some(isPrimary)) return element;
  const alike = (one: Json) => typeOf(one) === typeOf(element);
  const former = before.filter(alike);
  const only = former.length === 1 && stated.filter(alike).length === 1;
  const primary = only && isObject(former[0]!) ? former[0]['primary'] : undefined;
  return primary === undefined ? element : { ...element, primary };
}

/** RFC 7643 §2.4: a value that the source makes primary makes the others not primary. */
function withOnePrimary(values: readonly Json[], given: readonly Json[]): Json[] {
  const primary = given.find(isPrimary);
  if (primary === undefined) return [...values];
  return values.map((value) =>
    isPrimary(value) && !sameJson(value, primary) ? { ...(value as JsonObject), primary: false } : value,
  );
}

const sameSet = (a: readonly Json[], b: readonly Json[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => sameJson(one, other)));

const typeOf = (element: Json): string | undefined =>
  isObject(element) && typeof element['type'] === 'string' ? element['type'].toLowerCase() : undefined;
