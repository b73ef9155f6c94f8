import { EvaluationError, FlowIgnored } from '../expression-problem.js';
import type { Comparison } from '../lexer.js';
import { parseDate } from '../dates.js';
import { booleanOf, firstOf, isEmpty, isList, numberOf, quoted, textOf, type Value } from '../value.js';
import { CompileError, MANY, type Argument, type Evaluate, type FunctionDefinition } from './definition.js';

export const LOGIC_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'IIF',
    arity: [3, 3],
    blank: [1, 2],
    usage: 'IIF(condition, valueIfTrue, valueIfFalse)',
    compile: ([condition, yes, no]) => {
      const [test, then, otherwise] = [need(condition), need(yes), need(no)];
      return (context) => (isTrue(test(context)) ? then(context) : otherwise(context));
    },
  },
  {
    name: 'Switch',
    arity: [4, MANY],
    blank: [1],
    usage: 'Switch(source, defaultValue, key1, value1, …)',
    compile: compileSwitch,
  },
  {
    name: 'Coalesce',
    arity: [1, MANY],
    usage: 'Coalesce(source1, source2, …, defaultValue)',
    compile: (args) => (context) => {
      for (const argument of args) {
        const value = argument.evaluate(context);
        if (value !== null && !(isList(value) && value.length === 0)) return value;
      }
      return null;
    },
  },
  {
    name: 'IgnoreFlowIfNullOrEmpty',
    arity: [1, 1],
    usage: 'IgnoreFlowIfNullOrEmpty(expression)',
    call: ([value]) => {
      if (isEmpty(value ?? null)) throw new FlowIgnored();
      return value ?? null;
    },
  },
  {
    name: 'Error',
    arity: [1, 1],
    usage: 'Error(message)',
    call: ([message]) => {
      throw new EvaluationError(textOf(message ?? null) || 'the mapping raised an error');
    },
  },
  { name: 'IsNull', arity: [1, 1], usage: 'IsNull(expression)', call: ([value]) => isNull(value ?? null) },
  {
    name: 'IsNullOrEmpty',
    arity: [1, 1],
    usage: 'IsNullOrEmpty(expression)',
    call: ([value]) => isEmpty(value ?? null),
  },
  {
    name: 'IsPresent',
    arity: [1, 1],
    usage: 'IsPresent(expression)',
    call: ([value]) => !isEmpty(value ?? null),
  },
  {
    name: 'IsString',
    arity: [1, 1],
    usage: 'IsString(expression)',
    call: ([value]) => typeof firstOf(value ?? null) === 'string',
  },
  {
    name: 'Not',
    arity: [1, 1],
    usage: 'Not(source)',
    call: ([value]) =>
      textOf(value ?? null)
        ?.trim()
        .toLowerCase() !== 'true',
  },
  { name: 'CBool', arity: [1, 1], usage: 'CBool(expression)', call: ([value]) => toBoolean(value ?? null) },
  { name: 'Redact', arity: [1, 1], usage: 'Redact(value)', secret: true, call: ([value]) => value ?? null },
];

function need(argument: Argument | undefined): Evaluate {
  return argument?.evaluate ?? (() => null);
}

function isNull(value: Value): boolean {
  return value === null || (isList(value) && value.length === 0);
}

/** Nothing, an empty text and any text that says neither true nor a number count as false. */
export function isTrue(value: Value): boolean {
  return booleanOf(value) ?? false;
}

function toBoolean(value: Value): boolean {
  if (isEmpty(value)) return false;
  const result = booleanOf(value);
  if (result === undefined) throw new EvaluationError(`CBool cannot read ${quoted(value)}`);
  return result;
}

/** An empty source takes the value of the key "". Keys compare case-sensitively. */
function compileSwitch(args: readonly Argument[]): Evaluate {
  const [source, fallback, ...pairs] = args;
  if (pairs.length % 2 !== 0) throw new CompileError('Switch needs a value for each key', args.length - 1);
  const cases = Array.from({ length: pairs.length / 2 }, (_, index) => ({
    key: need(pairs[index * 2]),
    value: need(pairs[index * 2 + 1]),
  }));
  const subject = need(source);
  return (context) => {
    const wanted = textOf(subject(context)) ?? '';
    const chosen = cases.find(({ key }) => (textOf(key(context)) ?? '') === wanted);
    return chosen ? chosen.value(context) : need(fallback)(context);
  };
}

/**
 * Comparison inside IIF and CBool. Nothing compares with an empty value, as in Entra.
 * Numbers compare as numbers, dates as instants, everything else as text, case-sensitively.
 */
export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (isEmpty(left) || isEmpty(right)) return false;
  if (operator === '=' || operator === '<>') return equal(left, right) === (operator === '=');
  const order = orderOf(left, right);
  switch (operator) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}

function equal(left: Value, right: Value): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    const [a, b] = [booleanOf(left), booleanOf(right)];
    if (a !== undefined && b !== undefined) return a === b;
  }
  if (typeof left === 'number' || typeof right === 'number') {
    const [a, b] = [numberOf(left), numberOf(right)];
    if (a !== undefined && b !== undefined) return a === b;
  }
  return textOf(left) === textOf(right);
}

function orderOf(left: Value, right: Value): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [from, to] = [textOf(left) ?? '', textOf(right) ?? ''];
  const [first, second] = [parseDate(from), parseDate(to)];
  if (first && second) return first.ms - second.ms || first.ticks - second.ticks;
  return from < to ? -1 : Number(from > to);
}
