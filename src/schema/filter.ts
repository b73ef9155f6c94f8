/**
 * A filter (RFC 7644 §3.4.2.2) whose names were already found in the schema.
 * Parsed by `scim/filter`, evaluated in memory there, compiled to SQL by `store`.
 */
import type { AttributeDefinition } from './types.js';

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** An attribute as a filter names it, found in the schema. */
export interface AttributeReference {
  /** URN of the extension that owns the attribute; absent for the core schema and the common attributes (id, externalId, meta, schemas). */
  extension?: string;
  attribute: AttributeDefinition;
  /** Present when a sub-attribute is meant, also where the filter left the default `value` unsaid. */
  subAttribute?: AttributeDefinition;
}

/** The operand, already of the attribute's kind: dateTime as milliseconds since 1970 (fractions kept), numbers as numbers. Strings as written: folding is done by `foldFor`. */
export type Operand = string | number | boolean | null;

export type ResolvedFilter =
  | { kind: 'and' | 'or'; operands: ResolvedFilter[] }
  | { kind: 'not'; operand: ResolvedFilter }
  | { kind: 'present'; path: AttributeReference }
  | { kind: 'compare'; path: AttributeReference; operator: CompareOperator; operand: Operand }
  /** `emails[type eq "work" and value co "@"]`: one and the same value satisfies the whole expression; inside, paths name sub-attributes. */
  | { kind: 'valuePath'; path: AttributeReference; filter: ResolvedFilter }
  /** Known before any resource is read, e.g. an unknown attribute for a lenient client. */
  | { kind: 'constant'; value: boolean };
