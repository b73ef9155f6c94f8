import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** In order of preference; `client-request-id` is what Microsoft's services send. */
const HEADERS = ['x-correlation-id', 'request-id', 'x-request-id', 'client-request-id'] as const;
/** Narrow enough that a client cannot write a line of its own into a log. */
const ACCEPTABLE = /^[A-Za-z0-9._:-]{1,128}$/;

/** The id under which a request is found in log and provisioning log: the client's own where it is harmless, else a new one. */
export function correlationIdOf(headers: IncomingHttpHeaders): string {
  for (const header of HEADERS) {
    const value = headers[header];
    if (typeof value === 'string' && ACCEPTABLE.test(value)) return value;
  }
  return randomUUID();
}
