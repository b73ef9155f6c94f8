import type { Dialect } from './dialect.js';
import { generic } from './generic.js';

/** Okta follows the RFC but for what is listed here. */
export const okta: Dialect = {
  ...generic,
  /** "Update a specific group name" sends `{"op":"replace","value":{"id":"…","displayName":"…"}}`: Okta's SCIM 2.0 guide. */
  ignoreIdAndMeta: true,
  /** PUT repeats what GET gave, also attributes of the app's own profile: Okta's SCIM 2.0 guide, "Update a specific user". */
  ignoreUnknown: true,
};
