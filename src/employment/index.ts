export { employmentPart } from './dates.js';
export { employment, type Employment, type EmploymentState } from './employment.js';
export { employmentProblem, type EmploymentProblem } from './problem.js';
export { timeZone } from './time-zone.js';
