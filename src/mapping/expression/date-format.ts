import { instantOf, onTheClock, type Instant } from './dates.js';

/**
 * .NET custom date and time format strings, invariant culture, always in UTC.
 * https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
 */
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What Entra's date functions return: `3/16/2020 7:00:00 AM`. */
export const ENTRA_FORMAT = 'M/d/yyyy h:mm:ss tt';

/** One-letter standard formats stand for custom ones. */
const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

type Piece = { literal: string } | { field: string; count: number };

const pieces = new Map<string, readonly Piece[]>();

/** Formats are few and come from the configuration, so they are read once; undefined when one is malformed. */
function piecesOf(format: string): readonly Piece[] | undefined {
  const known = pieces.get(format);
  if (known) return known;
  const read = readFormat(STANDARD[format] ?? (format.startsWith('%') ? format.slice(1) : format));
  if (read && pieces.size < 1_000) pieces.set(format, read);
  return read;
}

function readFormat(format: string): Piece[] | undefined {
  const found: Piece[] = [];
  let index = 0;
  while (index < format.length) {
    const char = format.charAt(index);
    if (char === '"' || char === "'") {
      const end = format.indexOf(char, index + 1);
      if (end === -1) return undefined;
      found.push({ literal: format.slice(index + 1, end) });
      index = end + 1;
    } else if (char === '\\') {
      if (index + 1 >= format.length) return undefined;
      found.push({ literal: format.charAt(index + 1) });
      index += 2;
    } else if ('yMdHhmsfFtzKg'.includes(char)) {
      let count = 1;
      while (format.charAt(index + count) === char) count += 1;
      found.push({ field: char, count });
      index += count;
    } else {
      found.push({ literal: char });
      index += 1;
    }
  }
  return found;
}

/** Undefined when the format is malformed. */
export function formatDate(instant: Instant, format: string): string | undefined {
  const date = new Date(instant.ms);
  return piecesOf(format)
    ?.map((piece) =>
      'literal' in piece ? piece.literal : formatField(date, instant.ticks, piece.field, piece.count),
    )
    .join('');
}

function formatField(date: Date, ticks: number, field: string, count: number): string {
  const pad = (value: number, least = count): string => String(value).padStart(Math.min(least, 2), '0');
  switch (field) {
    case 'y':
      return formatYear(date.getUTCFullYear(), count);
    case 'M':
      return count > 2 ? nameOf(MONTHS, date.getUTCMonth(), count) : pad(date.getUTCMonth() + 1);
    case 'd':
      return count > 2 ? nameOf(DAYS, date.getUTCDay(), count) : pad(date.getUTCDate());
    case 'H':
      return pad(date.getUTCHours());
    case 'h':
      return pad(date.getUTCHours() % 12 || 12);
    case 'm':
      return pad(date.getUTCMinutes());
    case 's':
      return pad(date.getUTCSeconds());
    case 't':
      return (date.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, Math.min(count, 2));
    case 'z':
      return count === 1 ? '+0' : count === 2 ? '+00' : '+00:00';
    case 'K':
      return 'Z'.repeat(count);
    case 'g':
      return 'A.D.';
    default:
      return formatFraction(date.getUTCMilliseconds() * 10_000 + ticks, field, count);
  }
}

function formatYear(year: number, count: number): string {
  if (count <= 2) return String(year % 100).padStart(count, '0');
  return String(year).padStart(count, '0');
}

function formatFraction(fraction: number, field: string, count: number): string {
  const digits = String(fraction).padStart(7, '0').padEnd(count, '0').slice(0, count);
  return field === 'f' ? digits : digits.replace(/0+$/, '');
}

function nameOf(names: readonly string[], index: number, count: number): string {
  const name = names[index] ?? '';
  return count === 3 ? name.slice(0, 3) : name;
}

interface Reading {
  text: string;
  at: number;
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  hour12?: number;
  half?: string;
  minute?: number;
  second?: number;
  fraction?: number;
  offset?: number;
}

/** Undefined when the text does not have exactly this format. A missing date is 1 January of year 1. */
export function parseWithFormat(text: string, format: string): Instant | undefined {
  const list = piecesOf(format);
  if (!list) return undefined;
  const reading: Reading = { text, at: 0 };
  for (const piece of list) if (!take(reading, piece)) return undefined;
  if (reading.at !== text.length) return undefined;
  const hour = hourOf(reading);
  if (hour === undefined) return undefined;
  const { year = 1, month = 1, day = 1, minute, second, fraction, offset } = reading;
  return instantOf({ year, month, day, hour, minute, second, fraction, offset });
}

function hourOf(reading: Reading): number | undefined {
  if (reading.hour !== undefined) return reading.hour;
  if (reading.hour12 === undefined) return 0;
  return reading.half === undefined ? reading.hour12 : onTheClock(reading.hour12, reading.half);
}

function take(reading: Reading, piece: Piece): boolean {
  if ('literal' in piece) {
    if (!reading.text.startsWith(piece.literal, reading.at)) return false;
    reading.at += piece.literal.length;
    return true;
  }
  const { field, count } = piece;
  switch (field) {
    case 'y':
      return takeYear(reading, count);
    case 'M':
      return count > 2 ? takeMonthName(reading, count) : digits(reading, count, 2, 'month');
    case 'd':
      return count > 2 ? takeName(reading, DAYS, count) !== undefined : digits(reading, count, 2, 'day');
    case 'H':
      return digits(reading, Math.min(count, 2), 2, 'hour');
    case 'h':
      return digits(reading, Math.min(count, 2), 2, 'hour12');
    case 'm':
      return digits(reading, Math.min(count, 2), 2, 'minute');
    case 's':
      return digits(reading, Math.min(count, 2), 2, 'second');
    case 't':
      return takePattern(reading, count === 1 ? /[AP]/iy : /[AP]M/iy, (found) => (reading.half = found));
    case 'f':
      return takeFraction(reading, count, count);
    case 'F':
      return takeFraction(reading, 0, count);
    case 'z':
      return takePattern(reading, /[+-]\d{1,2}(?::?\d{2})?/y, (found) => (reading.offset = zone(found)));
    case 'K':
      return takePattern(
        reading,
        /(?:Z|[+-]\d{2}:\d{2})?/y,
        (found) => (reading.offset = found === '' ? 0 : zone(found)),
      );
    default:
      return takePattern(reading, /A\.D\./y, () => undefined);
  }
}

function zone(found: string): number {
  if (found === 'Z') return 0;
  const match = /([+-])(\d{1,2}):?(\d{2})?/.exec(found);
  const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
  return match?.[1] === '-' ? -minutes : minutes;
}

type NumericField = 'year' | 'month' | 'day' | 'hour' | 'hour12' | 'minute' | 'second';

function digits(reading: Reading, least: number, most: number, field: NumericField): boolean {
  return takePattern(
    reading,
    new RegExp(`\\d{${least},${most}}`, 'y'),
    (found) => (reading[field] = Number(found)),
  );
}

function takeYear(reading: Reading, count: number): boolean {
  if (count > 2) return digits(reading, count, Math.max(count, 4), 'year');
  if (!digits(reading, count, 2, 'year')) return false;
  // .NET's default two-digit-year window ends in 2049.
  reading.year = (reading.year ?? 0) + ((reading.year ?? 0) < 50 ? 2000 : 1900);
  return true;
}

function takeMonthName(reading: Reading, count: number): boolean {
  const index = takeName(reading, MONTHS, count);
  if (index === undefined) return false;
  reading.month = index + 1;
  return true;
}

function takeName(reading: Reading, names: readonly string[], count: number): number | undefined {
  const rest = reading.text.slice(reading.at, reading.at + 10).toLowerCase();
  const index = names.findIndex((name) =>
    rest.startsWith((count === 3 ? name.slice(0, 3) : name).toLowerCase()),
  );
  if (index === -1) return undefined;
  reading.at += count === 3 ? 3 : (names[index] ?? '').length;
  return index;
}

function takeFraction(reading: Reading, least: number, most: number): boolean {
  return takePattern(
    reading,
    new RegExp(`\\d{${least},${most}}`, 'y'),
    (found) => (reading.fraction = Number(found.padEnd(7, '0').slice(0, 7))),
  );
}

function takePattern(reading: Reading, pattern: RegExp, keep: (found: string) => unknown): boolean {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0];
  if (found === undefined) return false;
  reading.at += found.length;
  keep(found);
  return true;
}
