import { badRequest } from '../../schema/scim-error.js';
import type { Json } from '../../schema/types.js';

export interface JsonLimits {
  maxDepth: number;
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * JSON as RFC 8259 defines it for exchange between systems that do not know each other (§4: unique names, §8.1: UTF-8,
 * §8.2: no lone surrogates). Names are compared without case, because SCIM's attribute names are (RFC 7643 §2.1):
 * with `userName` and `USERNAME` in one object nobody can say which one is meant.
 */
export function parseStrictJson(body: Uint8Array, limits: JsonLimits): Json {
  const text = decodeUtf8(body);
  new Scan(text, limits.maxDepth).run();
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(
      'invalidSyntax',
      `The request body is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
    );
  }
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('invalidSyntax', 'The request body is not valid UTF-8.');
  }
}

/**
 * One pass over the text, before it is parsed: bounds what JSON.parse would build. It judges names, depth, numbers and
 * characters; whether the whole is well formed is left to JSON.parse.
 */
class Scan {
  /** One entry for each open bracket: the names of an object so far, undefined for an array. */
  private readonly open: (Set<string> | undefined)[] = [];
  private nameExpected = false;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  run(): void {
    while (this.at < this.text.length) this.step(this.text.charCodeAt(this.at));
  }

  private step(code: number): void {
    if (code === 0x22) return this.string();
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number();
    this.at += 1;
    if (code === 0x7b || code === 0x5b) this.enter(code === 0x7b);
    else if (code === 0x7d || code === 0x5d) this.leave();
    else if (code === 0x2c) this.nameExpected = this.open.at(-1) !== undefined;
  }

  private enter(object: boolean): void {
    if (this.open.length >= this.maxDepth) {
      throw badRequest('invalidSyntax', `The request body is nested deeper than ${this.maxDepth} levels.`);
    }
    this.open.push(object ? new Set() : undefined);
    this.nameExpected = object;
  }

  private leave(): void {
    this.open.pop();
    this.nameExpected = false;
  }

  private string(): void {
    const start = this.at;
    const end = endOfString(this.text, start + 1);
    this.at = end;
    const written = this.text.slice(start, end);
    const value = written.includes('\\') ? unescape(written) : written.slice(1, -1);
    if (this.nameExpected) this.name(value);
  }

  private name(name: string): void {
    this.nameExpected = false;
    if (FORBIDDEN_KEYS.has(name))
      throw badRequest('invalidSyntax', `The name "${name}" is not allowed in a request body.`);
    const names = this.open.at(-1);
    const folded = name.toLowerCase();
    if (names?.has(folded))
      throw badRequest('invalidSyntax', `The name "${name.slice(0, 100)}" stands twice in one object.`);
    names?.add(folded);
  }

  private number(): void {
    NUMBER.lastIndex = this.at;
    const written = NUMBER.exec(this.text)?.[0];
    if (written === undefined) {
      this.at += 1;
      return;
    }
    this.at += written.length;
    const value = Number(written);
    const exact = Number.isFinite(value) && (/[.eE]/.test(written) || BigInt(written) === BigInt(value));
    if (!exact)
      throw badRequest('invalidValue', `The number ${written.slice(0, 40)} is too large to be kept exactly.`);
  }
}

function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

/** Escapes are the only way in for U+0000, which PostgreSQL cannot keep, and for half a surrogate pair. */
function unescape(written: string): string {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return written;
  }
  if (typeof value !== 'string') return written;
  if (value.includes('\u0000'))
    throw badRequest('invalidValue', 'The character U+0000 is not allowed in a string.');
  if (/\p{Surrogate}/u.test(value))
    throw badRequest('invalidValue', 'A string holds half of a surrogate pair.');
  return value;
}
