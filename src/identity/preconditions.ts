import { IdentityError } from './identity.errors.js';
import type { Preconditions } from './model.js';

/** RFC 7644 §3.14, RFC 9110 §13: `etag` is the resource's as it is now. */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, etag: string): void {
  if (ifMatch !== undefined && ifMatch !== 'any' && !ifMatch.includes(etag)) {
    throw new IdentityError(
      'versionMismatch',
      'The resource was changed since it was read (If-Match does not hold). Read it again and repeat.',
    );
  }
  if (ifNoneMatch === 'any' || ifNoneMatch?.includes(etag)) {
    throw new IdentityError('versionMismatch', 'The resource is at a version that If-None-Match excludes.');
  }
}
