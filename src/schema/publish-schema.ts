import type { AttributeDefinition, JsonObject, SchemaDocument } from './types.js';

/** The JSON of /Schemas (RFC 7643 §7), exactly what is enforced; without `meta`, which depends on where the server is. */
export function publishSchema(document: SchemaDocument): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: document.id,
    name: document.name,
    description: document.description,
    attributes: document.attributes.map(publishAttribute),
  };
}

function publishAttribute(attribute: AttributeDefinition): JsonObject {
  const { name, type, multiValued, description, required, mutability, returned, uniqueness } = attribute;
  const published: JsonObject = { name, type, multiValued, description, required };
  // RFC 7643 erratum 6004: a complex attribute has neither uniqueness nor caseExact.
  if (type !== 'complex') {
    if (type === 'string' || type === 'reference' || type === 'binary')
      published['caseExact'] = attribute.caseExact;
    published['uniqueness'] = uniqueness;
  }
  published['mutability'] = mutability;
  published['returned'] = returned;
  if (attribute.canonicalValues !== undefined) published['canonicalValues'] = [...attribute.canonicalValues];
  if (attribute.referenceTypes !== undefined) published['referenceTypes'] = [...attribute.referenceTypes];
  if (attribute.subAttributes !== undefined)
    published['subAttributes'] = attribute.subAttributes.map(publishAttribute);
  return published;
}
