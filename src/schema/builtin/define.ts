import type { AttributeDefinition, AttributeType } from '../types.js';

type Characteristics = Partial<Omit<AttributeDefinition, 'name' | 'type' | 'description'>>;

/** One attribute with the defaults of RFC 7643 §2.2 where nothing else is said. */
export function define(
  name: string,
  type: AttributeType,
  description: string,
  characteristics: Characteristics = {},
): AttributeDefinition {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    caseExact: type === 'binary' || type === 'reference',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

export const text = (name: string, description: string, characteristics: Characteristics = {}) =>
  define(name, 'string', description, characteristics);

/** A multi-valued attribute with the default sub-attributes of RFC 7643 §2.4. */
export function plural(
  name: string,
  description: string,
  value: AttributeDefinition,
  types: string[] | undefined,
): AttributeDefinition {
  return define(name, 'complex', description, {
    multiValued: true,
    subAttributes: [
      value,
      text('display', 'A name for the value, for display only.'),
      text('type', 'What the value is used for.', types === undefined ? {} : { canonicalValues: types }),
      define('primary', 'boolean', 'The preferred value; true for one value at most.'),
    ],
  });
}
