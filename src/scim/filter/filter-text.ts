import { badRequest, type ScimError, type ScimType } from '../../schema/scim-error.js';
import { isStorable } from '../../schema/text.js';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** What may stand in a path; the shape is checked afterwards, so that the message can say what is wrong with it. */
const PATH = /[A-Za-z0-9$_.:~/?#@!&'*+,;=%-]+/y;
const WORD = /[\p{L}\p{N}\p{M}._@+:/#%~!*$&=-]+/uy;
const PLAIN_PATH = /^[A-Za-z$][A-Za-z0-9_$-]*(?:\.[A-Za-z$][A-Za-z0-9_$-]*)?$/;
/** After the last colon: an attribute, a sub-attribute, and the dot form of an extension before them. */
const QUALIFIED_PATH = /^[A-Za-z][A-Za-z0-9+-]*:[^\s]*:[A-Za-z0-9$][A-Za-z0-9_.$-]*$/;

/** Filter text and how far it is read. Every fault names its position, counted from 1. */
export class FilterText {
  #at = 0;

  constructor(
    readonly text: string,
    readonly scimType: ScimType,
  ) {}

  get position(): number {
    return this.#at + 1;
  }

  get ended(): boolean {
    return this.#at >= this.text.length;
  }

  fault(problem: string, position = this.position): ScimError {
    return badRequest(this.scimType, `${problem} at position ${position}.`);
  }

  /** One or more blanks. */
  blanks(): boolean {
    const from = this.#at;
    while (this.text[this.#at] === ' ') this.#at++;
    return this.#at > from;
  }

  take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  peek(): string | undefined {
    return this.text[this.#at];
  }

  /** Reads what `read` reads, or nothing at all. */
  attempt(read: () => boolean): boolean {
    const from = this.#at;
    if (read()) return true;
    this.#at = from;
    return false;
  }

  /** A word of letters in any case. */
  keyword(word: string): boolean {
    const end = this.#at + word.length;
    if (this.text.slice(this.#at, end).toLowerCase() !== word) return false;
    if (/[A-Za-z0-9_.:$-]/.test(this.text[end] ?? ' ')) return false;
    this.#at = end;
    return true;
  }

  letters(): string {
    const from = this.#at;
    while (/[A-Za-z]/.test(this.text[this.#at] ?? ' ')) this.#at++;
    return this.text.slice(from, this.#at);
  }

  path(): string {
    const start = this.position;
    const text = this.#match(PATH);
    if (text === undefined) throw this.fault('An attribute name is expected', start);
    const fits = text.includes(':')
      ? QUALIFIED_PATH.test(text) && !/\.\.|\.$/.test(text)
      : PLAIN_PATH.test(text);
    if (!fits) throw this.fault(`"${excerpt(text)}" is no attribute path`, start);
    return text;
  }

  number(): { value: number; text: string } | undefined {
    const from = this.#at;
    const text = this.#match(NUMBER);
    if (text === undefined) return undefined;
    if (!this.#delimited()) {
      this.#at = from;
      return undefined;
    }
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.fault('The number is too large', from + 1);
    return { value, text };
  }

  /** A bare word of a lenient client; never one that begins like JSON. */
  word(): string | undefined {
    const from = this.#at;
    const text = this.#match(WORD);
    if (text !== undefined && this.#delimited()) return text;
    this.#at = from;
    return undefined;
  }

  /** RFC 8259 §7. U+0000 and lone surrogates are in no stored value and in no database. */
  string(): string {
    const start = this.position;
    let end = this.#at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) throw this.fault('The string has no end; it begins', start);
    const value = parseJsonString(this.text.slice(this.#at, end + 1));
    if (value === undefined) throw this.fault('The string is no JSON string; it begins', start);
    if (!isStorable(value))
      throw this.fault('The string has a character that no value can have; it begins', start);
    this.#at = end + 1;
    if (!this.#delimited()) throw this.fault('A blank is expected');
    return value;
  }

  #delimited(): boolean {
    const next = this.text[this.#at];
    return next === undefined || next === ' ' || next === ')' || next === ']';
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.text)?.[0];
    this.#at += text?.length ?? 0;
    return text;
  }
}

function parseJsonString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

export const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
