import type { ValidationDialect } from '../../schema/validate/validation-dialect.js';
import type { FilterDialect } from '../filter/filter-dialect.js';

/** How PATCH requests of a client may deviate; each switch is named and sourced in `scim/clients`. */
export interface PatchDialect extends ValidationDialect, FilterDialect {
  /** `remove` of a multi-valued attribute with a value list takes away those values only. */
  readonly removeValueList: boolean;
  /** `replace` by a value path that matches nothing creates the value from the `eq` terms, as `add` does. */
  readonly createOnReplaceWithoutMatch: boolean;
  readonly emptyOperations: boolean;
  readonly missingOpIsReplace: boolean;
  /** Writes to id and meta do nothing instead of being refused. */
  readonly ignoreIdAndMeta: boolean;
  /** The empty string takes the value away; by the RFC it is a value. */
  readonly emptyStringClears: boolean;
}
