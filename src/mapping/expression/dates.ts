/** An instant in UTC: milliseconds since 1970 and the rest in steps of 100 ns, as .NET and AD count. */
export interface Instant {
  ms: number;
  /** 0 to 9999. */
  ticks: number;
}

const FILETIME_EPOCH_MS = 11_644_473_600_000n;
/** 0001-01-01 and 9999-12-31, the limits of .NET's DateTime. */
const FIRST_MS = new Date(0).setUTCFullYear(1, 0, 1);
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export interface DateFields {
  year: number;
  month: number;
  day: number;
  hour?: number;
  minute?: number;
  second?: number;
  /** Fraction of a second in 100 ns steps, 0 to 9,999,999. */
  fraction?: number;
  /** Minutes east of UTC. */
  offset?: number;
}

/** Undefined for fields that name no instant (30 February, 25 o'clock). */
export function instantOf(fields: DateFields): Instant | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, offset = 0 } = fields;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || Math.abs(offset) > 14 * 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offset, second, Math.floor(fraction / 10_000));
  return inRange({ ms: date.getTime(), ticks: fraction % 10_000 });
}

export function inRange(instant: Instant): Instant | undefined {
  return instant.ms >= FIRST_MS && instant.ms <= LAST_MS ? instant : undefined;
}

export function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

/** The day of the month is kept, or becomes the last one of a shorter month. NaN outside the years 1 to 9999. */
export function addMonths(ms: number, months: number): number {
  const date = new Date(ms);
  const total = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, month] = [Math.floor(total / 12), ((total % 12) + 12) % 12];
  if (!(year >= 1 && year <= 9999)) return Number.NaN;
  return date.setUTCFullYear(year, month, Math.min(date.getUTCDate(), daysIn(year, month + 1)));
}

const TIME = String.raw`(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?`;
const ZONE = String.raw`\s*(Z|[+-]\d{2}(?::?\d{2})?)?`;
const ISO = new RegExp(`^(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})${TIME}${ZONE}$`, 'i');
const US = new RegExp(
  String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(AM|PM)?)?${ZONE}$`,
  'i',
);
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{4})?$/i;

/** ISO 8601, Entra's own `M/d/yyyy h:mm:ss tt`, and LDAP generalized time. Without an offset it is UTC. */
export function parseDate(text: string): Instant | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 64 || !/^\d/.test(trimmed)) return undefined;
  const iso = ISO.exec(trimmed) ?? COMPACT.exec(trimmed);
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return fromText({ year, month, day, hour, minute, second, fraction, zone });
  }
  const us = US.exec(trimmed);
  if (!us) return undefined;
  const [, month, day, year, hour, minute, second, fraction, half, zone] = us;
  return fromText({ year, month, day, hour, minute, second, fraction, zone }, half);
}

interface TextFields {
  year?: string;
  month?: string;
  day?: string;
  hour?: string;
  minute?: string;
  second?: string;
  fraction?: string;
  zone?: string;
}

function fromText(text: TextFields, half?: string): Instant | undefined {
  const hour = half === undefined ? Number(text.hour ?? 0) : onTheClock(Number(text.hour ?? 0), half);
  if (hour === undefined) return undefined;
  return instantOf({
    year: Number(text.year),
    month: Number(text.month),
    day: Number(text.day),
    hour,
    minute: Number(text.minute ?? 0),
    second: Number(text.second ?? 0),
    fraction: Number((text.fraction ?? '').padEnd(7, '0').slice(0, 7)),
    offset: offsetOf(text.zone),
  });
}

export function onTheClock(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase().startsWith('P') ? 12 : 0);
}

/** `Z`, `+08`, `+0800` or `+08:00` in minutes. */
export function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

/** 100 ns steps since 1601, the form of accountExpires. */
export function toFileTime(instant: Instant): bigint {
  return (BigInt(instant.ms) + FILETIME_EPOCH_MS) * 10_000n + BigInt(instant.ticks);
}

export function fromFileTime(value: bigint): Instant | undefined {
  const ticks = ((value % 10_000n) + 10_000n) % 10_000n;
  const ms = (value - ticks) / 10_000n - FILETIME_EPOCH_MS;
  if (ms > BigInt(LAST_MS) || ms < BigInt(FIRST_MS)) return undefined;
  return inRange({ ms: Number(ms), ticks: Number(ticks) });
}
