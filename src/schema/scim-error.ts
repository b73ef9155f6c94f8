/** RFC 7644 §3.12 table 9, and RFC 9865 §2.4 for cursors. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/** What is wrong with a request, in the words of RFC 7644 §3.12. */
export class ScimError extends Error {
  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    /** For the client: what, where, how to mend. Never a secret value. */
    readonly detail: string,
    cause?: unknown,
  ) {
    super(detail, { cause });
    this.name = 'ScimError';
  }
}

export const badRequest = (scimType: ScimType, detail: string): ScimError =>
  new ScimError(400, scimType, detail);
