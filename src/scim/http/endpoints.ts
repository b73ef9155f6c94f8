import type { FastifyRequest } from 'fastify';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import { BASE_PATH } from './settings.js';
import { pathOf } from './request.js';

const READ_ONLY: ReadonlySet<string> = new Set([
  'ServiceProviderConfig',
  'ResourceTypes',
  'Schemas',
  'openapi.json',
]);

/** Methods of a path, undefined for a path that this service does not have. */
function methodsOf(url: string, registry: SchemaRegistry): string[] | undefined {
  const [first, second, third] = pathOf(url)
    .slice(BASE_PATH.length)
    .split('/')
    .filter((segment) => segment !== '');
  if (third !== undefined) return undefined;
  if (first === undefined) return ['GET'];
  if (READ_ONLY.has(first)) return ['GET'];
  if (first === 'Me') return second === undefined ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : undefined;
  if (first === 'Bulk' || first === '.search') return second === undefined ? ['POST'] : undefined;
  if (registry.byEndpoint(first) === undefined) return undefined;
  if (second === undefined) return ['GET', 'POST'];
  return second === '.search' ? ['POST'] : ['GET', 'PUT', 'PATCH', 'DELETE'];
}

/** A path or method that this service does not have. */
export class EndpointError extends Error {
  constructor(
    readonly status: 404 | 405,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'EndpointError';
  }
}

/** 405 with the methods that the path has, or 404. */
export function unknownEndpoint(request: FastifyRequest, registry: SchemaRegistry): EndpointError {
  const methods = methodsOf(request.url, registry);
  if (methods === undefined || methods.includes(request.method))
    return new EndpointError(404, 'There is no such endpoint.');
  const allow = (methods.includes('GET') ? ['HEAD', ...methods] : methods).join(', ');
  return new EndpointError(405, `This endpoint knows ${allow} only.`, { allow });
}
