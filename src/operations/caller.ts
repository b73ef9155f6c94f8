import type { Caller } from '../identity/model.js';

/** Who calls; put on the request by the guard. */
export function callerOf(request: unknown): Caller {
  return (request as { user: Caller }).user;
}
