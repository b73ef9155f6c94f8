import type { ResourceKind } from '../connector.js';

const MOST_CANDIDATES = 50;
const COMMON_NAME_LENGTH = 64;
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Names that mean something to Windows wherever they stand. */
const RESERVED = new Set(
  [
    'system',
    'everyone',
    'administrator',
    'administrators',
    'guest',
    'krbtgt',
    'self',
    'network',
    'service',
    'batch',
    'interactive',
  ].concat([
    'anonymous',
    'authenticated users',
    'local service',
    'network service',
    'creator owner',
    'users',
    'guests',
  ]),
);

/** Without accents and case: Windows takes names that differ only in those for equal (KB938447). */
export function foldName(text: string): string {
  return [...text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()]
    .map((letter) => LETTERS[letter] ?? letter)
    .join('');
}

/** The same, with the case kept: for making names. */
function withoutAccents(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '');
  return [...bare]
    .map((letter) => {
      const plain = LETTERS[letter.toLowerCase()];
      if (plain === undefined) return letter;
      return letter === letter.toLowerCase() ? plain : plain.charAt(0).toUpperCase() + plain.slice(1);
    })
    .join('');
}

/** Invisible characters (controls, bidirectional marks, zero width) break every tool of an administrator. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A common name as Windows takes it: visible, single blanks, 64 UTF-16 units. Without the blanks before commas at its
 * end: Samba reads its own form of such a name (` \\,`) wrong, cannot find the object again, and `,,` ends its process.
 */
export function commonName(text: string): string {
  const visible = text
    .normalize('NFC')
    .replace(/[\t\r\n]/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim();
  return cut(visible, COMMON_NAME_LENGTH).replace(/[ ,]+$/, (end) => end.replaceAll(' ', ''));
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\uD800-\uDBFF]/.test(text[length - 1]!) ? length - 1 : length;
  return text.slice(0, end).trimEnd();
}

function accountNameLength(kind: ResourceKind): number {
  return kind === 'Group' ? 256 : 20;
}

/** sAMAccountName (MS-SAMR §3.1.1.8.4): forbidden characters out, no accents, no point at the end. Empty when nothing is left. */
export function accountName(text: string, kind: ResourceKind): string {
  const bare = withoutAccents(text)
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/["/\\[\]:;|=,+*?<>@]/g, '');
  const spaced = kind === 'Group' ? bare.replace(/\s+/g, ' ').trim() : bare.replace(/\s+/g, '');
  return trimEnd(cut(spaced, accountNameLength(kind)));
}

function trimEnd(name: string): string {
  return name.replace(/[.\s$]+$/, '');
}

/** Why a sAMAccountName would be refused by Windows; undefined when it is fine. Samba accepts more. */
export function accountNameFault(name: string, kind: ResourceKind): string | undefined {
  const length = accountNameLength(kind);
  if (name.length > length) return `is longer than ${length} characters`;
  if (name.trim() === '') return 'is empty';
  if (/["/\\[\]:;|=,+*?<>@\p{Cc}]/u.test(name))
    return 'contains a character that account names cannot have ("/\\[]:;|=,+*?<>@)';
  if (name.endsWith('.') || name !== name.trim()) return 'ends with a point, or begins or ends with a blank';
  if (kind !== 'Group' && name.endsWith('$')) return 'ends with $, which is for computers';
  return RESERVED.has(foldName(name)) ? 'is a reserved name' : undefined;
}

/** Ways to tell apart what would have the same name, best first. */
export function candidates(attribute: string, kind: ResourceKind, given: readonly string[]): string[] {
  const name = attribute.toLowerCase();
  if (name === 'samaccountname') return numberedAccountNames(given, kind);
  if (name === 'rdn' || name === 'cn') return numberedCommonNames(given);
  return [...given];
}

function numberedAccountNames(given: readonly string[], kind: ResourceKind): string[] {
  const bases = given.map((text) => accountName(text, kind)).filter((text) => text !== '');
  const length = accountNameLength(kind);
  return numbered(
    bases,
    (base, number) => `${trimEnd(cut(base, length - String(number).length))}${number}`,
  ).filter((name) => accountNameFault(name, kind) === undefined);
}

function numberedCommonNames(given: readonly string[]): string[] {
  const bases = given.map(commonName).filter((text) => text !== '');
  return numbered(
    bases,
    (base, number) => `${cut(base, COMMON_NAME_LENGTH - String(number).length - 1)} ${number}`,
    2,
  );
}

/** What was given, in order; then the last of it with numbers. */
function numbered(
  bases: readonly string[],
  withNumber: (base: string, number: number) => string,
  first = 1,
): string[] {
  const last = bases.at(-1);
  const names = [...bases];
  for (let number = first; last !== undefined && names.length < MOST_CANDIDATES; number++)
    names.push(withNumber(last, number));
  return [...new Set(names)];
}

/** userPrincipalName: `local@suffix` with a suffix that the forest knows. */
export function principalNameFault(name: string, suffixes: readonly string[]): string | undefined {
  const at = name.lastIndexOf('@');
  if (at < 1 || at === name.length - 1) return 'is not of the form name@suffix';
  if (name.length > 1024) return 'is longer than 1024 characters';
  if (/[\s\p{Cc}"/\\[\]:;|=,+*?<>]/u.test(name))
    return 'contains a blank or a character that sign-in names cannot have';
  if (name.indexOf('@') !== at) return 'contains more than one @';
  const suffix = name.slice(at + 1).toLowerCase();
  if (suffixes.some((known) => known.toLowerCase() === suffix)) return undefined;
  return `has the suffix "${suffix}", which the forest does not list (${suffixes.join(', ')})`;
}
