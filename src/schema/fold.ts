import type { AttributeDefinition } from './types.js';

/**
 * Raised whenever `foldString` gives another result for any string: stored folded values are then rebuilt.
 * A newer Unicode version needs no raise: normalisation and case folding of assigned characters never change
 * (Unicode stability policy), and unassigned ones fold to themselves.
 */
export const foldVersion = 1;

const ASCII = /^[\x00-\x7f]*$/;
const NON_ASCII = /[^\x00-\x7f]/gu;
/** Its capital is a plain I, whose small letter is another one: full case folding keeps it. */
const DOTLESS_I = '\u0131';

/**
 * What strings of caseExact false are compared by, on every engine alike: compatibility composition (NFKC), full case
 * folding, and composition again. So `Straße` equals `STRASSE`, a final sigma equals a sigma, decomposed letters equal
 * composed ones and full-width letters equal ASCII. For user names this is wider than RFC 8265's UsernameCaseMapped
 * (RFC 7644 §5) and never tells apart what that profile holds equal.
 */
export function foldString(value: string): string {
  if (ASCII.test(value)) return value.toLowerCase();
  const folded = value.normalize('NFKC').replace(NON_ASCII, foldCharacter);
  return folded.toLowerCase().normalize('NFKC');
}

/** Down, up and down again is full case folding; one character at a time, for JavaScript's own final sigma depends on its place. */
function foldCharacter(character: string): string {
  if (character === DOTLESS_I) return character;
  let folded = '';
  for (const upper of character.toLowerCase().toUpperCase()) folded += upper.toLowerCase();
  return folded;
}

/** Whether values of the attribute are compared as written: RFC 7643 §2.2, §2.3.6, §2.3.7. */
export const isCaseExact = (attribute: AttributeDefinition): boolean =>
  attribute.caseExact || attribute.type !== 'string';

export const foldFor = (attribute: AttributeDefinition, value: string): string =>
  isCaseExact(attribute) ? value : foldString(value);

/** Code point order: that of UTF-8 bytes, of SQLite's BINARY and of PostgreSQL's "C". JavaScript's own puts U+10000 before U+E000. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
