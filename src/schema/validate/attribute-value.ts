import { resourceTypesReferredTo, subAttributeOf, valueSubAttribute } from '../attribute-path.js';
import { sameJson } from '../same-json.js';
import { badRequest } from '../scim-error.js';
import type { AttributeDefinition, Json, JsonObject } from '../types.js';
import { roleFromJsonText } from './json-text-role.js';
import { misfit, simpleValue } from './simple-value.js';
import type { ValidationDialect } from './validation-dialect.js';

/** More than one attribute can hold without a relation; `members` are a relation and not counted here. */
const MAX_VALUES = 5_000;

export interface ValueOptions {
  dialect: ValidationDialect;
  /** PATCH only: one value may stand for a list of one (RFC 7644 §3.5.2.1). */
  singleForMultiple: boolean;
}

/**
 * The value in the form of the schema: names in its spelling, types checked, readOnly sub-attributes dropped, null, `[]`
 * and `{}` as undefined (RFC 7643 §2.5). Throws 400 invalidValue.
 */
export function attributeValue(
  attribute: AttributeDefinition,
  value: Json,
  path: string,
  options: ValueOptions,
): Json | undefined {
  if (value === null) return undefined;
  return attribute.multiValued
    ? multipleValues(attribute, value, path, options)
    : oneValue(attribute, value, path, options);
}

function multipleValues(
  attribute: AttributeDefinition,
  value: Json,
  path: string,
  options: ValueOptions,
): Json[] | undefined {
  if (!Array.isArray(value) && !options.singleForMultiple) throw misfit(path, 'a list');
  const list = Array.isArray(value) ? value : [value];
  if (list.length > MAX_VALUES)
    throw badRequest('invalidValue', `"${path}" has more than ${MAX_VALUES} values.`);
  const values: Json[] = [];
  list.forEach((item, index) => {
    const one = item === null ? undefined : oneValue(attribute, item, `${path}[${index}]`, options);
    if (one !== undefined) values.push(one);
  });
  const distinct = withoutRepeats(values);
  if (distinct.filter(isPrimary).length > 1)
    throw badRequest('invalidValue', `"${path}" has more than one primary value (RFC 7643 §2.4).`);
  return distinct.length === 0 ? undefined : distinct;
}

/** RFC 7643 §2.4: the same value does not appear twice. */
function withoutRepeats(values: Json[]): Json[] {
  const simple = new Set<Json>();
  const complex = new Map<string, Json[]>();
  return values.filter((value) => {
    if (typeof value !== 'object' || value === null) return simple.size < simple.add(value).size;
    const key = String(Object.hasOwn(value, 'value') ? (value as JsonObject)['value'] : '');
    const alike = complex.get(key) ?? [];
    if (alike.some((other) => sameJson(other, value))) return false;
    complex.set(key, [...alike, value]);
    return true;
  });
}

export const isPrimary = (value: Json): boolean => isObject(value) && value['primary'] === true;

function oneValue(
  attribute: AttributeDefinition,
  value: Json,
  path: string,
  options: ValueOptions,
): Json | undefined {
  if (attribute.type !== 'complex') return simpleValue(attribute, value, path);
  return complexValue(attribute, value, path, options);
}

function complexValue(
  attribute: AttributeDefinition,
  given: Json,
  path: string,
  options: ValueOptions,
): JsonObject | undefined {
  const value = asObject(attribute, given, path);
  const object: JsonObject = {};
  for (const [name, content] of Object.entries(value)) {
    const sub = subAttributeOf(attribute, name);
    if (sub === undefined) {
      if (options.dialect.ignoreUnknown) continue;
      throw badRequest('invalidValue', `"${path}" has no sub-attribute "${name.slice(0, 60)}".`);
    }
    if (Object.hasOwn(object, sub.name))
      throw badRequest('invalidSyntax', `"${path}.${sub.name}" is given twice.`);
    const fits =
      sub.mutability === 'readOnly'
        ? undefined
        : attributeValue(sub, content, `${path}.${sub.name}`, options);
    if (fits !== undefined) object[sub.name] = fits;
  }
  if (isReference(attribute)) return asReference(object);
  const known = options.dialect.jsonTextInRoles ? roleFromJsonText(attribute, object) : object;
  return Object.keys(known).length === 0 ? undefined : known;
}

/** `$ref` is derived from the id when the resource is rendered; a client that gives nothing else means its last segment. */
function asReference({ $ref, ...object }: JsonObject): JsonObject | undefined {
  const fromUri = typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
  const value = object['value'] ?? fromUri;
  return value === undefined || value === '' ? undefined : { ...object, value };
}

/** Some clients wrap a single complex value in a list, and write a reference as the bare id (entra.md A.5, A.6). */
function asObject(attribute: AttributeDefinition, given: Json, path: string): JsonObject {
  const value =
    !attribute.multiValued && Array.isArray(given) && given.length <= 1 ? (given[0] ?? {}) : given;
  if (typeof value === 'string' && isReference(attribute)) return { value };
  if (!isObject(value)) throw misfit(path, 'an object');
  return value;
}

/** A single-valued complex attribute that points to another resource of this server, such as manager. */
export const isReference = (attribute: AttributeDefinition): boolean =>
  attribute.type === 'complex' &&
  !attribute.multiValued &&
  valueSubAttribute(attribute) !== undefined &&
  resourceTypesReferredTo(attribute).length > 0;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
