import type { JsonObject, ResourceTypeDocument } from '../../../schema/types.js';

const MEDIA = 'application/scim+json';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const parameter = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });
const content = (schema: JsonObject): JsonObject => ({ [MEDIA]: { schema } });
const body = (schema: JsonObject): JsonObject => ({ required: true, content: content(schema) });

const FAILURE: JsonObject = {
  default: { description: 'An error (RFC 7644 §3.12).', content: content(ref('Error')) },
};
const PROJECTION = [parameter('attributes'), parameter('excludedAttributes')];
const LIST = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'].map(parameter);

interface Operation {
  id: string;
  tag: string;
  summary: string;
  parameters?: JsonObject[];
  request?: JsonObject;
  responses: JsonObject;
}

const operation = ({ id, tag, summary, parameters, request, responses }: Operation): JsonObject => ({
  operationId: id,
  tags: [tag],
  summary,
  ...(parameters === undefined ? {} : { parameters }),
  ...(request === undefined ? {} : { requestBody: body(request) }),
  responses: { ...responses, ...FAILURE },
});

const answer = (status: string, description: string, schema?: JsonObject): JsonObject => ({
  [status]: { description, ...(schema === undefined ? {} : { content: content(schema) }) },
});

/** The endpoints of one resource type (RFC 7644 §3.2). */
export function resourcePaths(type: ResourceTypeDocument): JsonObject {
  const { name, endpoint } = type;
  const list = answer('200', 'A page of results.', ref(`${name}List`));
  return {
    [endpoint]: {
      get: operation({
        id: `list${name}`,
        tag: name,
        summary: `Find resources of type ${name}`,
        parameters: [...LIST, ...PROJECTION],
        responses: list,
      }),
      post: operation({
        id: `create${name}`,
        tag: name,
        summary: `Create a resource of type ${name}`,
        parameters: PROJECTION,
        request: ref(name),
        responses: answer('201', 'Created.', ref(name)),
      }),
    },
    [`${endpoint}/.search`]: { post: search(name, list) },
    [`${endpoint}/{id}`]: { parameters: [parameter('id')], ...singlePaths(name, name) },
  };
}

/** GET, PUT, PATCH and DELETE of one resource; also of the one behind /Me. */
export function singlePaths(name: string, suffix: string): JsonObject {
  const found = answer('200', 'The resource.', ref(name));
  const conditions = [parameter('If-Match'), ...PROJECTION];
  return {
    get: operation({
      id: `get${suffix}`,
      tag: name,
      summary: 'Read',
      parameters: [parameter('If-None-Match'), ...PROJECTION],
      responses: { ...found, ...answer('304', 'Not changed.') },
    }),
    put: operation({
      id: `replace${suffix}`,
      tag: name,
      summary: 'Replace',
      parameters: conditions,
      request: ref(name),
      responses: found,
    }),
    patch: operation({
      id: `patch${suffix}`,
      tag: name,
      summary: 'Change parts',
      parameters: conditions,
      request: ref('PatchOp'),
      responses: { ...found, ...answer('204', 'Changed; nothing is returned.') },
    }),
    delete: operation({
      id: `delete${suffix}`,
      tag: name,
      summary: 'Delete',
      parameters: [parameter('If-Match')],
      responses: answer('204', 'Deleted.'),
    }),
  };
}

const search = (name: string, responses: JsonObject): JsonObject =>
  operation({
    id: `search${name}`,
    tag: name,
    summary: 'Find resources by a SearchRequest (RFC 7644 §3.4.3)',
    request: ref('SearchRequest'),
    responses,
  });

/** What does not belong to one resource type. */
export function servicePaths(): JsonObject {
  const anyList = answer('200', 'A page of results.', ref('List'));
  const discovery = (id: string, summary: string): JsonObject =>
    operation({ id, tag: 'Discovery', summary, responses: answer('200', summary, { type: 'object' }) });
  return {
    '/': {
      get: operation({
        id: 'list',
        tag: 'Search',
        summary: 'Find resources of every type',
        parameters: [...LIST, ...PROJECTION],
        responses: anyList,
      }),
    },
    '/.search': { post: search('All', anyList) },
    '/Bulk': {
      post: operation({
        id: 'bulk',
        tag: 'Bulk',
        summary: 'Several operations in one request (RFC 7644 §3.7)',
        request: ref('BulkRequest'),
        responses: answer('200', 'What became of each operation.', ref('BulkResponse')),
      }),
    },
    '/ServiceProviderConfig': { get: discovery('getServiceProviderConfig', 'What this service supports') },
    '/ResourceTypes': { get: discovery('listResourceTypes', 'Resource types') },
    '/ResourceTypes/{id}': {
      parameters: [parameter('id')],
      get: discovery('getResourceType', 'A resource type'),
    },
    '/Schemas': { get: discovery('listSchemas', 'Schemas') },
    '/Schemas/{id}': { parameters: [parameter('id')], get: discovery('getSchema', 'A schema') },
    '/Me': singlePaths('User', 'Me'),
  };
}
