import type { Json, JsonObject } from '../../schema/types.js';

/** A filter on the values of a multi-valued attribute (RFC 7644 §3.5.2, valuePath), compiled to a test. */
export type ValueTest = (value: JsonObject) => boolean;

export class ValueFilterError extends Error {
  constructor(
    readonly detail: string,
    readonly offset: number,
  ) {
    super(detail);
    this.name = 'ValueFilterError';
  }
}

interface Word {
  text: string;
  /** JSON operand; undefined for names and operators. */
  operand?: Json;
  offset: number;
}

const WORD = /\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+))/y;
const DEEPEST = 20;

export function compileValueFilter(source: string): ValueTest {
  const reader = new Reader(words(source), source.length);
  const test = reader.either();
  reader.expectEnd();
  return test;
}

function words(source: string): Word[] {
  const found: Word[] = [];
  let offset = 0;
  while (source.slice(offset).trim() !== '') {
    WORD.lastIndex = offset;
    const match = WORD.exec(source);
    if (!match) throw new ValueFilterError('this text has no closing "', offset);
    const text = match[0].trim();
    const start = WORD.lastIndex - text.length;
    found.push({ text, offset: start, operand: operandOf(text, start) });
    offset = WORD.lastIndex;
  }
  return found;
}

function operandOf(text: string, offset: number): Json | undefined {
  if (!text.startsWith('"') && !/^(true|false|null|-?\d+(\.\d+)?)$/i.test(text)) return undefined;
  try {
    return JSON.parse(text.startsWith('"') ? text : text.toLowerCase()) as Json;
  } catch {
    throw new ValueFilterError(`${text} is not a JSON value`, offset);
  }
}

class Reader {
  private index = 0;
  private depth = 0;

  constructor(
    private readonly list: readonly Word[],
    private readonly end: number,
  ) {}

  either(): ValueTest {
    let test = this.both();
    while (this.takes('or')) test = disjunction(test, this.both());
    return test;
  }

  expectEnd(): void {
    const rest = this.list[this.index];
    if (rest) throw new ValueFilterError(`unexpected ${rest.text}`, rest.offset);
  }

  private both(): ValueTest {
    let test = this.one();
    while (this.takes('and')) test = conjunction(test, this.one());
    return test;
  }

  private one(): ValueTest {
    if (this.takes('not')) {
      const inner = this.group();
      return (value) => !inner(value);
    }
    return this.list[this.index]?.text === '(' ? this.group() : this.comparison();
  }

  private group(): ValueTest {
    const opener = this.next('(');
    this.depth += 1;
    if (opener.text !== '(') throw new ValueFilterError(`expected (, found ${opener.text}`, opener.offset);
    if (this.depth > DEEPEST) throw new ValueFilterError('nested too deeply', opener.offset);
    const inner = this.either();
    const closer = this.next(')');
    this.depth -= 1;
    if (closer.text !== ')') throw new ValueFilterError(`expected ), found ${closer.text}`, closer.offset);
    return inner;
  }

  private comparison(): ValueTest {
    const name = this.next('a sub-attribute');
    const operator = this.next('an operator');
    const key = name.text.toLowerCase();
    if (!/^\$?[a-z]\w*$/.test(key))
      throw new ValueFilterError(`${name.text} is not a sub-attribute`, name.offset);
    if (operator.text.toLowerCase() === 'pr') return (value) => present(subAttributeOf(value, key));
    const operand = this.next('a value');
    const compare = COMPARE[operator.text.toLowerCase()];
    if (!compare) {
      throw new ValueFilterError(
        `${operator.text} is not an operator here: eq, ne, co, sw, ew, pr`,
        operator.offset,
      );
    }
    const wanted = operand.operand;
    if (wanted === undefined) {
      throw new ValueFilterError(`${operand.text} is not a value: put text in quotes`, operand.offset);
    }
    return (value) => compare(folded(subAttributeOf(value, key)), folded(wanted));
  }

  private next(what: string): Word {
    const word = this.list[this.index];
    if (!word) throw new ValueFilterError(`expected ${what}`, this.end);
    this.index += 1;
    return word;
  }

  private takes(word: string): boolean {
    if (this.list[this.index]?.text.toLowerCase() !== word) return false;
    this.index += 1;
    return true;
  }
}

type Folded = string | null;
const COMPARE: Readonly<Record<string, (have: Folded, want: Folded) => boolean>> = {
  eq: (have, want) => have === want,
  ne: (have, want) => have !== want,
  co: (have, want) => have !== null && want !== null && have.includes(want),
  sw: (have, want) => have !== null && want !== null && have.startsWith(want),
  ew: (have, want) => have !== null && want !== null && have.endsWith(want),
};

/** Sub-attributes that a filter can name are all caseExact false in RFC 7643; booleans come as text from some clients. */
function folded(value: Json | undefined): Folded {
  return value === undefined || value === null ? null : String(value).toLowerCase();
}

function present(value: Json | undefined): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

/** A member of an object by its name in any case. */
export function subAttributeOf(object: JsonObject, lowerName: string): Json | undefined {
  for (const name in object) {
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return object[name];
  }
  return undefined;
}

function conjunction(a: ValueTest, b: ValueTest): ValueTest {
  return (value) => a(value) && b(value);
}

function disjunction(a: ValueTest, b: ValueTest): ValueTest {
  return (value) => a(value) || b(value);
}
