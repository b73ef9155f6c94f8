import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../identity/model.js';
import { BASE_PATH, INBOUND_PATH } from './settings.js';

/** What the guard of the gateway leaves on a request, and what `configureScimHttp` adds. */
export type ScimRequest = FastifyRequest & { user?: Caller; correlationId?: string };

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Base of every `Location` and `$ref`. A Host header that is no host name is never echoed; `X-Forwarded-*` counts only
 * where the administrator made Fastify trust the proxy, which `request.protocol` and `request.host` take into account.
 */
export function baseUrlOf(request: FastifyRequest, settings: { publicUrl?: string }): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl.replace(/\/+$/, '') + BASE_PATH;
  const host = HOST.test(request.host) ? request.host : 'localhost';
  return `${request.protocol}://${host}${BASE_PATH}`;
}

export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Whether a request speaks SCIM, so that its failures are SCIM errors too. */
export function isScim(url: string): boolean {
  const path = pathOf(url);
  return [BASE_PATH, INBOUND_PATH].some((base) => path === base || path.startsWith(`${base}/`));
}
