import { parseDate } from './expression/dates.js';
import { EvaluationError } from './expression/expression-problem.js';
import { compilePattern, PatternError } from './expression/pattern.js';
import { didYouMean } from './expression/suggest.js';
import { booleanOf, textOf, type Scalar } from './expression/value.js';
import { parseMoment, type Moment } from './moment.js';
import type { ScopeClause } from './types.js';

/** One clause, ready to be asked. Values come without empty ones. */
export interface ClauseTest {
  holds(values: readonly Scalar[], now: Date): boolean;
  timeDependent: boolean;
  /** The clause is about the groups of the resource. */
  onGroups: boolean;
}

export class OperatorError extends Error {
  constructor(
    readonly key: 'operator' | 'value' | 'attribute',
    readonly detail: string,
  ) {
    super(detail);
    this.name = 'OperatorError';
  }
}

type Compile = (value: string) => Omit<ClauseTest, 'timeDependent' | 'onGroups'> & Partial<ClauseTest>;

/** An empty attribute makes every clause false but IS NULL (and NOT_MEMBER_OF), as in Entra. */
const any =
  (test: (value: string, scalar: Scalar) => boolean): ClauseTest['holds'] =>
  (values) =>
    values.some((value) => test(textOf(value) ?? '', value));
const all =
  (test: (value: string) => boolean): ClauseTest['holds'] =>
  (values) =>
    values.length > 0 && values.every((value) => test(textOf(value) ?? ''));

const OPERATORS: Readonly<Record<string, Compile>> = {
  EQUALS: (wanted) => ({ holds: any((value, scalar) => same(value, scalar, wanted)) }),
  NOT_EQUALS: (wanted) => ({
    holds: (values) => values.length > 0 && !values.some((one) => same(textOf(one) ?? '', one, wanted)),
  }),
  GREATER_THAN: (wanted) => ordered(wanted, (order) => order > 0n),
  GREATER_THAN_OR_EQUALS: (wanted) => ordered(wanted, (order) => order >= 0n),
  LESS_THAN: (wanted) => ordered(wanted, (order) => order < 0n),
  LESS_THAN_OR_EQUALS: (wanted) => ordered(wanted, (order) => order <= 0n),
  INCLUDES: (wanted) => ({ holds: any((value) => value.includes(wanted)) }),
  STARTS_WITH: (wanted) => ({ holds: any((value) => value.startsWith(wanted)) }),
  ENDS_WITH: (wanted) => ({ holds: any((value) => value.endsWith(wanted)) }),
  // Microsoft: "the evaluated attribute exists in the input string value".
  '&': (wanted) => ({ holds: any((value) => wanted.includes(value)) }),
  '!&': (wanted) => ({ holds: all((value) => !wanted.includes(value)) }),
  IS_TRUE: () => ({ holds: any((_text, value) => booleanOf(value) === true) }),
  IS_FALSE: () => ({ holds: any((_text, value) => booleanOf(value) === false) }),
  IS_NULL: () => ({ holds: (values) => values.length === 0 }),
  IS_NOT_NULL: () => ({ holds: (values) => values.length > 0 }),
  REGEX_MATCH: (wanted) => {
    const matches = wholeMatch(wanted);
    return { holds: any((value) => matches(value)) };
  },
  NOT_REGEX_MATCH: (wanted) => {
    const matches = wholeMatch(wanted);
    return { holds: all((value) => !matches(value)) };
  },
  ON_OR_BEFORE: (wanted) => dated(wanted, (value, limit) => value <= limit),
  ON_OR_AFTER: (wanted) => dated(wanted, (value, limit) => value >= limit),
  IS_MEMBER_OF: (wanted) => ({
    holds: (values) => values.some((value) => isGroup(value, wanted)),
    onGroups: true,
  }),
  NOT_MEMBER_OF: (wanted) => ({
    holds: (values) => !values.some((value) => isGroup(value, wanted)),
    onGroups: true,
  }),
};

/** Spellings of the portal, of Graph and of older texts. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ISMEMBEROF: 'IS_MEMBER_OF',
  IS_NOT_MEMBER_OF: 'NOT_MEMBER_OF',
  PRESENT: 'IS_NOT_NULL',
  IS_PRESENT: 'IS_NOT_NULL',
  CONTAINS: 'INCLUDES',
};
const WITHOUT_VALUE = new Set(['IS_TRUE', 'IS_FALSE', 'IS_NULL', 'IS_NOT_NULL']);

/** Throws OperatorError. */
export function compileOperator(clause: ScopeClause): ClauseTest {
  const written = String(clause.operator ?? '').trim();
  const plain = written.toUpperCase().replace(/[\s_]+/g, '_');
  const name = SYNONYMS[plain] ?? plain;
  const compile = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!compile) {
    const hint = didYouMean(plain, Object.keys(OPERATORS));
    throw new OperatorError(
      'operator',
      `${written === '' ? 'no operator' : `${written} is not an operator`}${hint}`,
    );
  }
  const value = textOf(clause.value ?? null);
  if ((value === null || value === '') && !WITHOUT_VALUE.has(name)) {
    throw new OperatorError('value', `${name} needs a value`);
  }
  return { timeDependent: false, onGroups: false, ...compile(value ?? '') };
}

/** Case-sensitive, as in Entra; a boolean attribute equals `true` in any case. */
function same(value: string, scalar: Scalar, wanted: string): boolean {
  return typeof scalar === 'boolean' ? scalar === booleanOf(wanted) : value === wanted;
}

/** Whole numbers of any length, or whole numbers only: other values make the clause false. */
function ordered(wanted: string, test: (order: bigint) => boolean): ReturnType<Compile> {
  const limit = wholeNumber(wanted);
  if (limit === undefined)
    throw new OperatorError('value', 'the value has to be a whole number; dates compare with ON_OR_AFTER');
  return {
    holds: any((value) => {
      const number = wholeNumber(value);
      return number !== undefined && test(number - limit);
    }),
  };
}

function wholeNumber(text: string): bigint | undefined {
  return /^\s*-?\d{1,30}\s*$/.test(text) ? BigInt(text.trim()) : undefined;
}

/** The documented examples mean the whole value; a pattern with its own ^ or $ says itself what it means. */
function wholeMatch(source: string): (value: string) => boolean {
  try {
    const pattern = compilePattern(source);
    const anchored = source.startsWith('^') || (source.endsWith('$') && !source.endsWith('\\$'));
    return (value) => settle(() => (anchored ? pattern.finds(value) : pattern.matches(value)));
  } catch (error) {
    if (error instanceof PatternError)
      throw new OperatorError('value', `regular expression: ${error.detail}`);
    throw error;
  }
}

/** A value too long for the engine does not match. */
function settle(test: () => boolean): boolean {
  try {
    return test();
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const DAY = 86_400_000;

/** Where the clause names a day, days are compared; where it names a time, instants. */
function dated(wanted: string, test: (value: number, limit: number) => boolean): ReturnType<Compile> {
  const moment: Moment | undefined = parseMoment(wanted);
  if (!moment) {
    throw new OperatorError('value', `${wanted} is not a date: write 2026-12-31, today, today+14d or now-3h`);
  }
  return {
    timeDependent: moment.relative,
    holds: (values, now) => {
      const limit = moment.at(now);
      const part = (ms: number): number => (moment.wholeDay ? Math.floor(ms / DAY) : ms);
      return values.some((value) => {
        const instant = parseDate(textOf(value) ?? '');
        return instant !== undefined && limit !== undefined && test(part(instant.ms), part(limit));
      });
    },
  };
}

/** By display name in any case, as Entra compares group names, or by id. */
function isGroup(value: Scalar, wanted: string): boolean {
  if (typeof value !== 'object' || value === null) return textOf(value) === wanted;
  const display = value.displayName ?? value.display;
  return (
    value.value === wanted || (typeof display === 'string' && display.toLowerCase() === wanted.toLowerCase())
  );
}
