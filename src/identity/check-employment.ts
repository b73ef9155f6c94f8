import { employmentPart, employmentProblem } from '../employment/index.js';
import { sameJson } from '../schema/same-json.js';
import type { Attributes } from '../schema/types.js';
import { IdentityError } from './identity.errors.js';

/** Whoever writes them, dates make sense together; what was stored before is nobody's fault now. */
export function checkEmployment(attributes: Attributes, former?: Attributes): void {
  const part = employmentPart(attributes);
  if (!part || (former && sameJson(part, employmentPart(former) ?? {}))) return;
  const problem = employmentProblem(attributes);
  if (!problem) return;
  throw new IdentityError('invalidValue', problem.detail, {
    scimType: 'invalidValue',
    attribute: problem.attribute,
  });
}
