import { withoutDiacritics } from '../diacritics.js';
import { EvaluationError } from '../expression-problem.js';
import { integerOf, isEmpty, isList, listOf, LONGEST_TEXT, quoted, textOf, type Value } from '../value.js';
import { argumentOf, eachText, MANY, requiredText, type EagerFunction } from './definition.js';

export const TEXT_FUNCTIONS: readonly EagerFunction[] = [
  {
    name: 'Append',
    arity: [2, 2],
    usage: 'Append(source, suffix)',
    call: ([source, suffix]) => eachText(source ?? null, (text) => text + (textOf(suffix ?? null) ?? '')),
  },
  {
    name: 'Join',
    arity: [2, MANY],
    usage: 'Join(separator, source1, source2, …)',
    call: ([separator, ...sources]) => join(textOf(separator ?? null) ?? '', sources),
  },
  {
    name: 'Left',
    arity: [2, 2],
    usage: 'Left(string, numChars)',
    call: ([source, count]) => left(source ?? null, integerOf(count ?? null, 'numChars of Left')),
  },
  {
    name: 'Mid',
    arity: [2, 3],
    usage: 'Mid(source, start, length)',
    call: (args) => middle(args),
  },
  {
    name: 'Len',
    arity: [1, 1],
    usage: 'Len(string)',
    call: ([source]) => (textOf(source ?? null) ?? '').length,
  },
  {
    name: 'InStr',
    arity: [2, 4],
    usage: 'InStr(value1, value2, start, compareType)',
    blank: [2],
    call: (args) => positionIn(args),
  },
  {
    name: 'NormalizeDiacritics',
    arity: [1, 1],
    usage: 'NormalizeDiacritics(source)',
    call: ([source]) => eachText(source ?? null, withoutDiacritics),
  },
  {
    name: 'PCase',
    arity: [1, 2],
    usage: 'PCase(source, wordSeparators)',
    call: ([source, separators]) => {
      const own = textOf(separators ?? null);
      return eachText(source ?? null, (text) => properCase(text, own));
    },
  },
  {
    name: 'StripSpaces',
    arity: [1, 1],
    usage: 'StripSpaces(source)',
    call: ([source]) => eachText(source ?? null, (text) => text.replaceAll(' ', '')),
  },
  {
    name: 'Trim',
    arity: [1, 1],
    usage: 'Trim(value)',
    call: ([source]) => eachText(source ?? null, (text) => text.trim()),
  },
  {
    name: 'ToLower',
    arity: [1, 2],
    usage: 'ToLower(source, culture)',
    call: ([source, culture]) => {
      const locale = cultureOf(culture ?? null);
      return eachText(source ?? null, (text) =>
        locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale),
      );
    },
  },
  {
    name: 'ToUpper',
    arity: [1, 2],
    usage: 'ToUpper(source, culture)',
    call: ([source, culture]) => {
      const locale = cultureOf(culture ?? null);
      return eachText(source ?? null, (text) =>
        locale === undefined ? upperOneToOne(text) : text.toLocaleUpperCase(locale),
      );
    },
  },
  {
    name: 'Word',
    arity: [3, 3],
    usage: 'Word(string, wordNumber, delimiters)',
    call: ([source, number, delimiters]) =>
      word(source ?? null, integerOf(number ?? null, 'wordNumber of Word'), textOf(delimiters ?? null) ?? ''),
  },
];

/** Empty sources leave no separator behind: `Join(", ", "", [surname], [givenName])` is "Doe, John". */
function join(separator: string, sources: readonly Value[]): Value {
  let joined: string | null = null;
  for (const source of sources) {
    for (const one of listOf(source)) {
      const text = textOf(one);
      if (text === null || text === '') continue;
      joined = joined === null ? text : joined + separator + text;
      if (joined.length > LONGEST_TEXT)
        throw new EvaluationError(`the result is longer than ${LONGEST_TEXT} characters`);
    }
  }
  return joined;
}

function left(source: Value, count: number): Value {
  if (isEmpty(source)) return '';
  return eachText(source, (text) => (count < 0 ? text : slice(text, 0, count)));
}

function middle(args: readonly Value[]): Value {
  const start = integerOf(argumentOf(args, 1), 'start of Mid') - 1;
  if (start < 0) throw new EvaluationError('start of Mid counts from 1');
  const length = args.length < 3 ? LONGEST_TEXT : integerOf(argumentOf(args, 2), 'length of Mid');
  if (length < 0) throw new EvaluationError('length of Mid cannot be negative');
  return eachText(argumentOf(args, 0), (text) => slice(text, start, start + length));
}

/** Positions count UTF-16 units as in .NET, but a character of two units is never cut in half. */
function slice(text: string, start: number, end: number): string {
  const isLow = (index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xdc00;
  const isHigh = (index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xd800;
  const whole = (index: number, step: number): number =>
    index > 0 && index < text.length && isLow(index) && isHigh(index - 1) ? index + step : index;
  return text.slice(whole(start, 1), whole(end, -1));
}

function positionIn(args: readonly Value[]): Value {
  const text = textOf(argumentOf(args, 0));
  const sought = textOf(argumentOf(args, 1));
  if (text === null || sought === null) return 0;
  const start = isEmpty(argumentOf(args, 2)) ? 1 : integerOf(argumentOf(args, 2), 'start of InStr');
  if (start < 1) throw new EvaluationError('start of InStr counts from 1');
  const compare = textOf(argumentOf(args, 3)) ?? 'vbBinaryCompare';
  if (compare === 'vbTextCompare') return upperOneToOne(text).indexOf(upperOneToOne(sought), start - 1) + 1;
  if (compare !== 'vbBinaryCompare') {
    throw new EvaluationError(
      `compareType of InStr is vbTextCompare or vbBinaryCompare, not ${quoted(compare)}`,
    );
  }
  return text.indexOf(sought, start - 1) + 1;
}

/** .NET's invariant upper case never changes the length of a text: ß stays ß. */
function upperOneToOne(text: string): string {
  const upper = text.toUpperCase();
  if (upper.length === text.length) return upper;
  return Array.from(text, (letter) => {
    const raised = letter.toUpperCase();
    return raised.length === letter.length ? raised : letter;
  }).join('');
}

const SEPARATOR = /[\p{Z}\p{Cc}\p{Cf}\p{Pc}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{Sm}\p{Sc}\p{Sk}\p{So}]/u;

/** Without separators as .NET's ToTitleCase of a lower-case text: an apostrophe inside a word does not end it. */
function properCase(text: string, separators: string | null): string {
  let inWord = false;
  let result = '';
  for (const letter of text.toLowerCase()) {
    const separates =
      separators === null
        ? SEPARATOR.test(letter) && !(inWord && letter === "'")
        : separators.includes(letter);
    if (separates) inWord = false;
    const starts = !separates && !inWord && (separators !== null || /\p{L}/u.test(letter));
    result += starts ? upperOneToOne(letter) : letter;
    if (starts) inWord = true;
  }
  return result;
}

function cultureOf(culture: Value): string | undefined {
  const name = textOf(culture);
  if (name === null || name === '') return undefined;
  try {
    return Intl.getCanonicalLocales(name)[0];
  } catch {
    throw new EvaluationError(`${quoted(name)} is not a culture such as en-US`);
  }
}

function word(source: Value, number: number, delimiters: string): Value {
  const text = textOf(isList(source) ? join(delimiters.charAt(0), [source]) : source);
  if (text === null || number < 1) return '';
  let found = 0;
  let current = '';
  for (const letter of text) {
    if (!delimiters.includes(letter)) {
      current += letter;
      continue;
    }
    if (current !== '' && (found += 1) === number) return current;
    current = '';
  }
  return current !== '' && found + 1 === number ? current : '';
}

/** `"t-" & [alias]`: text put together; each value of a list gets the text before and after it. */
export function concatenate(parts: readonly Value[]): Value {
  const list = parts.find((part): part is readonly (string | null)[] => isList(part) && part.length > 1);
  const textAround = (one: Value): string =>
    parts.map((part) => (part === list ? requiredText(one, 'value') : (textOf(part) ?? ''))).join('');
  if (!list) return textAround(null);
  return list.filter((one) => one !== null).map((one) => textAround(one));
}
