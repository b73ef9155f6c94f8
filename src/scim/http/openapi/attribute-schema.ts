import type { AttributeDefinition, JsonObject, SchemaDocument } from '../../../schema/types.js';

/** JSON Schema 2020-12 (OpenAPI 3.1) of attributes as RFC 7643 §7 describes them. */
export function schemaOf(document: SchemaDocument): JsonObject {
  return { title: document.name, description: document.description, ...objectOf(document.attributes) };
}

export function objectOf(attributes: readonly AttributeDefinition[]): JsonObject {
  const required = attributes
    .filter((attribute) => attribute.required && attribute.mutability !== 'readOnly')
    .map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      attributes.map((attribute) => [attribute.name, attributeSchema(attribute)]),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
}

function attributeSchema(attribute: AttributeDefinition): JsonObject {
  const value = valueSchema(attribute);
  const description: JsonObject = attribute.description === '' ? {} : { description: attribute.description };
  const access: JsonObject = {
    ...(attribute.mutability === 'readOnly' ? { readOnly: true } : {}),
    ...(neverRead(attribute) ? { writeOnly: true } : {}),
  };
  return attribute.multiValued
    ? { type: 'array', items: value, ...description, ...access }
    : { ...value, ...description, ...access };
}

const neverRead = ({ mutability, returned }: AttributeDefinition): boolean =>
  mutability === 'writeOnly' || returned === 'never';

function valueSchema(attribute: AttributeDefinition): JsonObject {
  switch (attribute.type) {
    case 'complex':
      return objectOf(attribute.subAttributes ?? []);
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
      return { type: 'integer' };
    case 'decimal':
      return { type: 'number' };
    case 'dateTime':
      return { type: 'string', format: 'date-time' };
    case 'binary':
      return { type: 'string', contentEncoding: 'base64' };
    case 'reference':
      return { type: 'string', format: 'uri-reference' };
    case 'string':
      return { type: 'string', ...canonical(attribute) };
  }
}

/** Published canonical values are suggestions unless the schema file enforces them (RFC 7643 §7). */
function canonical({ canonicalValues, enforceCanonicalValues }: AttributeDefinition): JsonObject {
  if (canonicalValues === undefined || canonicalValues.length === 0) return {};
  return enforceCanonicalValues === true ? { enum: canonicalValues } : { examples: canonicalValues };
}
