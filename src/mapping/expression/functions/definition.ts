import type { MappedResource } from '../../path/resource-path.js';
import { EvaluationError } from '../expression-problem.js';
import type { Node } from '../parser.js';
import { isList, textOf, type Scalar, type Value } from '../value.js';

/** What an expression sees while it is evaluated. */
export interface EvaluationContext {
  resource: MappedResource;
  now: Date;
}

export type Evaluate = (context: EvaluationContext) => Value;

/** What the target's configuration contributes. */
export interface ExpressionSettings {
  /** Answer of `DefaultDomain()`. */
  defaultDomain?: string;
  /** Text for the macro `%DomainFQDN%`; the default domain where it is not given. */
  domainFqdn?: string;
}

/** One argument at compile time. An argument that was left empty evaluates to null. */
export interface Argument {
  node?: Node;
  /** Present when the argument is written out: text, number or word. */
  constant?: Value;
  evaluate: Evaluate;
}

interface Signature {
  name: string;
  /** Least and greatest number of arguments, empty ones included. */
  arity: readonly [number, number];
  /** Positions (from 0) that may be left empty. */
  blank?: readonly number[];
  /** How it is written, for messages and documentation. */
  usage: string;
  /** Two evaluations give two values. */
  volatile?: boolean;
  /** The result depends on when it is evaluated. */
  timeDependent?: boolean;
  /** The value is not to be shown. */
  secret?: boolean;
}

/** Arguments are evaluated before the call. */
export interface EagerFunction extends Signature {
  call(args: readonly Value[], context: EvaluationContext): Value;
}

/** Decides at compile time, and evaluates only the arguments that it needs. Throws CompileError. */
export interface LazyFunction extends Signature {
  compile(args: readonly Argument[], settings: ExpressionSettings): Evaluate;
}

export type FunctionDefinition = EagerFunction | LazyFunction;

/** A fault in the arguments themselves; `argument` (from 0) is where it is. */
export class CompileError extends Error {
  constructor(
    readonly detail: string,
    readonly argument?: number,
  ) {
    super(detail);
    this.name = 'CompileError';
  }
}

export const MANY = Number.POSITIVE_INFINITY;

/** Applies a function of text to the value, or to each value of a list. */
export function eachText(value: Value, map: (text: string) => Scalar): Value {
  if (!isList(value)) {
    const text = textOf(value);
    return text === null ? null : map(text);
  }
  const mapped: Scalar[] = [];
  for (const one of value) {
    const text = textOf(one);
    const result = text === null ? null : map(text);
    if (result !== null) mapped.push(result);
  }
  return mapped;
}

/** The text of an argument that has to be there. */
export function requiredText(value: Value | undefined, what: string): string {
  const text = textOf(value ?? null);
  if (text === null) throw new EvaluationError(`${what} is empty`);
  return text;
}

export function argumentOf(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}
