import type { SchemaDocument } from '../types.js';
import { define, text } from './define.js';

export const EMPLOYMENT_SCHEMA = 'urn:landfall:params:scim:schemas:extension:employment:2.0:User';

/** Text, since RFC 7643 §2.3 has no type for a day without a time. */
const day = (name: string, description: string) =>
  text(name, `${description} A day (2027-01-04) or a time with its offset (2027-01-04T08:00:00+01:00).`, {
    caseExact: true,
  });

/** When somebody works here. Together with `active` it decides whether accounts are enabled. */
export const employmentSchema: SchemaDocument = {
  id: EMPLOYMENT_SCHEMA,
  name: 'Employment',
  description: 'When the user is employed',
  attributes: [
    day('startDate', 'The first day of work.'),
    day('endDate', 'The last day of work.'),
    day('leaveFrom', 'The first day of a long leave.'),
    day('leaveUntil', 'The last day of a long leave.'),
    define('timeZone', 'string', 'Where the days begin and end: an IANA time zone, such as Europe/Berlin.'),
  ],
};
