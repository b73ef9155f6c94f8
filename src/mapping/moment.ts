import { addMonths, parseDate } from './expression/dates.js';

/** A point in time as a scoping clause names it: `2026-12-31`, `today+14d`, `now-3h`. */
export interface Moment {
  /** Moves with the clock. */
  relative: boolean;
  /** Names a day, not a time. */
  wholeDay: boolean;
  /** Milliseconds since 1970; undefined beyond the calendar. */
  at(now: Date): number | undefined;
}

const RELATIVE = /^(today|now)\s*(?:([+-])\s*(\d{1,5})\s*([hdwmy]))?$/i;
const HOUR = 3_600_000;
const MILLISECONDS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/** Days begin at midnight UTC. */
export function parseMoment(text: string): Moment | undefined {
  const relative = RELATIVE.exec(text.trim());
  if (relative) return relativeMoment(relative);
  const instant = parseDate(text);
  if (!instant) return undefined;
  return { relative: false, wholeDay: !/[:T]/i.test(text), at: () => instant.ms };
}

function relativeMoment([, word = '', sign, amount = '0', unit = 'd']: RegExpExecArray): Moment {
  const wholeDay = word.toLowerCase() === 'today' && unit.toLowerCase() !== 'h';
  const count = Number(amount) * (sign === '-' ? -1 : 1);
  const step = MILLISECONDS[unit.toLowerCase()];
  const months = unit.toLowerCase() === 'y' ? 12 * count : count;
  return {
    relative: true,
    wholeDay,
    at: (now) => {
      const start =
        word.toLowerCase() === 'today' ? Math.floor(now.getTime() / (24 * HOUR)) * 24 * HOUR : now.getTime();
      const moved = step === undefined ? addMonths(start, months) : start + count * step;
      return Number.isNaN(moved) ? undefined : moved;
    },
  };
}
