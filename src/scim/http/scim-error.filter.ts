import { type ArgumentsHost, Catch, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { StoreFailure } from '../../identity/identity.errors.js';
import { errorDocument, type HttpFailure } from './error-document.js';
import { failureOf } from './failure.js';
import { encoded, SCIM_MEDIA_TYPE } from './reply.js';
import { isScim, type ScimRequest } from './request.js';

/** Every failure below the SCIM base path leaves as RFC 7644 §3.12 says; elsewhere Nest's own form stays. */
@Catch()
export class ScimErrorFilter extends BaseExceptionFilter {
  private readonly logger = new Logger('SCIM');

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ScimRequest>();
    if (!isScim(request.url)) return super.catch(error, host);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof StoreFailure)
      this.logger.error(`Request ${request.correlationId}: ${error.message}`);
    if (reply.sent) return this.logger.error(`After the answer was sent: ${stackOf(error)}`);
    this.answer(reply, failureOf(error) ?? this.unexpected(error, request));
  }

  private answer(reply: FastifyReply, failure: HttpFailure): void {
    for (const [name, value] of Object.entries(failure.headers ?? {})) void reply.header(name, value);
    if (failure.status === 401 && !reply.hasHeader('www-authenticate'))
      void reply.header('www-authenticate', 'Bearer realm="scim"');
    void reply.status(failure.status);
    if (failure.status === 304) return void reply.send();
    void reply.header('content-type', SCIM_MEDIA_TYPE).send(encoded(errorDocument(failure)));
  }

  private unexpected(error: unknown, request: ScimRequest): HttpFailure {
    return unexpectedFailure(this.logger, error, request.correlationId);
  }
}

/** The stack goes to the log only; the client gets the id under which it is found there. */
export function unexpectedFailure(
  logger: Logger,
  error: unknown,
  correlationId: string | undefined,
): HttpFailure {
  const id = correlationId ?? 'unknown';
  logger.error(`Request ${id} failed: ${stackOf(error)}`);
  return { status: 500, detail: `The gateway failed; its log says more under the correlation id ${id}.` };
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
