import type { Attributes } from '../schema/types.js';
import { datesOf, employmentPart, type EmploymentDates } from './dates.js';
import type { Moment } from './moment.js';
import { timeZone, type TimeZone } from './time-zone.js';

export type EmploymentState = 'before' | 'employed' | 'onLeave' | 'ended';

/** What the dates of a resource say at one instant, and for how long that holds. */
export interface Employment {
  state: EmploymentState;
  employed: boolean;
  /** For people: `employment begins 2027-01-04 in Europe/Berlin`. */
  reason: string;
  /** Milliseconds since 1970; undefined: it held ever since. */
  since?: number;
  /** The next change; undefined: there is none. */
  until?: number;
}

/** Undefined: the resource has no dates, and only `active` counts. Total: what cannot be read counts as not given. */
export function employment(attributes: Attributes, now: number, defaultZone: string): Employment | undefined {
  const part = employmentPart(attributes);
  if (!part) return undefined;
  const dates = datesOf(part);
  const zone = timeZone(dates.timeZone ?? defaultZone) ?? timeZone(defaultZone) ?? timeZone('UTC')!;
  const limits = limitsOf(dates, zone);
  const state = stateAt(limits, now);
  const changes = changesOf(limits);
  const since = changes.findLast((at) => at <= now);
  const until = changes.find((at) => at > now);
  return {
    state,
    employed: state === 'employed',
    reason: REASONS[state](dates, zone.name),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

interface Limits {
  start: number;
  end: number;
  leaveFrom: number;
  leaveUntil: number;
}

function limitsOf({ start, end, leaveFrom, leaveUntil }: EmploymentDates, zone: TimeZone): Limits {
  return {
    start: start?.begins(zone) ?? -Infinity,
    end: end?.ends(zone) ?? Infinity,
    leaveFrom: leaveFrom?.begins(zone) ?? Infinity,
    leaveUntil: leaveUntil?.ends(zone) ?? Infinity,
  };
}

function stateAt({ start, end, leaveFrom, leaveUntil }: Limits, at: number): EmploymentState {
  if (at >= end) return 'ended';
  if (at < start) return 'before';
  return at >= leaveFrom && at < leaveUntil ? 'onLeave' : 'employed';
}

/** In order of time, without the limits that change nothing: a leave that begins after the end, for instance. */
function changesOf(limits: Limits): number[] {
  return [...new Set([limits.start, limits.end, limits.leaveFrom, limits.leaveUntil])]
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
    .filter((at) => stateAt(limits, at) !== stateAt(limits, at - 1));
}

const REASONS: Readonly<Record<EmploymentState, (dates: EmploymentDates, zone: string) => string>> = {
  before: ({ start }, zone) => `employment begins ${shown(start, zone)}`,
  employed: ({ end }, zone) => (end ? `employed until ${shown(end, zone)}` : 'employed'),
  onLeave: ({ leaveFrom, leaveUntil }, zone) =>
    leaveUntil
      ? `on leave from ${shown(leaveFrom, zone)} until ${shown(leaveUntil, zone)}`
      : `on leave from ${shown(leaveFrom, zone)}`,
  ended: ({ end }, zone) =>
    end?.wholeDay === true
      ? `the last day of work was ${shown(end, zone)}`
      : `employment ended ${shown(end, zone)}`,
};

function shown(moment: Moment | undefined, zone: string): string {
  if (!moment) return '';
  return moment.wholeDay ? `${moment.text} in ${zone}` : moment.text;
}
