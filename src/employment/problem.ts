import { EMPLOYMENT_SCHEMA } from '../schema/builtin/employment.schema.js';
import type { Attributes } from '../schema/types.js';
import { datesOf, employmentPart, type EmploymentDates } from './dates.js';
import { parseMoment, type Moment } from './moment.js';
import { timeZone } from './time-zone.js';

/** What is wrong with the dates of a resource, for its client. */
export interface EmploymentProblem {
  attribute: string;
  detail: string;
}

const MOMENTS = ['startDate', 'endDate', 'leaveFrom', 'leaveUntil'];

/** The first thing that is wrong; undefined: nothing is. */
export function employmentProblem(attributes: Attributes): EmploymentProblem | undefined {
  const part = employmentPart(attributes);
  if (!part) return undefined;
  for (const name of MOMENTS) {
    const value = part[name];
    if (value !== undefined && (typeof value !== 'string' || !parseMoment(value)))
      return problem(
        name,
        'must be a day such as 2027-01-04, or a time with its offset such as 2027-01-04T08:00:00+01:00',
      );
  }
  const { timeZone: zone } = part;
  if (zone !== undefined && (typeof zone !== 'string' || !timeZone(zone)))
    return problem('timeZone', 'must be a time zone of the IANA database, such as Europe/Berlin');
  return orderProblem(datesOf(part));
}

function orderProblem({
  start,
  end,
  leaveFrom,
  leaveUntil,
  timeZone: zone,
}: EmploymentDates): EmploymentProblem | undefined {
  if (isBefore(end, start, zone)) return problem('endDate', `is before startDate (${start!.text})`);
  if (leaveUntil && !leaveFrom)
    return problem('leaveFrom', 'is missing: a leave that has an end has a beginning');
  if (isBefore(leaveUntil, leaveFrom, zone))
    return problem('leaveUntil', `is before leaveFrom (${leaveFrom!.text})`);
  return undefined;
}

/** A day and a time compare only where it is known which day that is. */
function isBefore(last: Moment | undefined, first: Moment | undefined, name: string | undefined): boolean {
  if (!last || !first) return false;
  if (last.wholeDay && first.wholeDay) return last.text < first.text;
  if (name === undefined && last.wholeDay !== first.wholeDay) return false;
  const zone = timeZone(name ?? 'UTC')!;
  return last.ends(zone) < first.begins(zone);
}

const problem = (name: string, what: string): EmploymentProblem => ({
  attribute: `${EMPLOYMENT_SCHEMA}:${name}`,
  detail: `"${name}" ${what}.`,
});
