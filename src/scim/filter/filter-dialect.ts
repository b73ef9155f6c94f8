/** How filters of a client may deviate; each switch is named and sourced in `scim/clients`. */
export interface FilterDialect {
  /** `externalId eq jyoung`: a bare word stands for a string. */
  readonly unquotedLiterals: boolean;
  /** An unknown attribute compares as constant false instead of 400 invalidFilter. */
  readonly ignoreUnknown: boolean;
}
