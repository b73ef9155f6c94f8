import { badRequest, ScimError } from '../../schema/scim-error.js';
import type { Json, JsonObject } from '../../schema/types.js';

export const BULK_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of a BulkRequest (RFC 7644 §3.7). */
export interface BulkOperation {
  method: BulkMethod;
  path: string;
  bulkId?: string;
  /** If-Match of this operation. */
  version?: string;
  data?: Json;
}

/** An operation that cannot be understood fails alone. */
export interface UnreadableOperation {
  unreadable: string;
  method: string;
  path?: string;
  bulkId?: string;
}

export interface BulkRequest {
  operations: (BulkOperation | UnreadableOperation)[];
  /** Undefined: every operation is tried. */
  failOnErrors?: number;
}

const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function readBulkRequest(body: JsonObject, maxOperations: number): BulkRequest {
  const fields = new Map(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  requireSchema(fields.get('schemas'));
  const operations = fields.get('operations');
  if (!Array.isArray(operations)) throw badRequest('invalidSyntax', '"Operations" is missing or no list.');
  if (operations.length > maxOperations) {
    throw new ScimError(
      413,
      undefined,
      `The request has ${operations.length} operations; at most ${maxOperations} are allowed.`,
    );
  }
  const request: BulkRequest = { operations: operations.map(readOperation) };
  refuseRepeatedBulkIds(request);
  const failOnErrors = fields.get('failonerrors') ?? null;
  if (failOnErrors === null) return request;
  if (typeof failOnErrors !== 'number' || !Number.isInteger(failOnErrors) || failOnErrors < 0) {
    throw badRequest('invalidSyntax', '"failOnErrors" is not a whole number.');
  }
  return failOnErrors === 0 ? request : { ...request, failOnErrors };
}

function requireSchema(schemas: Json | undefined): void {
  const named =
    Array.isArray(schemas) &&
    schemas.some(
      (item) => typeof item === 'string' && item.toLowerCase() === BULK_REQUEST_SCHEMA.toLowerCase(),
    );
  if (!named) throw badRequest('invalidSyntax', `"schemas" does not name ${BULK_REQUEST_SCHEMA}.`);
}

/** RFC 7644 §3.7: bulkId is unique within the request. */
function refuseRepeatedBulkIds(request: BulkRequest): void {
  const seen = new Set<string>();
  for (const { bulkId } of request.operations) {
    if (bulkId === undefined) continue;
    if (seen.has(bulkId))
      throw badRequest('invalidSyntax', `The bulkId "${bulkId.slice(0, 100)}" stands for two operations.`);
    seen.add(bulkId);
  }
}

function readOperation(value: Json): BulkOperation | UnreadableOperation {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { unreadable: 'The operation is not an object.', method: '' };
  const fields = new Map(Object.entries(value).map(([name, item]) => [name.toLowerCase(), item]));
  const method = text(fields.get('method'))?.toUpperCase() ?? '';
  const bulkId = text(fields.get('bulkid'));
  const known = bulkId === undefined ? {} : { bulkId };
  const path = text(fields.get('path'));
  const data = fields.get('data') ?? undefined;
  const problem = problemOf(method, path, bulkId, data);
  if (problem !== undefined)
    return { unreadable: problem, method, ...(path === undefined ? {} : { path }), ...known };
  const operation: BulkOperation = { method: method as BulkMethod, path: path!, ...known };
  if (data !== undefined) operation.data = data;
  const version = text(fields.get('version'));
  if (version !== undefined) operation.version = version;
  return operation;
}

function problemOf(
  method: string,
  path: string | undefined,
  bulkId: string | undefined,
  data: Json | undefined,
): string | undefined {
  if (!METHODS.has(method)) return '"method" is POST, PUT, PATCH or DELETE.';
  if (path === undefined || !path.startsWith('/')) return '"path" is missing or does not begin with "/".';
  if (method === 'POST' && bulkId === undefined) return 'A POST needs a "bulkId".';
  if (method !== 'DELETE' && data === undefined) return `A ${method} needs "data".`;
  return undefined;
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
