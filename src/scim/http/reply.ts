import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

/** RFC 7644 §3.1. Without charset: JSON is UTF-8, and some clients compare the whole value. */
export const SCIM_MEDIA_TYPE = 'application/scim+json';

/** As bytes, because Fastify adds a charset to the media type of a text. */
export const encoded = (body: object): Buffer => Buffer.from(JSON.stringify(body));

/** An answer before HTTP: what the controllers return and Bulk packs into its response. */
export interface ScimReply {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

/** Writes a ScimReply. */
@Injectable()
export class ScimReplyInterceptor implements NestInterceptor<ScimReply, Buffer | undefined> {
  intercept(context: ExecutionContext, next: CallHandler<ScimReply>): Observable<Buffer | undefined> {
    const response = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((reply) => write(response, reply)));
  }
}

function write(response: FastifyReply, reply: ScimReply): Buffer | undefined {
  void response.status(reply.status);
  if (reply.body !== undefined) void response.header('content-type', SCIM_MEDIA_TYPE);
  for (const [name, value] of Object.entries(reply.headers ?? {})) void response.header(name, value);
  if (reply.body === undefined) return undefined;
  return encoded(reply.body);
}
