const HOUR = 3_600_000;
/** No place on earth has its midnight further from that of UTC (-12:00 to +14:00, local mean times included). */
const WINDOW = 16 * HOUR;
/** Asking Intl is slow, and people begin and leave on the same days. */
const MOST_DAYS = 5_000;

/** A time zone of the IANA database, as this Node.js knows it. */
export interface TimeZone {
  /** In the database's spelling. */
  readonly name: string;
  /** What local clocks show more than UTC, in milliseconds. */
  offset(at: number): number;
  /** The first instant of a day; of one that was skipped, the first instant after it. Days are milliseconds of their UTC midnight. */
  startOfDay(day: number): number;
}

const known = new Map<string, TimeZone>();

/** Undefined: there is no such zone. Offsets such as +01:00 are none: they know no summer. */
export function timeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  const before = known.get(key);
  if (before) return before;
  if (!/^[a-z][a-z0-9_+/-]{1,60}$/.test(key)) return undefined;
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  const zone = zoneOf(name, formatter);
  known.set(key, zone);
  return zone;
}

function zoneOf(given: string, formatter: Intl.DateTimeFormat): TimeZone {
  const { timeZone: resolved } = formatter.resolvedOptions();
  // An alias (Asia/Kolkata) stays what it was called.
  const name = resolved.toLowerCase() === given.toLowerCase() ? resolved : given;
  const offset = (at: number): number => {
    const whole = Math.floor(at / 1000) * 1000;
    return localTime(formatter, whole) - whole;
  };
  const starts = new Map<number, number>();
  return {
    name,
    offset,
    startOfDay: (day) => {
      let start = starts.get(day);
      if (start === undefined) {
        if (starts.size >= MOST_DAYS) starts.clear();
        starts.set(day, (start = startOfDay(offset, day)));
      }
      return start;
    },
  };
}

/** What the clocks show, as if they were clocks of UTC. */
function localTime(formatter: Intl.DateTimeFormat, at: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter.formatToParts(at)) parts[type] = value;
  const year = parts.era?.startsWith('B') === true ? 1 - Number(parts.year) : Number(parts.year);
  const local = new Date(0);
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return local.getTime();
}

/**
 * Local midnight is not always there: clocks that go forward at midnight skip it (America/Sao_Paulo until 2018),
 * and a place that changes the side of the date line skips a whole day (Pacific/Apia, 2011-12-30). Clocks that go
 * back over midnight show it twice (America/St_Johns until 2011): the first one counts.
 */
function startOfDay(offset: (at: number) => number, day: number): number {
  const before = offset(day - WINDOW);
  const after = offset(day + WINDOW);
  const midnights = [day - before, day - after].filter((at) => at + offset(at) === day);
  return midnights.length > 0 ? Math.min(...midnights) : transition(offset, day, before);
}

/** The instant in the window at which the clocks are changed. */
function transition(offset: (at: number) => number, day: number, before: number): number {
  let low = day - WINDOW;
  let high = day + WINDOW;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
