import type { Dialect } from './dialect.js';

/** RFC 7644 to the letter. */
export const generic: Dialect = {
  unquotedLiterals: false,
  ignoreUnknown: false,
  jsonTextInRoles: false,
  removeValueList: false,
  createOnReplaceWithoutMatch: false,
  emptyOperations: false,
  missingOpIsReplace: false,
  ignoreIdAndMeta: false,
  emptyStringClears: false,
};
