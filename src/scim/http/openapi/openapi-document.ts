import type { JsonObject, ResourceTypeDocument, SchemaDocument } from '../../../schema/types.js';
import { schemaOf } from './attribute-schema.js';
import { messageSchemas, PARAMETERS } from './messages.js';
import { resourcePaths, servicePaths } from './paths.js';

export interface OpenApiInput {
  resourceTypes: readonly ResourceTypeDocument[];
  schemas: readonly SchemaDocument[];
  baseUrl: string;
  version: string;
}

/** OpenAPI 3.1 of this service as it is configured: every endpoint, attribute and characteristic comes from the live schemas. */
export function openApiDocument({ resourceTypes, schemas, baseUrl, version }: OpenApiInput): JsonObject {
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Landfall SCIM 2.0',
      version,
      description: 'RFC 7643, RFC 7644 and RFC 9865, derived from the schemas in force.',
    },
    servers: [{ url: baseUrl }],
    security: [{ bearer: [] }],
    paths: { ...Object.assign({}, ...resourceTypes.map(resourcePaths)), ...servicePaths() },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      parameters: PARAMETERS,
      schemas: {
        ...Object.fromEntries(resourceTypes.flatMap((type) => resourceSchemas(type, byId))),
        ...messageSchemas(resourceTypes.map(({ name }) => name)),
      },
    },
  };
}

function resourceSchemas(
  type: ResourceTypeDocument,
  byId: ReadonlyMap<string, SchemaDocument>,
): [string, JsonObject][] {
  const core = byId.get(type.schema);
  const extensions = type.schemaExtensions.flatMap(({ schema }) => byId.get(schema) ?? []);
  const required = type.schemaExtensions
    .filter((extension) => extension.required)
    .map(({ schema }) => schema);
  const parts: JsonObject[] = [
    { $ref: '#/components/schemas/Resource' },
    ...(core === undefined ? [] : [schemaOf(core)]),
    {
      type: 'object',
      properties: Object.fromEntries(extensions.map((extension) => [extension.id, schemaOf(extension)])),
      ...(required.length === 0 ? {} : { required }),
    },
  ];
  const items = { type: 'array', items: { $ref: `#/components/schemas/${type.name}` } };
  return [
    [type.name, { title: type.name, description: type.description, allOf: parts }],
    [
      `${type.name}List`,
      {
        allOf: [{ $ref: '#/components/schemas/List' }, { type: 'object', properties: { Resources: items } }],
      },
    ],
  ];
}
