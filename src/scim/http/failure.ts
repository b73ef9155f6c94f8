import { HttpException } from '@nestjs/common';
import { IdentityError, StoreFailure, type IdentityErrorCode } from '../../identity/identity.errors.js';
import { ScimError } from '../../schema/scim-error.js';
import { EndpointError } from './endpoints.js';
import type { HttpFailure } from './error-document.js';

const IDENTITY: Readonly<Record<IdentityErrorCode, { status: number; scimType?: string }>> = {
  notFound: { status: 404 },
  notUnique: { status: 409, scimType: 'uniqueness' },
  versionMismatch: { status: 412 },
  notModified: { status: 304 },
  invalidValue: { status: 400, scimType: 'invalidValue' },
  mutability: { status: 400, scimType: 'mutability' },
  tooMany: { status: 400, scimType: 'tooMany' },
  invalidCursor: { status: 400, scimType: 'invalidCursor' },
  expiredCursor: { status: 400, scimType: 'expiredCursor' },
  refusedByTarget: { status: 400, scimType: 'invalidValue' },
  targetUnavailable: { status: 503 },
};

/** A failure as the client is to see it (RFC 7644 §3.12, RFC 9865 §2.1); undefined: nobody foresaw it, and its text is not for the client. */
export function failureOf(error: unknown): HttpFailure | undefined {
  if (error instanceof ScimError)
    return { status: error.status, ...typed(error.scimType), detail: error.detail };
  if (error instanceof IdentityError) return identityFailure(error);
  if (error instanceof StoreFailure && error.passing) return storeFailure();
  if (error instanceof EndpointError)
    return { status: error.status, detail: error.message, headers: error.headers };
  if (error instanceof HttpException)
    return error.getStatus() < 500 || error.getStatus() === 503 ? nestFailure(error) : undefined;
  return frameworkFailure(error);
}

/**
 * A refusal of the target is a 400 or, where another account has the value, a 409: never 401 or 403, which clients take for
 * a fault of their credentials and stop the whole job (Microsoft: "Application provisioning in quarantine status").
 */
function identityFailure(error: IdentityError): HttpFailure {
  const { status, scimType } = IDENTITY[error.code];
  const failure: HttpFailure = { status, ...typed(scimType), detail: error.detail };
  if (
    (error.code === 'refusedByTarget' || error.code === 'invalidValue') &&
    error.extra.scimType !== undefined
  ) {
    failure.scimType = error.extra.scimType;
    if (error.extra.scimType === 'uniqueness') failure.status = 409;
  }
  if (error.code === 'targetUnavailable')
    failure.headers = { 'retry-after': String(error.extra.retryAfterSeconds ?? 30) };
  return failure;
}

/** The commit itself may have been carried out: the client is to ask again, and finds it done. */
const storeFailure = (): HttpFailure => ({
  status: 503,
  detail: 'The store of the gateway does not answer at present, or has no room. Repeat the request later.',
  headers: { 'retry-after': '10' },
});

/** Nest wraps what Fastify refuses, and keeps the code of it in the cause only. */
function nestFailure(error: HttpException): HttpFailure {
  const refused = frameworkFailure(error.cause);
  if (refused) return refused;
  const response = error.getResponse();
  const detail =
    typeof response === 'object' && 'detail' in response && typeof response.detail === 'string'
      ? response.detail
      : error.message;
  return { status: error.getStatus(), detail };
}

const FRAMEWORK: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE:
    'The request body is larger than this service takes (see bulk.maxPayloadSize in /ServiceProviderConfig).',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The content type of a request is application/scim+json or application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The request body has another length than Content-Length says.',
};

/** What Fastify refuses before a handler is called. */
function frameworkFailure(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { status: statusCode, detail: FRAMEWORK[code] ?? 'The request cannot be read.' };
}

const typed = (scimType: string | undefined): { scimType?: string } =>
  scimType === undefined ? {} : { scimType };
