import type { CompareOperator } from '../../schema/filter.js';
import { badRequest } from '../../schema/scim-error.js';
import type { Filter, Literal, Test } from './filter-ast.js';
import { excerpt, FilterText } from './filter-text.js';

export interface FilterLimits {
  maxLength: number;
  /** Parentheses and brackets inside each other. */
  maxDepth: number;
  /** Comparisons and value paths. */
  maxTerms: number;
}

export interface FilterOptions extends FilterLimits {
  unquotedLiterals: boolean;
  /** RFC 7644 §3.5.2.2 prints a PATCH path `members[value eq"…"]`: taken in paths. */
  blankBeforeValue: 'required' | 'optional';
}

export const defaultFilterOptions: FilterOptions = {
  maxLength: 32_768,
  maxDepth: 50,
  maxTerms: 500,
  unquotedLiterals: false,
  blankBeforeValue: 'required',
};

const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);

/** RFC 7644 §3.4.2.2; the grammar as it is read here stands in grammar.abnf. Throws 400 invalidFilter, or tooMany beyond the limits. */
export function parseFilter(text: string, options: Partial<FilterOptions> = {}): Filter {
  const settings = { ...defaultFilterOptions, ...options };
  if (text.length > settings.maxLength)
    throw badRequest(
      'tooMany',
      `The filter has ${text.length} characters; position ${settings.maxLength} is the last one allowed.`,
    );
  const source = new FilterText(text, 'invalidFilter');
  return new FilterParser(source, settings).whole();
}

/** The bracketed part of a PATCH or projection path; reading begins after the bracket and ends behind the closing one. */
export function parseValueFilter(source: FilterText, options: Partial<FilterOptions>): Filter {
  return new FilterParser(source, { ...defaultFilterOptions, ...options }).bracketed();
}

class FilterParser {
  #depth = 0;
  #terms = 0;

  constructor(
    private readonly source: FilterText,
    private readonly options: FilterOptions,
  ) {}

  whole(): Filter {
    this.source.blanks();
    if (this.source.ended) throw this.source.fault('The filter is empty: an expression is expected');
    const filter = this.#or(false);
    this.source.blanks();
    if (!this.source.ended) throw this.source.fault('"and", "or" or the end is expected');
    return filter;
  }

  bracketed(): Filter {
    return this.#inside(']', true);
  }

  #or(inBrackets: boolean): Filter {
    return this.#chain('or', () => this.#chain('and', () => this.#factor(inBrackets)));
  }

  #chain(kind: 'and' | 'or', operand: () => Filter): Filter {
    const operands = [operand()];
    while (this.source.attempt(() => this.source.blanks() && this.source.keyword(kind))) {
      if (!this.source.blanks()) throw this.source.fault(`A blank is expected after "${kind}"`);
      operands.push(operand());
    }
    return operands.length === 1 ? operands[0]! : { kind, operands };
  }

  #factor(inBrackets: boolean): Filter {
    if (this.source.take('(')) return this.#inside(')', inBrackets);
    const negated = this.source.attempt(() => {
      if (!this.source.keyword('not')) return false;
      this.source.blanks();
      return this.source.take('(');
    });
    if (negated) return { kind: 'not', operand: this.#inside(')', inBrackets) };
    return this.#attribute(inBrackets);
  }

  #inside(end: string, inBrackets: boolean): Filter {
    if (++this.#depth > this.options.maxDepth)
      throw this.source.fault(`The filter is nested deeper than ${this.options.maxDepth} levels`);
    this.source.blanks();
    const filter = this.#or(inBrackets);
    this.source.blanks();
    if (!this.source.take(end)) throw this.source.fault(`"and", "or" or "${end}" is expected`);
    this.#depth--;
    return filter;
  }

  #attribute(inBrackets: boolean): Filter {
    if (++this.#terms > this.options.maxTerms)
      throw badRequest(
        'tooMany',
        `The filter has more than ${this.options.maxTerms} terms; the first too many stands at position ${this.source.position}.`,
      );
    const position = this.source.position;
    const path = { text: this.source.path(), position };
    if (this.source.peek() !== '[') return { kind: 'test', path, test: this.#test() };
    if (inBrackets) throw this.source.fault('Brackets cannot stand inside brackets');
    this.source.take('[');
    const filter = this.#inside(']', true);
    if (!this.source.take('.')) return { kind: 'valuePath', path, filter };
    return { kind: 'valuePath', path, filter, then: { sub: this.#subAttribute(), test: this.#test() } };
  }

  #subAttribute(): string {
    const position = this.source.position;
    const name = this.source.path();
    if (/[.:]/.test(name)) throw this.source.fault(`"${excerpt(name)}" is no sub-attribute`, position);
    return name;
  }

  #test(): Test {
    if (!this.source.blanks()) throw this.source.fault('A blank and an operator are expected');
    const start = this.source.position;
    const operator = this.source.letters().toLowerCase();
    if (operator === 'pr') return { kind: 'present' };
    if (!OPERATORS.has(operator))
      throw this.source.fault(
        operator === '' ? 'An operator is expected' : `"${excerpt(operator)}" is no operator`,
        start,
      );
    if (
      !this.source.blanks() &&
      !(this.options.blankBeforeValue === 'optional' && this.source.peek() === '"')
    )
      throw this.source.fault('A blank and a value are expected');
    const position = this.source.position;
    return { kind: 'compare', operator: operator as CompareOperator, literal: this.#literal(), position };
  }

  #literal(): Literal {
    if (this.source.peek() === '"') return { kind: 'string', value: this.source.string() };
    const position = this.source.position;
    const number = this.source.number();
    if (number !== undefined) return { kind: 'number', ...number };
    const word = this.source.word();
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' };
    if (word === 'null') return { kind: 'null' };
    if (word !== undefined && this.options.unquotedLiterals) return { kind: 'word', value: word };
    const problem =
      word === undefined
        ? 'A JSON value is expected'
        : `"${excerpt(word)}" is no JSON value: strings stand in double quotes;`;
    throw this.source.fault(problem, position);
  }
}
