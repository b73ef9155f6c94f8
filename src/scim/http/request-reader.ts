import { HttpException, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, Preconditions } from '../../identity/model.js';
import { badRequest } from '../../schema/scim-error.js';
import type { JsonObject } from '../../schema/types.js';
import { dialectFor, type Dialect } from '../clients/dialect.js';
import { preconditionsOf } from './entity-tag.js';
import { type ListParameters, queryParameters } from './list-parameters.js';
import { baseUrlOf, type ScimRequest } from './request.js';
import { SCIM_SETTINGS, type ScimSettings } from './settings.js';
import { parseStrictJson } from './strict-json.js';

/** Everything about a request but its method, path and body. */
export interface RequestContext {
  caller: Caller;
  dialect: Dialect;
  baseUrl: string;
  parameters: ListParameters;
  preconditions: Preconditions;
}

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)"?/i;

/** Reads what a controller needs from Fastify's request. */
@Injectable()
export class RequestReader {
  constructor(@Inject(SCIM_SETTINGS) private readonly settings: ScimSettings) {}

  context(request: ScimRequest): RequestContext {
    if (request.user === undefined)
      throw new UnauthorizedException('No caller: the request is not authenticated.');
    const { headers } = request;
    return {
      caller: { ...request.user, correlationId: request.correlationId ?? request.user.correlationId },
      dialect: dialectFor(request.user.client),
      baseUrl: baseUrlOf(request, this.settings),
      parameters: queryParameters(request.url),
      preconditions: preconditionsOf(headers['if-match'], headers['if-none-match']),
    };
  }

  /** The body as a JSON object. It is parsed here, after the guard, so that a stranger's JSON is never looked at. */
  body(request: FastifyRequest): JsonObject {
    refuseOtherEncodings(request);
    const raw = request.body;
    if (raw === undefined || raw === null) throw badRequest('invalidSyntax', 'The request has no body.');
    if (!Buffer.isBuffer(raw))
      throw new HttpException(
        'The content type of a request is application/scim+json or application/json.',
        415,
      );
    if (raw.length === 0) throw badRequest('invalidSyntax', 'The request has no body.');
    const body = parseStrictJson(raw, { maxDepth: this.settings.maxJsonDepth });
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw badRequest('invalidSyntax', 'The request body is not a JSON object.');
    return body;
  }
}

function refuseOtherEncodings({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new HttpException(`Content-Encoding ${encoding} is not supported.`, 415);
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new HttpException(`The charset ${charset} is not supported; use UTF-8.`, 415);
}
