import type { AttributeReference } from './filter.js';
import type { ResourceType } from './resource-type.js';
import type { AttributeDefinition } from './types.js';

/** A path split at the schema URN that it begins with: `urn:…:User:name.givenName`, also `urn:…:User.manager`. */
export interface QualifiedPath {
  /** URN in the spelling of the schema; absent where the path names none. */
  urn?: string;
  /** What follows the URN; empty when the path is the URN itself. */
  name: string;
}

/** Undefined: the path has a URN that is no schema of the type. Entra writes a dot where the grammar has a colon. */
export function splitPath(type: ResourceType, text: string): QualifiedPath | undefined {
  if (!text.includes(':')) return { name: text };
  const lower = text.toLowerCase();
  const urns = [type.schema.id, ...type.extensions.map(({ schema }) => schema.id)];
  const urn = urns
    .filter((id) => lower.startsWith(id.toLowerCase()) && [undefined, ':', '.'].includes(lower[id.length]))
    .sort((a, b) => b.length - a.length)[0];
  return urn === undefined ? undefined : { urn, name: text.slice(urn.length + 1) };
}

export function subAttributeOf(
  attribute: AttributeDefinition,
  name: string,
): AttributeDefinition | undefined {
  const wanted = name.toLowerCase();
  return attribute.subAttributes?.find((sub) => sub.name.toLowerCase() === wanted);
}

export const valueSubAttribute = (attribute: AttributeDefinition): AttributeDefinition | undefined =>
  subAttributeOf(attribute, 'value');

/** The resource types that `$ref` of the attribute may refer to (RFC 7643 §7, referenceTypes). */
export const resourceTypesReferredTo = (attribute: AttributeDefinition): readonly string[] =>
  (subAttributeOf(attribute, '$ref')?.referenceTypes ?? []).filter(
    (name) => name !== 'external' && name !== 'uri',
  );

/** The attribute that a path such as `name.givenName`, `manager` or `urn:…:User:manager.value` names; undefined where the schema has none. */
export function resolvePath(type: ResourceType, text: string): AttributeReference | undefined {
  const path = splitPath(type, text);
  if (path === undefined) return undefined;
  const [name, sub, ...rest] = path.name.split('.');
  if (name === undefined || name === '' || rest.length > 0) return undefined;
  const found = findAttribute(type, path.urn, name);
  if (found === undefined || sub === undefined) return found;
  const subAttribute = subAttributeOf(found.attribute, sub);
  return subAttribute === undefined ? undefined : { ...found, subAttribute };
}

function findAttribute(type: ResourceType, urn: string | undefined, name: string) {
  if (urn !== undefined && urn !== type.schema.id) return inExtension(type, urn, name);
  const attribute = type.attribute(name);
  if (attribute !== undefined) return { attribute };
  return urn === undefined ? byShortName(type, name) : undefined;
}

function inExtension(type: ResourceType, urn: string, name: string): AttributeReference | undefined {
  const attribute = type.extensionAttribute(urn, name);
  return attribute === undefined ? undefined : { extension: urn, attribute };
}

/** Entra asks for `manager` without its URN. A name that two extensions have stands for neither. */
function byShortName(type: ResourceType, name: string): AttributeReference | undefined {
  const found = type.extensions
    .map(({ schema }) => inExtension(type, schema.id, name))
    .filter((reference) => reference !== undefined);
  return found.length === 1 ? found[0] : undefined;
}
