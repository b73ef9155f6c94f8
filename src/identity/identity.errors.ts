/** What can be wrong with a change, in the domain's words; `scim/http` turns them into RFC 7644 errors. */
export type IdentityErrorCode =
  | 'notFound'
  | 'notUnique'
  | 'versionMismatch'
  | 'notModified'
  | 'invalidValue'
  | 'mutability'
  | 'tooMany'
  | 'invalidCursor'
  | 'expiredCursor'
  /** The deciding target refused; the store is as it was. */
  | 'refusedByTarget'
  /** The deciding target is unavailable and the target file says `whenUnavailable: reject`. */
  | 'targetUnavailable';

export class IdentityError extends Error {
  constructor(
    readonly code: IdentityErrorCode,
    /** For the client: what, where, how to mend. */
    readonly detail: string,
    readonly extra: { attribute?: string; scimType?: string; retryAfterSeconds?: number } = {},
    cause?: unknown,
  ) {
    super(detail, { cause });
    this.name = 'IdentityError';
  }
}

/** The store failed, and not because of what was asked of it. */
export abstract class StoreFailure extends Error {
  /** It does not answer, or has no room: the same request may succeed later. */
  abstract readonly passing: boolean;
}
