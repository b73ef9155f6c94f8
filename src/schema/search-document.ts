import { parseDateTime } from './date-time.js';
import { foldFor } from './fold.js';
import type { ResourceType } from './resource-type.js';
import type { AttributeDefinition, Json, JsonObject } from './types.js';

/**
 * The search document: what filters and sorting read instead of the attributes, in memory and in SQL.
 *
 * It has the shape of the attributes with every freedom taken out:
 * - names in the spelling of the schema; extensions under their URN as the schema spells it;
 * - a multi-valued attribute is always an array with at least one value, a complex value always an object with at least
 *   one sub-attribute, an extension likewise; null, `[]` and `{}` are absent (RFC 7643 §2.5);
 * - strings of caseExact false are folded (`foldString`), all others as written; the empty string stays;
 * - dateTime is a number, milliseconds since 1970, fractions kept;
 * - boolean, integer and decimal are themselves, binary and reference the text as written;
 * - attributes and sub-attributes that are never returned are left out, so that no filter can probe them.
 *
 * Common attributes (id, externalId, meta, schemas) are in it when they are given.
 */
export function normaliseForSearch(attributes: JsonObject, type: ResourceType): JsonObject {
  const document: JsonObject = {};
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = type.attribute(name);
    if (attribute !== undefined) {
      put(document, attribute, value);
      continue;
    }
    const extension = type.extension(name);
    if (extension === undefined || !isObject(value)) continue;
    const part: JsonObject = {};
    for (const [inner, content] of Object.entries(value)) {
      const found = type.extensionAttribute(name, inner);
      if (found !== undefined) put(part, found, content);
    }
    if (Object.keys(part).length > 0) document[extension.schema.id] = part;
  }
  return document;
}

function put(into: JsonObject, attribute: AttributeDefinition, value: Json): void {
  if (attribute.returned === 'never') return;
  const searchable = attribute.multiValued ? plural(attribute, value) : searchableValue(attribute, value);
  if (searchable !== undefined) into[attribute.name] = searchable;
}

function plural(attribute: AttributeDefinition, value: Json): Json[] | undefined {
  const values = (Array.isArray(value) ? value : [value]).flatMap(
    (item) => searchableValue(attribute, item) ?? [],
  );
  return values.length === 0 ? undefined : values;
}

/** One value of an attribute, as it stands in the search document. */
export function searchableValue(attribute: AttributeDefinition, value: Json): Json | undefined {
  if (attribute.type === 'complex') return complex(attribute, value);
  if (typeof value === 'string')
    return attribute.type === 'dateTime' ? parseDateTime(value) : foldFor(attribute, value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function complex(attribute: AttributeDefinition, value: Json): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const object: JsonObject = {};
  for (const sub of attribute.subAttributes ?? []) {
    const content = Object.hasOwn(value, sub.name) ? value[sub.name] : undefined;
    if (content !== undefined) put(object, sub, content);
  }
  return Object.keys(object).length === 0 ? undefined : object;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
