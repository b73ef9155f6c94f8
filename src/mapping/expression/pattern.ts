import { RE2JS } from 're2js';
import { EvaluationError } from './expression-problem.js';

/** A regular expression of .NET's syntax, run by an engine whose time grows linearly with the text. */
export interface Pattern {
  source: string;
  /** Names of the groups, in the spelling of the pattern. */
  groups: readonly string[];
  /** Holds somewhere in the text. */
  finds(text: string): boolean;
  /** Holds for the whole text. */
  matches(text: string): boolean;
  /** Every match from left to right. */
  each(text: string): Match[];
}

export interface Match {
  start: number;
  end: number;
  /** By number and by name; null when the group took no part. */
  group(nameOrNumber: string | number): { text: string; start: number; end: number } | null;
}

/** A construct that cannot be carried over, named. */
export class PatternError extends Error {
  constructor(readonly detail: string) {
    super(detail);
    this.name = 'PatternError';
  }
}

const LONGEST_SUBJECT = 10_000;
/** One search is linear; finding every match can cost the square of the length. */
const LONGEST_FOR_ALL = 2_048;
const LARGEST_PROGRAM = 5_000;

export function compilePattern(source: string): Pattern {
  const translated = translate(source);
  const flags = /\(\?<[=!]/.test(translated) ? RE2JS.LOOKBEHINDS : 0;
  const compiled = build(translated, flags);
  const groups = Object.keys(compiled.namedGroups());
  return {
    source,
    groups,
    finds: (text) => compiled.matcher(fitting(text)).find(),
    matches: (text) => compiled.matcher(fitting(text)).matches(),
    each: (text) => allMatches(compiled, fitting(text, LONGEST_FOR_ALL), groups),
  };
}

function build(translated: string, flags: number): RE2JS {
  try {
    const compiled = RE2JS.compile(translated, flags);
    if (compiled.programSize() <= LARGEST_PROGRAM) return compiled;
  } catch (error) {
    throw new PatternError(
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error),
    );
  }
  throw new PatternError('the pattern repeats too much to be run in bounded time');
}

function fitting(text: string, longest = LONGEST_SUBJECT): string {
  if (text.length <= longest) return text;
  throw new EvaluationError(`a text of ${text.length} characters is too long for a regular expression`);
}

function allMatches(compiled: RE2JS, text: string, groups: readonly string[]): Match[] {
  const matcher = compiled.matcher(text);
  const names: readonly (string | number)[] = [...Array(matcher.groupCount() + 1).keys(), ...groups];
  const found: Match[] = [];
  while (matcher.find()) {
    const captured = new Map<string | number, { text: string; start: number; end: number }>();
    for (const name of names) {
      const inner = matcher.group(name);
      if (inner !== null)
        captured.set(name, { text: inner, start: matcher.start(name), end: matcher.end(name) });
    }
    found.push({ start: matcher.start(), end: matcher.end(), group: (name) => captured.get(name) ?? null });
  }
  return found;
}

/** `${name}`, `$1`, `$&` and `$$` of a .NET replacement. An unknown group stays as it is written. */
export function expandReplacement(template: string, match: Match, groups: readonly string[]): string {
  return template.replace(/\$(?:\{(\w+)\}|(\d{1,2})|(&)|(\$))/g, (written, name, number, whole, dollar) => {
    if (dollar !== undefined) return '$';
    if (whole !== undefined) return match.group(0)?.text ?? '';
    const key = name ?? number;
    if (/^\d+$/.test(key)) return match.group(Number(key))?.text ?? '';
    return groups.includes(key) ? (match.group(key)?.text ?? '') : written;
  });
}

/** .NET's classes know Unicode; the engine's own `\w`, `\d` and `\s` know ASCII only. */
const CLASSES: Readonly<Record<string, string>> = {
  w: '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}',
  d: '\\p{Nd}',
  s: '\\s\\x0b\\x{85}\\p{Z}',
};

const REFUSED: readonly [RegExp, string][] = [
  [/^\(\?=/, 'look-ahead (?=…)'],
  [/^\(\?!/, 'negative look-ahead (?!…)'],
  [/^\(\?>/, 'atomic group (?>…)'],
  [/^\(\?\(/, 'conditional (?(…)…)'],
  [/^\(\?<\w+-\w*>/, 'balancing group (?<a-b>…)'],
  [/^\(\?[imsU-]*[nx]/, 'option n or x'],
];

function translate(source: string): string {
  let out = '';
  let index = 0;
  while (index < source.length) {
    const rest = source.slice(index);
    const char = source.charAt(index);
    if (char === '\\') {
      const escape = escapeAt(source, index, false);
      out += escape.text;
      index = escape.end;
    } else if (char === '[') {
      const set = classAt(source, index);
      out += set.text;
      index = set.end;
    } else if (rest.startsWith('(?#')) {
      const end = source.indexOf(')', index);
      if (end === -1) throw new PatternError('this comment (?#… is not closed');
      index = end + 1;
    } else {
      const refused = REFUSED.find(([pattern]) => pattern.test(rest));
      if (refused) throw new PatternError(`${refused[1]} cannot be run in bounded time`);
      const quotedName = /^\(\?'(\w+)'/.exec(rest);
      out += quotedName ? `(?<${quotedName[1]}>` : char;
      index += quotedName ? quotedName[0].length : 1;
    }
  }
  return out;
}

function escapeAt(source: string, index: number, inClass: boolean): { text: string; end: number } {
  const next = source.charAt(index + 1);
  const end = index + 2;
  const lower = next.toLowerCase();
  const set = CLASSES[lower];
  if (set !== undefined && 'wdsWDS'.includes(next)) {
    if (next !== lower) return { text: lower === 'd' ? '\\P{Nd}' : `[^${set}]`, end };
    return { text: inClass ? set : `[${set}]`, end };
  }
  if (next === 'u') {
    const code = /^[0-9A-Fa-f]{4}/.exec(source.slice(end))?.[0];
    if (code === undefined) throw new PatternError('\\u needs four hexadecimal digits');
    return { text: `\\x{${code}}`, end: end + 4 };
  }
  if (next === 'e') return { text: '\\x1b', end };
  if (next === 'Z' && !inClass) return { text: '\\z', end };
  if (/[1-9]/.test(next) || next === 'k')
    throw new PatternError(`back-reference \\${next} cannot be run in bounded time`);
  if (next === 'G') throw new PatternError('\\G is not known here');
  if (next === 'p' || next === 'P') return propertyAt(source, index);
  return { text: source.slice(index, end), end };
}

function propertyAt(source: string, index: number): { text: string; end: number } {
  const property = /^\\[pP]\{(\w+)\}/.exec(source.slice(index));
  if (!property) return { text: source.slice(index, index + 2), end: index + 2 };
  if (/^Is/.test(property[1] ?? ''))
    throw new PatternError(`Unicode block ${property[0]} is not known; use \\p{L} or a script`);
  return { text: property[0], end: index + property[0].length };
}

/** `[…]`. A negated class inside (`[\W_]`) becomes an alternative, because the engine cannot nest classes. */
function classAt(source: string, start: number): { text: string; end: number } {
  const negated = source.charAt(start + 1) === '^';
  let index = start + (negated ? 2 : 1);
  const opening = index;
  let inner = '';
  const alternatives: string[] = [];
  while (index < source.length) {
    const char = source.charAt(index);
    if (char === ']' && index > opening) {
      return { text: assemble(inner, alternatives, negated), end: index + 1 };
    }
    if (char === '-' && source.charAt(index + 1) === '[')
      throw new PatternError('class subtraction [a-z-[aeiou]] is not known here');
    if (char !== '\\') {
      inner += char === '[' || (char === ']' && index === opening) ? `\\${char}` : char;
      index += 1;
      continue;
    }
    const escape = escapeAt(source, index, true);
    if (!escape.text.startsWith('[')) inner += escape.text;
    else if (negated)
      throw new PatternError(`${source.slice(index, escape.end)} inside [^…] is not known here`);
    else alternatives.push(escape.text);
    index = escape.end;
  }
  throw new PatternError('this class […] is not closed');
}

function assemble(inner: string, alternatives: readonly string[], negated: boolean): string {
  const own = inner === '' ? [] : [`[${negated ? '^' : ''}${inner}]`];
  const all = [...own, ...alternatives];
  return all.length === 1 ? (all[0] ?? '') : `(?:${all.join('|')})`;
}
