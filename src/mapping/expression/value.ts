import type { Json, JsonObject } from '../../schema/types.js';
import { EvaluationError } from './expression-problem.js';

/** One value of an attribute, as expressions see it. Dates are text in UTC, as in Entra. */
export type Scalar = null | string | number | boolean | JsonObject;
/** A value or the values of a multi-valued attribute. */
export type Value = Scalar | readonly Scalar[];

/** Nothing an expression makes may be longer: nested replacements could grow without end. */
export const LONGEST_TEXT = 100_000;
const MOST_VALUES = 10_000;

export function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** Every value of a list, the value itself, or nothing. */
export function listOf(value: Value): readonly Scalar[] {
  if (isList(value)) return value;
  return value === null ? [] : [value];
}

export function firstOf(value: Value): Scalar {
  return isList(value) ? (value[0] ?? null) : value;
}

/** Text of the first value as .NET writes it: `True`, `False`, numbers without grouping. */
export function textOf(value: Value): string | null {
  const scalar = firstOf(value);
  if (scalar === null) return null;
  if (typeof scalar === 'string') return scalar;
  if (typeof scalar === 'boolean') return scalar ? 'True' : 'False';
  if (typeof scalar === 'number') return String(scalar);
  const inner = scalar.value ?? scalar.display ?? null;
  return typeof inner === 'object' ? JSON.stringify(scalar) : textOf(inner);
}

export function isEmpty(value: Value): boolean {
  if (isList(value)) return value.every((one) => one === null || one === '');
  return value === null || value === '';
}

/** `True` and `False` in any case, and numbers, as booleans; undefined for other text. */
export function booleanOf(value: Value): boolean | undefined {
  const scalar = firstOf(value);
  if (typeof scalar === 'boolean') return scalar;
  if (typeof scalar === 'number') return scalar !== 0;
  const text = textOf(scalar)?.trim().toLowerCase();
  if (text === 'true') return true;
  if (text === 'false') return false;
  const number = text === undefined ? undefined : numberOf(text);
  return number === undefined ? undefined : number !== 0;
}

const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$/;

export function numberOf(value: Value): number | undefined {
  const scalar = firstOf(value);
  if (typeof scalar === 'number') return scalar;
  if (typeof scalar === 'boolean') return scalar ? 1 : 0;
  const text = textOf(scalar);
  return text !== null && NUMBER.test(text) ? Number(text) : undefined;
}

/** An argument that has to be a whole number. */
export function integerOf(value: Value, what: string): number {
  const number = numberOf(value);
  if (number === undefined || !Number.isSafeInteger(number)) {
    throw new EvaluationError(`${what} has to be a whole number, not ${quoted(value)}`);
  }
  return number;
}

export function bounded(value: Value): Value {
  if (typeof value === 'string' && value.length > LONGEST_TEXT) {
    throw new EvaluationError(`the result is longer than ${LONGEST_TEXT} characters`);
  }
  if (isList(value) && value.length > MOST_VALUES) {
    throw new EvaluationError(`the result has more than ${MOST_VALUES} values`);
  }
  return value;
}

/** A value in a message, cut to a readable length. */
export function quoted(value: Value): string {
  const text = textOf(value);
  if (text === null) return 'nothing';
  return text.length > 60 ? `"${text.slice(0, 60)}…"` : `"${text}"`;
}

export function fromJson(json: Json | undefined): Value {
  if (json === undefined) return null;
  return Array.isArray(json) ? json.flat().map((one) => one as Scalar) : json;
}
