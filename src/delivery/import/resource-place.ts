import { compilePath, ResourcePathError } from '../../mapping/path/resource-path.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../../schema/types.js';

/** Where a direct source line reads in a resource, so that a value can be put there. */
export interface ResourcePlace {
  extension?: string;
  attribute: AttributeDefinition;
  sub?: AttributeDefinition;
  /** `emails[type eq "work"]`: what the element is beside its value. */
  element: JsonObject;
}

const shape = /^([^[.]+)(?:\[(.*)\])?(?:\.([^.]+))?$/s;
const term = /^\s*([\p{L}_$][\p{L}\p{N}_$-]*)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*$/iu;

/** Undefined where no single place is meant: other filters than `eq`, ids, negations. */
export function placeOf(source: string, type: ResourceType): ResourcePlace | undefined {
  const path = scimPath(source, type);
  if (path === undefined) return undefined;
  const bracket = path.indexOf('[');
  const head = bracket === -1 ? path : path.slice(0, bracket);
  const urn = /^urn:/i.test(path) ? head.slice(0, head.lastIndexOf(':')) : undefined;
  const match = shape.exec(urn === undefined ? path : path.slice(urn.length + 1));
  if (!match?.[1]) return undefined;
  const found = attributeOf(match[1], urn, type);
  if (!found || found.attribute.mutability === 'readOnly') return undefined;
  const element = match[2] === undefined ? {} : elementOf(match[2]);
  const sub = subOf(found.attribute, match[3]);
  if (element === undefined || sub === undefined) return undefined;
  return { ...found, element, ...(sub === null ? {} : { sub }) };
}

/** Entra's names in SCIM words. `accountDisabled` is read as the opposite of `active` and has no place. */
function scimPath(source: string, type: ResourceType): string | undefined {
  try {
    const { path, root } = compilePath(source, { resourceType: type.name });
    const elsewhere = ['id', 'meta', 'groups', 'targets', 'externalid', 'password'].includes(root);
    return elsewhere || /^(isSoftDeleted|accountDisabled)$/i.test(source.trim()) ? undefined : path;
  } catch (error) {
    if (error instanceof ResourcePathError) return undefined;
    throw error;
  }
}

function attributeOf(
  name: string,
  urn: string | undefined,
  type: ResourceType,
): Pick<ResourcePlace, 'extension' | 'attribute'> | undefined {
  if (urn === undefined || urn.toLowerCase() === type.schema.id.toLowerCase()) {
    const own = type.coreAttribute(name);
    if (own) return { attribute: own };
  }
  for (const { schema } of type.extensions) {
    if (urn !== undefined && urn.toLowerCase() !== schema.id.toLowerCase()) continue;
    const attribute = type.extensionAttribute(schema.id, name);
    if (attribute) return { extension: schema.id, attribute };
  }
  return undefined;
}

/** Null: the attribute itself. Undefined: there is no such sub-attribute. */
function subOf(
  attribute: AttributeDefinition,
  name: string | undefined,
): AttributeDefinition | null | undefined {
  if (attribute.type !== 'complex') return name === undefined || name === 'value' ? null : undefined;
  const wanted = (name ?? 'value').toLowerCase();
  return attribute.subAttributes?.find((sub) => sub.name.toLowerCase() === wanted);
}

function elementOf(filter: string): JsonObject | undefined {
  const element: JsonObject = {};
  for (const part of filter.split(/\s+and\s+/i)) {
    const match = term.exec(part);
    if (!match) return undefined;
    element[match[1]!] = JSON.parse(match[2]!.startsWith('"') ? match[2]! : match[2]!.toLowerCase()) as Json;
  }
  return element;
}

/** Puts a target's texts at the place; nothing given clears it. */
export function putAt(attributes: Attributes, place: ResourcePlace, texts: readonly string[]): void {
  const { extension, attribute, sub, element } = place;
  const owner = extension === undefined ? attributes : objectIn(attributes, extension);
  const values = texts.map((text) => typed(text, sub ?? attribute));
  if (attribute.multiValued) putElements(owner, place, values);
  else if (sub) {
    const parent = objectIn(owner, attribute.name);
    if (values[0] === undefined) delete parent[sub.name];
    else Object.assign(parent, element, { [sub.name]: values[0] });
    dropEmpty(owner, attribute.name);
  } else if (values[0] === undefined) delete owner[attribute.name];
  else owner[attribute.name] = values[0];
  if (extension !== undefined) dropEmpty(attributes, extension);
}

/** Sub-attributes of one element come from several lines: `addresses[type eq "work"].locality`, `.region`. */
function putElements(owner: JsonObject, place: ResourcePlace, values: readonly Json[]): void {
  const { attribute, sub, element } = place;
  const before = Array.isArray(owner[attribute.name]) ? (owner[attribute.name] as Json[]) : [];
  const meant = (one: Json) =>
    isObject(one) && Object.entries(element).every(([name, value]) => one[name] === value);
  if (!sub) owner[attribute.name] = [...values];
  else if (values.length <= 1 && Object.keys(element).length > 0) {
    const own = before.find(meant) as JsonObject | undefined;
    const { [sub.name]: _former, ...rest } = own ?? element;
    const next = values[0] === undefined ? rest : { ...rest, [sub.name]: values[0] };
    const says = Object.keys(next).some((name) => !(name in element));
    owner[attribute.name] = [...before.filter((one) => one !== own), ...(says ? [next] : [])];
  } else {
    const added = values.map((value) => ({ ...element, [sub.name]: value }));
    owner[attribute.name] = [...before.filter((one) => !meant(one)), ...added];
  }
  if ((owner[attribute.name] as Json[]).length === 0) delete owner[attribute.name];
}

function typed(text: string, attribute: AttributeDefinition): Json {
  if (attribute.type === 'boolean') return text.toLowerCase() === 'true' || text === '1';
  if (attribute.type !== 'integer' && attribute.type !== 'decimal') return text;
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function objectIn(owner: JsonObject, name: string): JsonObject {
  if (!isObject(owner[name])) owner[name] = {};
  return owner[name] as JsonObject;
}

function dropEmpty(owner: JsonObject, name: string): void {
  if (isObject(owner[name]) && Object.keys(owner[name]).length === 0) delete owner[name];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
