import { parseDateTime } from '../schema/date-time.js';
import type { TimeZone } from './time-zone.js';

/** A day of work, or a point in time, as it was written. */
export interface Moment {
  readonly text: string;
  readonly wholeDay: boolean;
  /** When it begins. */
  begins(zone: TimeZone): number;
  /** When it is over: a day ends with the beginning of the next, a point in time at once. */
  ends(zone: TimeZone): number;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const OFFSET = /(?:Z|[+-]\d\d:\d\d)$/;
const dayMs = 86_400_000;

/** Undefined: neither a day of the calendar nor a time with its offset. */
export function parseMoment(text: string): Moment | undefined {
  const match = DAY.exec(text);
  return match ? wholeDay(text, Number(match[1]), Number(match[2]), Number(match[3])) : pointInTime(text);
}

function wholeDay(text: string, year: number, month: number, day: number): Moment | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const at = date.getTime();
  return {
    text,
    wholeDay: true,
    begins: (zone) => zone.startOfDay(at),
    ends: (zone) => zone.startOfDay(at + dayMs),
  };
}

function pointInTime(text: string): Moment | undefined {
  const parsed = OFFSET.test(text) ? parseDateTime(text) : undefined;
  if (parsed === undefined || !Number.isFinite(parsed)) return undefined;
  const at = Math.floor(parsed);
  return { text, wholeDay: false, begins: () => at, ends: () => at };
}
