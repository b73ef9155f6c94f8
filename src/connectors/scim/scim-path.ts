import { ConnectorError } from '../connector.js';
import type { Json, JsonObject } from '../../schema/types.js';

/** A target attribute as a place in a SCIM resource (RFC 7644 §3.5.2): `urn:…:User:manager.value`. */
export interface ScimPath {
  text: string;
  /** URN of the extension the attribute belongs to. */
  extension?: string;
  attribute: string;
  /** `[type eq "work"]`: what one value of a multi-valued attribute is known by. */
  selector?: JsonObject;
  sub?: string;
}

const shape = /^([A-Za-z$][\w$-]*)(?:\[(.+)\])?(?:\.([A-Za-z$][\w$-]*))?$/;
const comparison = /^\s*([A-Za-z$][\w$-]*)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*$/i;

/** Filters in a path may only say what a value is to be: equalities joined by `and`. Otherwise it could not be created. */
export function parsePath(text: string): ScimPath {
  const bracket = text.indexOf('[');
  const head = bracket < 0 ? text : text.slice(0, bracket);
  const colon = /^urn:/i.test(text) ? head.lastIndexOf(':') : -1;
  const match = shape.exec(text.slice(colon + 1));
  if (!match?.[1]) throw notAPath(text);
  const [, attribute, filter, sub] = match;
  return {
    text,
    attribute,
    ...(colon < 0 ? {} : { extension: text.slice(0, colon) }),
    ...(filter === undefined ? {} : { selector: selectorOf(filter, text) }),
    ...(sub === undefined ? {} : { sub }),
  };
}

function selectorOf(filter: string, text: string): JsonObject {
  const selector: JsonObject = {};
  for (const clause of filter.split(/\s+and\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/i)) {
    const match = comparison.exec(clause);
    if (!match?.[1] || match[2] === undefined) throw notAPath(text);
    selector[match[1]] = JSON.parse(/^"/.test(match[2]) ? match[2] : match[2].toLowerCase()) as Json;
  }
  return selector;
}

function notAPath(text: string): ConnectorError {
  return new ConnectorError({
    kind: 'rejected',
    detail: `"${text}" is not a SCIM path that values can be written to`,
    attribute: text,
    recommendedAction:
      'Write userName, name.givenName, emails[type eq "work"].value or a URN with an attribute.',
  });
}

/** The values there are now, as far as the server returned them. */
export function readPath(resource: JsonObject, path: ScimPath): Json[] {
  const place = path.extension === undefined ? resource : extensionOf(resource, path.extension);
  const found = place && member(place, path.attribute);
  if (found === undefined || found === null) return [];
  const values = Array.isArray(found) ? found : [found];
  return values
    .filter((value) => path.selector === undefined || selects(path.selector, value))
    .map((value) => (path.sub === undefined ? value : subValue(value, path.sub)))
    .filter((value): value is Exclude<Json, null> => value !== undefined && value !== null && value !== '');
}

export function hasSelected(resource: JsonObject, path: ScimPath): boolean {
  const { sub: _sub, ...whole } = path;
  return readPath(resource, whole).length > 0;
}

function subValue(value: Json, sub: string): Json | undefined {
  if (isObject(value)) return member(value, sub);
  // Some servers answer `manager` with the bare id.
  return sub === 'value' ? value : undefined;
}

export function selects(selector: JsonObject, value: Json): boolean {
  if (!isObject(value)) return false;
  return Object.entries(selector).every(([name, wanted]) => {
    const own = member(value, name);
    if (typeof wanted === 'string')
      return typeof own === 'string' && own.toLowerCase() === wanted.toLowerCase();
    return (own ?? false) === wanted;
  });
}

/** Attribute names are compared in any case (RFC 7643 §2.1). */
export function member(object: JsonObject, name: string): Json | undefined {
  const own = nameIn(object, name);
  return own === undefined ? undefined : object[own];
}

export function nameIn(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === lower);
}

export function extensionOf(resource: JsonObject, urn: string): JsonObject | undefined {
  const found = member(resource, urn);
  return isObject(found) ? found : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
