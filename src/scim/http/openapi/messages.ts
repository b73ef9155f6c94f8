import type { JsonObject } from '../../../schema/types.js';

const STRING: JsonObject = { type: 'string' };
const STRINGS: JsonObject = { type: 'array', items: STRING };
const INTEGER: JsonObject = { type: 'integer' };

const object = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});

const inQuery = (name: string, schema: JsonObject, description: string): JsonObject => ({
  name,
  in: 'query',
  schema,
  description,
});
const inHeader = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  schema: STRING,
  description,
});

export const PARAMETERS: JsonObject = {
  id: { name: 'id', in: 'path', required: true, schema: STRING, description: 'The id of the resource.' },
  filter: inQuery('filter', STRING, 'RFC 7644 §3.4.2.2, for example userName eq "nora@contoso.example".'),
  sortBy: inQuery('sortBy', STRING, 'Attribute to sort by; not with a cursor.'),
  sortOrder: inQuery(
    'sortOrder',
    { type: 'string', enum: ['ascending', 'descending'] },
    'Direction of sortBy.',
  ),
  startIndex: inQuery('startIndex', { type: 'integer', minimum: 1 }, 'First result, counted from 1.'),
  count: inQuery('count', { type: 'integer', minimum: 0 }, 'Results per page.'),
  cursor: inQuery(
    'cursor',
    STRING,
    'RFC 9865: empty for the first page, then nextCursor of the page before.',
  ),
  attributes: inQuery('attributes', STRING, 'Attributes to return, separated by commas.'),
  excludedAttributes: inQuery('excludedAttributes', STRING, 'Attributes to leave out, separated by commas.'),
  'If-Match': inHeader('If-Match', 'Only if the version is still this one.'),
  'If-None-Match': inHeader('If-None-Match', 'Only if the version is another one.'),
};

const META = object({
  resourceType: STRING,
  created: { type: 'string', format: 'date-time' },
  lastModified: { type: 'string', format: 'date-time' },
  location: { type: 'string', format: 'uri' },
  version: STRING,
});

/** RFC 7644's messages. `types` are the names of the resource types, which a search over all of them can return. */
export function messageSchemas(types: readonly string[]): JsonObject {
  return {
    Resource: object(
      {
        schemas: STRINGS,
        id: { ...STRING, readOnly: true },
        externalId: STRING,
        meta: { ...META, readOnly: true },
      },
      ['schemas'],
    ),
    List: object(
      {
        schemas: STRINGS,
        totalResults: INTEGER,
        startIndex: INTEGER,
        itemsPerPage: INTEGER,
        nextCursor: STRING,
        Resources: {
          type: 'array',
          items: { anyOf: types.map((name) => ({ $ref: `#/components/schemas/${name}` })) },
        },
      },
      ['schemas', 'totalResults'],
    ),
    Error: object({ schemas: STRINGS, status: STRING, scimType: STRING, detail: STRING }, [
      'schemas',
      'status',
    ]),
    PatchOp: object({ schemas: STRINGS, Operations: { type: 'array', items: PATCH_OPERATION } }, [
      'schemas',
      'Operations',
    ]),
    SearchRequest: object({
      schemas: STRINGS,
      filter: STRING,
      sortBy: STRING,
      sortOrder: STRING,
      startIndex: INTEGER,
      count: INTEGER,
      cursor: STRING,
      attributes: STRINGS,
      excludedAttributes: STRINGS,
    }),
    BulkRequest: object(
      { schemas: STRINGS, failOnErrors: INTEGER, Operations: { type: 'array', items: BULK_OPERATION } },
      ['schemas', 'Operations'],
    ),
    BulkResponse: object({ schemas: STRINGS, Operations: { type: 'array', items: BULK_RESULT } }, [
      'schemas',
      'Operations',
    ]),
  };
}

const PATCH_OPERATION = object(
  { op: { type: 'string', enum: ['add', 'remove', 'replace'] }, path: STRING, value: {} },
  ['op'],
);
const BULK_OPERATION = object(
  {
    method: { type: 'string', enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
    path: STRING,
    bulkId: STRING,
    version: STRING,
    data: {},
  },
  ['method', 'path'],
);
const BULK_RESULT = object(
  {
    method: STRING,
    bulkId: STRING,
    location: STRING,
    version: STRING,
    status: STRING,
    response: { type: 'object' },
  },
  ['method', 'status'],
);
