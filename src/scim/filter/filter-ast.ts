import type { CompareOperator } from '../../schema/filter.js';

/** An attribute as the text names it; found in the schema by `resolveFilter`. */
export interface NamedPath {
  text: string;
  /** Where it stands, from 1. */
  position: number;
}

export type Literal =
  | { kind: 'string'; value: string }
  /** `text` is the number as written: a lenient client means `employeeNumber eq 701984` as a string. */
  | { kind: 'number'; value: number; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  /** A bare word of a lenient client: `eq jyoung`. */
  | { kind: 'word'; value: string };

/** What is asked of one attribute. */
export type Test =
  { kind: 'present' } | { kind: 'compare'; operator: CompareOperator; literal: Literal; position: number };

/** RFC 7644 §3.4.2.2, grouping resolved: `or` holds `and`, `and` holds the rest. */
export type Filter =
  | { kind: 'and' | 'or'; operands: Filter[] }
  | { kind: 'not'; operand: Filter }
  | { kind: 'test'; path: NamedPath; test: Test }
  /** `then` is Entra's `emails[type eq "work"].value eq "x"`: a test of a sub-attribute of the same value. */
  | { kind: 'valuePath'; path: NamedPath; filter: Filter; then?: { sub: string; test: Test } };
