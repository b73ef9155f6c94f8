import type { Filter, Literal, Test } from './filter-ast.js';
import type { PathText } from './target-path.js';

/** The filter as text; parsing it gives the same filter. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'or':
      return filter.operands.map((operand) => grouped(operand, operand.kind === 'or')).join(' or ');
    case 'and':
      return filter.operands
        .map((operand) => grouped(operand, operand.kind === 'or' || operand.kind === 'and'))
        .join(' and ');
    case 'not':
      return `not (${printFilter(filter.operand)})`;
    case 'test':
      return `${filter.path.text} ${printTest(filter.test)}`;
    case 'valuePath': {
      const tail = filter.then === undefined ? '' : `.${filter.then.sub} ${printTest(filter.then.test)}`;
      return `${filter.path.text}[${printFilter(filter.filter)}]${tail}`;
    }
  }
}

/** A PATCH or projection path as text; parsing it gives the same path. */
export function printPath({ name, filter, sub }: PathText): string {
  const brackets = filter === undefined ? '' : `[${printFilter(filter)}]`;
  return `${name}${brackets}${sub === undefined ? '' : `.${sub}`}`;
}

const grouped = (filter: Filter, group: boolean): string =>
  group ? `(${printFilter(filter)})` : printFilter(filter);

const printTest = (test: Test): string =>
  test.kind === 'present' ? 'pr' : `${test.operator} ${printLiteral(test.literal)}`;

function printLiteral(literal: Literal): string {
  if (literal.kind === 'null') return 'null';
  if (literal.kind === 'number') return literal.text;
  return literal.kind === 'word' ? literal.value : JSON.stringify(literal.value);
}
