import { ExpressionSyntaxError } from './expression-problem.js';

export type Comparison = '=' | '<>' | '>' | '>=' | '<' | '<=';

export type Token =
  | { kind: 'name' | 'text' | 'attribute'; text: string; offset: number }
  | { kind: 'number'; text: string; offset: number }
  | { kind: 'comparison'; text: Comparison; offset: number }
  | { kind: '(' | ')' | ',' | '&' | 'end'; text: string; offset: number };

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /[+-]?\d+(\.\d+)?/y;
const HEXADECIMAL = /&[Hh][0-9A-Fa-f]+(?![\p{L}\p{N}_])/uy;
const COMPARISON = /<>|>=|<=|[=<>]/y;

/** Splits an expression into tokens. Throws ExpressionSyntaxError at the character that is wrong. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < source.length) {
    if (/\s/.test(source.charAt(offset))) {
      offset += 1;
      continue;
    }
    const { token, end } = tokenAt(source, offset);
    tokens.push(token);
    offset = end;
  }
  tokens.push({ kind: 'end', text: '', offset: source.length });
  return tokens;
}

function tokenAt(source: string, offset: number): { token: Token; end: number } {
  const char = source.charAt(offset);
  if (char === '"') return textAt(source, offset);
  if (char === '[') return attributeAt(source, offset);
  const hexadecimal = matchAt(HEXADECIMAL, source, offset);
  if (hexadecimal !== undefined) {
    const text = BigInt(`0x${hexadecimal.slice(2)}`).toString();
    return { token: { kind: 'number', text, offset }, end: offset + hexadecimal.length };
  }
  if (char === '(' || char === ')' || char === ',' || char === '&') {
    return { token: { kind: char, text: char, offset }, end: offset + 1 };
  }
  const number = matchAt(NUMBER, source, offset);
  if (number !== undefined)
    return { token: { kind: 'number', text: number, offset }, end: offset + number.length };
  const comparison = matchAt(COMPARISON, source, offset);
  if (comparison !== undefined) {
    return {
      token: { kind: 'comparison', text: comparison as Comparison, offset },
      end: offset + comparison.length,
    };
  }
  const name = matchAt(NAME, source, offset);
  if (name !== undefined) return { token: { kind: 'name', text: name, offset }, end: offset + name.length };
  throw new ExpressionSyntaxError(unexpected(char), offset);
}

function unexpected(char: string): string {
  if ('“”„«»'.includes(char)) return `${char} is not a quotation mark here: use "`;
  if (char === "'" || char === '‘' || char === '’') return `text stands between ", not ${char}`;
  if (char === ';') return '; is not a separator here: use ,';
  return `unexpected character ${JSON.stringify(char)}`;
}

function matchAt(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0];
}

/** `"…"` where `\"` and `\\` stand for themselves; any other backslash is kept, so `"\d"` and `"\\d"` agree. */
function textAt(source: string, start: number): { token: Token; end: number } {
  let text = '';
  let offset = start + 1;
  while (offset < source.length) {
    const char = source.charAt(offset);
    if (char === '"') return { token: { kind: 'text', text, offset: start }, end: offset + 1 };
    const next = source.charAt(offset + 1);
    if (char === '\\' && (next === '"' || next === '\\')) {
      text += next;
      offset += 2;
    } else {
      text += char;
      offset += 1;
    }
  }
  throw new ExpressionSyntaxError('this text has no closing "', start);
}

/** `[…]` with a SCIM path inside, which may itself hold brackets and quoted text. */
function attributeAt(source: string, start: number): { token: Token; end: number } {
  let depth = 0;
  let inText = false;
  for (let offset = start; offset < source.length; offset += 1) {
    const char = source.charAt(offset);
    if (inText) {
      if (char === '\\') offset += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '[') depth += 1;
    else if (char === ']') {
      depth -= 1;
      if (depth === 0) {
        const text = source.slice(start + 1, offset);
        return { token: { kind: 'attribute', text, offset: start }, end: offset + 1 };
      }
    }
  }
  throw new ExpressionSyntaxError('this attribute has no closing ]', start);
}
