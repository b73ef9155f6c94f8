import { EMPLOYMENT_SCHEMA } from '../schema/builtin/employment.schema.js';
import type { Attributes, JsonObject } from '../schema/types.js';
import { parseMoment, type Moment } from './moment.js';

/** The words of the extension, as far as they can be read. */
export interface EmploymentDates {
  start?: Moment;
  end?: Moment;
  leaveFrom?: Moment;
  leaveUntil?: Moment;
  timeZone?: string;
}

/** The extension of a resource; undefined for the many that have none. */
export function employmentPart(attributes: Attributes): JsonObject | undefined {
  const part = attributes[EMPLOYMENT_SCHEMA];
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? part : undefined;
}

export function datesOf(part: JsonObject): EmploymentDates {
  const moment = (name: string): Moment | undefined => {
    const value = part[name];
    return typeof value === 'string' ? parseMoment(value) : undefined;
  };
  const { timeZone } = part;
  return {
    start: moment('startDate'),
    end: moment('endDate'),
    leaveFrom: moment('leaveFrom'),
    leaveUntil: moment('leaveUntil'),
    ...(typeof timeZone === 'string' ? { timeZone } : {}),
  };
}
