import { ExpressionSyntaxError } from './expression-problem.js';
import { tokenize, type Comparison, type Token } from './lexer.js';

export type Node =
  | { kind: 'text'; text: string; offset: number }
  | { kind: 'number'; value: number | string; offset: number }
  | { kind: 'word'; word: string; offset: number }
  | { kind: 'attribute'; path: string; offset: number }
  /** An argument that was left empty (`Switch([a], , …)`) is undefined. */
  | { kind: 'call'; name: string; args: readonly (Node | undefined)[]; offset: number }
  | { kind: 'compare'; operator: Comparison; left: Node; right: Node; offset: number }
  | { kind: 'concatenate'; parts: readonly Node[]; offset: number };

/** Entra's own limit for one expression. */
export const LONGEST_EXPRESSION = 10_000;
const DEEPEST = 100;

export function parseExpression(source: string): Node {
  if (source.length > LONGEST_EXPRESSION) {
    throw new ExpressionSyntaxError(
      `an expression has at most ${LONGEST_EXPRESSION} characters, this one has ${source.length}`,
      LONGEST_EXPRESSION,
    );
  }
  return new Parser(tokenize(source)).whole();
}

class Parser {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    if (this.peek().kind === 'end') throw new ExpressionSyntaxError('the expression is empty', 0);
    const node = this.comparison();
    const rest = this.peek();
    if (rest.kind !== 'end') {
      throw new ExpressionSyntaxError(
        `${shown(rest)} comes after the end of the expression${rest.kind === ')' ? ': one ) too many' : ''}`,
        rest.offset,
      );
    }
    return node;
  }

  private comparison(): Node {
    const left = this.concatenation();
    const token = this.peek();
    if (token.kind !== 'comparison') return left;
    this.index += 1;
    return {
      kind: 'compare',
      operator: token.text,
      left,
      right: this.concatenation(),
      offset: token.offset,
    };
  }

  private concatenation(): Node {
    const first = this.operand();
    if (this.peek().kind !== '&') return first;
    const parts = [first];
    const { offset } = this.peek();
    while (this.peek().kind === '&') {
      this.index += 1;
      parts.push(this.operand());
    }
    return { kind: 'concatenate', parts, offset };
  }

  private operand(): Node {
    const token = this.peek();
    this.index += 1;
    switch (token.kind) {
      case 'text':
        return { kind: 'text', text: token.text, offset: token.offset };
      case 'number':
        return { kind: 'number', value: exactNumber(token.text), offset: token.offset };
      case 'attribute':
        return { kind: 'attribute', path: token.text, offset: token.offset };
      case 'name':
        return this.peek().kind === '(' ? this.call(token) : wordOf(token);
      case '(':
        return this.nested(token, () => {
          const inner = this.comparison();
          this.expectClosing(token, 'this (');
          return inner;
        });
      default:
        throw new ExpressionSyntaxError(
          `expected a function, [attribute], "text" or number, found ${shown(token)}`,
          token.offset,
        );
    }
  }

  private call(name: Token): Node {
    return this.nested(name, () => {
      this.index += 1;
      const args = this.args();
      this.expectClosing(name, name.text);
      return { kind: 'call', name: name.text, args, offset: name.offset };
    });
  }

  private args(): (Node | undefined)[] {
    if (this.peek().kind === ')') return [];
    const args = [this.argument()];
    while (this.peek().kind === ',') {
      this.index += 1;
      args.push(this.argument());
    }
    return args;
  }

  private argument(): Node | undefined {
    const { kind } = this.peek();
    return kind === ',' || kind === ')' ? undefined : this.comparison();
  }

  private expectClosing(opener: Token, what: string): void {
    const token = this.peek();
    if (token.kind === ')') {
      this.index += 1;
      return;
    }
    if (token.kind === 'end') throw new ExpressionSyntaxError(`${what} has no closing )`, opener.offset);
    throw new ExpressionSyntaxError(`expected , or ) in ${what}, found ${shown(token)}`, token.offset);
  }

  private nested(token: Token, read: () => Node): Node {
    this.depth += 1;
    if (this.depth > DEEPEST) {
      throw new ExpressionSyntaxError(`functions are nested deeper than ${DEEPEST}`, token.offset);
    }
    const node = read();
    this.depth -= 1;
    return node;
  }

  private peek(): Token {
    return this.tokens[this.index] ?? { kind: 'end', text: '', offset: 0 };
  }
}

function wordOf(token: Token): Node {
  return { kind: 'word', word: token.text, offset: token.offset };
}

/** Numbers too large for a double stay text, so AD's 18-digit dates lose nothing. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

function shown(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end';
    case 'text':
      return `the text "${token.text}"`;
    case 'attribute':
      return `[${token.text}]`;
    default:
      return token.text;
  }
}
