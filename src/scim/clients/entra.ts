import type { Dialect } from './dialect.js';
import { generic } from './generic.js';

/** What Microsoft Entra ID sends beyond the RFC. */
export const entra: Dialect = {
  ...generic,
  /** `filter=externalId eq jyoung`: samples of Microsoft's SCIM tutorial ("use-scim-to-provision-users-and-groups"). */
  unquotedLiterals: true,
  /**
   * Groups are created with a second, private schema URI; extension objects come without their URN in `schemas`, and
   * with a mistyped one ("customize-application-attributes", SCIM tutorial; validator: unknown attribute answers 200).
   */
  ignoreUnknown: true,
  /** AppRoleAssignmentsComplex without `?aadOptscim062020`: `roles` with JSON text in `value` ("customize-application-attributes"). */
  jsonTextInRoles: true,
  /** `{"op":"Remove","path":"members","value":[{"value":"…"}]}` without `?aadOptscim062020` ("application-provisioning-config-problem-scim-compatibility"). */
  removeValueList: true,
  /** `{"op":"Replace","path":"emails[type eq \"work\"].value",…}` for a user without such an address (same page; SCIM validator). */
  createOnReplaceWithoutMatch: true,
  /** The SCIM validator sends an empty list of operations when nothing differs. */
  emptyOperations: true,
  /** Seen with older jobs: an operation without `op` (SCIMReferenceCode, issue threads). */
  missingOpIsReplace: true,
  /** Group updates repeat the id in the value (SCIM tutorial, "Update Group"). */
  ignoreIdAndMeta: true,
  /** Clearing an attribute arrives as `""`, since nulls are never sent ("clear-attribute-values"; gallery suite, Null_Update). */
  emptyStringClears: true,
};
