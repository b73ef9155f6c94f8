import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Socket } from 'node:net';
import { HttpException } from '@nestjs/common';
import { ScimError } from '../../schema/scim-error.js';
import { correlationIdOf } from './correlation.js';
import { errorDocument, type HttpFailure } from './error-document.js';
import { isScim, type ScimRequest } from './request.js';
import { encoded, SCIM_MEDIA_TYPE } from './reply.js';
import type { ScimSettings } from './settings.js';
import { parseStrictJson } from './strict-json.js';

/** Time for a whole request to arrive: a client that sends a byte now and then holds no connection for ever. */
const SLOWEST_REQUEST_MS = 120_000;

/** Fastify's own limits, for `new FastifyAdapter(scimFastifyOptions(settings))`: what is wrong before a route is found is answered as SCIM errors too. */
export function scimFastifyOptions(settings: ScimSettings): FastifyServerOptions {
  return {
    bodyLimit: settings.maxBodyBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    return503OnClosing: false,
    requestTimeout: SLOWEST_REQUEST_MS,
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const failure = frameworkFailure(error);
      void reply
        .code(failure.status)
        .header('content-type', SCIM_MEDIA_TYPE)
        .send(encoded(errorDocument(failure)));
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
  };
}

function frameworkFailure(error: { statusCode?: number; code: string }): HttpFailure {
  if (error.code === 'FST_ERR_BAD_URL')
    return { status: 400, scimType: 'invalidPath', detail: 'The path is not percent-encoded UTF-8.' };
  return { status: error.statusCode ?? 400, detail: 'The path cannot be understood.' };
}

/** Not HTTP at all, or headers beyond Node's limit: there is no request object yet. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = tooLarge ? 431 : timedOut ? 408 : 400;
  const reason = tooLarge ? 'Request Header Fields Too Large' : timedOut ? 'Request Timeout' : 'Bad Request';
  const detail = tooLarge ? 'URL and headers are too long: use POST /.search.' : `${reason}.`;
  const body = JSON.stringify(errorDocument({ status, detail }));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    `Content-Type: ${SCIM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Prepares the HTTP server; call it before `app.init()` or `app.listen()`. Below the SCIM base path a body stays as it came
 * until the guard has let the caller in; elsewhere JSON is parsed at once, as strictly.
 */
export function configureScimHttp(app: NestFastifyApplication, settings: ScimSettings): void {
  const parse = (
    request: FastifyRequest,
    body: Buffer,
    done: (error: Error | null, body?: unknown) => void,
  ): void => {
    if (isScim(request.url)) return done(null, body);
    try {
      done(null, body.length === 0 ? undefined : parseStrictJson(body, { maxDepth: settings.maxJsonDepth }));
    } catch (error) {
      done(error instanceof ScimError ? new HttpException(error.detail, error.status) : (error as Error));
    }
  };
  app.useBodyParser(
    ['application/scim+json', 'application/json'],
    { bodyLimit: settings.maxBodyBytes },
    parse,
  );
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request: ScimRequest, reply: FastifyReply, done: () => void) => {
    const correlationId = correlationIdOf(request.headers);
    request.correlationId = correlationId;
    void reply.header('x-correlation-id', correlationId);
    void reply.header('request-id', correlationId);
    void reply.header('x-content-type-options', 'nosniff');
    done();
  });
}
