import type { ResourceType } from '../resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../types.js';
import { isObject } from './attribute-value.js';

/** Paths of required attributes and extensions that have no value (an empty string is none). Server-written ones are not asked for. */
export function missingRequired(type: ResourceType, attributes: Attributes): string[] {
  const missing: string[] = [];
  collect(type.schema.attributes, attributes, '', missing, type.holdsMembers);
  for (const { schema, required } of type.extensions) {
    const part = attributes[schema.id];
    if (isObject(part)) collect(schema.attributes, part, `${schema.id}:`, missing, false);
    else if (required) missing.push(schema.id);
  }
  return missing;
}

function collect(
  definitions: readonly AttributeDefinition[],
  owner: JsonObject,
  prefix: string,
  missing: string[],
  holdsMembers: boolean,
): void {
  for (const definition of definitions) {
    if (holdsMembers && definition.name === 'members') continue;
    const value = Object.hasOwn(owner, definition.name) ? owner[definition.name] : undefined;
    const unassigned = value === undefined || value === '';
    if (unassigned && definition.required && definition.mutability !== 'readOnly' && !isSecret(definition))
      missing.push(`${prefix}${definition.name}`);
    if (!unassigned && definition.subAttributes !== undefined)
      for (const element of listed(value))
        if (isObject(element))
          collect(definition.subAttributes, element, `${prefix}${definition.name}.`, missing, false);
  }
}

/** The password is never part of the attributes. */
export const isSecret = (definition: AttributeDefinition): boolean =>
  definition.name === 'password' && definition.mutability === 'writeOnly';

const listed = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);
