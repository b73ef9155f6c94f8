import { Controller, HttpCode, Inject, Logger, Post, Req, UseInterceptors } from '@nestjs/common';
import type { ResourceType } from '../../schema/resource-type.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { badRequest, ScimError } from '../../schema/scim-error.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { BULK_RESPONSE_SCHEMA, type BulkOperation, readBulkRequest } from '../bulk/bulk-request.js';
import { type BulkExecutor, type OperationOutcome, type OperationResult, runBulk } from '../bulk/run-bulk.js';
import { preconditionsOf } from './entity-tag.js';
import { errorDocument, type HttpFailure } from './error-document.js';
import { failureOf } from './failure.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import type { ScimRequest } from './request.js';
import { type RequestContext, RequestReader } from './request-reader.js';
import { ResourceRequests } from './resource-requests.js';
import { unexpectedFailure } from './scim-error.filter.js';
import { BASE_PATH, SCIM_SETTINGS, type ScimSettings } from './settings.js';

/** RFC 7644 §3.7. Operations are stored one by one and delivered afterwards: nobody waits for a target (`mode: bulk`). */
@Controller(`${BASE_PATH}/Bulk`)
@UseInterceptors(ScimReplyInterceptor)
export class BulkController {
  private readonly logger = new Logger('SCIM');

  constructor(
    private readonly registry: SchemaRegistry,
    private readonly reader: RequestReader,
    private readonly requests: ResourceRequests,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  @Post()
  @HttpCode(200)
  async bulk(@Req() request: ScimRequest): Promise<ScimReply> {
    const context = this.reader.context(request);
    const bulk = readBulkRequest(this.reader.body(request), this.settings.maxBulkOperations);
    const results = await runBulk(
      bulk,
      this.executor({ ...context, parameters: {}, caller: { ...context.caller, mode: 'bulk' } }),
    );
    return { status: 200, body: { schemas: [BULK_RESPONSE_SCHEMA], Operations: results.map(operationBody) } };
  }

  private executor(context: RequestContext): BulkExecutor {
    return {
      execute: async (operation) => {
        try {
          const { type, id } = this.targetOf(operation);
          return outcomeOf(await this.perform(operation, type, id, context), type, id, context);
        } catch (error) {
          const failure =
            failureOf(error) ?? unexpectedFailure(this.logger, error, context.caller.correlationId);
          return { ...failed(failure), ...placeOf(operation, context) };
        }
      },
      fail: (status, scimType, detail, of) => ({
        ...failed({ status, detail, ...(scimType === undefined ? {} : { scimType }) }),
        ...(of === undefined ? {} : placeOf(of, context)),
      }),
    };
  }

  private targetOf({ method, path }: BulkOperation): { type: ResourceType; id: string } {
    const [endpoint, id, rest] = path.slice(1).split('/');
    const type = this.registry.byEndpoint(endpoint ?? '');
    if (type === undefined || rest !== undefined)
      throw new ScimError(404, undefined, `There is no endpoint ${path.slice(0, 200)}.`);
    if ((method === 'POST') !== (id === undefined || id === ''))
      throw badRequest('invalidPath', `${method} does not go to ${path.slice(0, 200)}.`);
    return { type, id: id ?? '' };
  }

  /** No resource comes back (§3.7 leaves `response` out of successes), so none is loaded: `location` and `version` are enough. */
  private perform(
    operation: BulkOperation,
    type: ResourceType,
    id: string,
    context: RequestContext,
  ): Promise<ScimReply> {
    const conditional = { ...context, preconditions: preconditionsOf(operation.version, undefined) };
    const silent = { ...conditional, parameters: { attributes: 'id' } };
    switch (operation.method) {
      case 'POST':
        return this.requests.create(type, objectOf(operation.data), silent);
      case 'PUT':
        return this.requests.replace(type, id, objectOf(operation.data), silent);
      case 'PATCH':
        return this.requests.patch(type, id, patchOf(operation.data), conditional);
      case 'DELETE':
        return this.requests.remove(type, id, conditional);
    }
  }
}

/** RFC 7644 §3.7 shows a bare list of operations, erratum 5050 makes it a PatchOp: both are taken. */
function patchOf(data: Json | undefined): JsonObject {
  if (Array.isArray(data))
    return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: data };
  return objectOf(data);
}

function objectOf(data: Json | undefined): JsonObject {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw badRequest('invalidSyntax', '"data" is not an object.');
  return data;
}

function outcomeOf(
  reply: ScimReply,
  type: ResourceType,
  id: string,
  { baseUrl }: RequestContext,
): OperationOutcome {
  const location = reply.headers?.['location'] ?? `${baseUrl}${type.endpoint}/${id}`;
  const version = reply.headers?.['etag'];
  return {
    status: reply.status,
    location,
    id: location.slice(location.lastIndexOf('/') + 1),
    ...(version === undefined ? {} : { version }),
  };
}

const failed = (failure: HttpFailure): OperationOutcome => ({
  status: failure.status,
  response: errorDocument(failure),
});

function operationBody({ method, bulkId, location, version, status, response }: OperationResult): object {
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    ...(location === undefined ? {} : { location }),
    status: String(status),
    ...(response === undefined ? {} : { response }),
  };
}

/** A failed POST has made nothing that could be somewhere (RFC 7644 §3.7); a path with a bulkId is no place yet. */
function placeOf({ method, path }: { method: string; path?: string }, { baseUrl }: RequestContext) {
  const isPlace = ['PUT', 'PATCH', 'DELETE'].includes(method) && /^\/(?!.*bulkId:)/i.test(path ?? '');
  return isPlace ? { location: baseUrl + path } : {};
}
