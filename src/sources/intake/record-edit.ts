import type { Departure, Edit, EditResult } from '../../identity/model.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { sameJson } from '../../schema/same-json.js';
import { badRequest } from '../../schema/scim-error.js';
import type { Attributes } from '../../schema/types.js';
import { missingRequired } from '../../schema/validate/required.js';
import { validateResource } from '../../schema/validate/validate-resource.js';
import type { ValidationDialect } from '../../schema/validate/validation-dialect.js';
import { merge } from './merge.js';
import type { Statement } from './read-record.js';

const lenient: ValidationDialect = { ignoreUnknown: true, jsonTextInRoles: false };

/** The attributes of a resource once a record of its source holds. Throws ScimError where they may not become so. */
function mergedAttributes(
  type: ResourceType,
  current: Attributes,
  statement: Statement,
  departed: Departure | undefined,
): Attributes {
  const merged = merge(type, current, statement);
  // Who was deactivated for being gone is back, unless the record says otherwise.
  if (departed === 'deactivated' && !says(statement, 'active')) merged.active = true;
  if (sameJson(merged, current)) return current;
  // Immutable attributes keep their values, as in a PUT (RFC 7644 §3.5.1).
  validateResource(
    type,
    { schemas: [type.schema.id], ...merged },
    { dialect: lenient, former: current, partial: true },
  );
  const already = new Set(missingRequired(type, current));
  const missing = missingRequired(type, merged).find((path) => !already.has(path));
  if (missing !== undefined)
    throw badRequest('invalidValue', `"${missing}" is required and would have no value.`);
  return merged;
}

/** Passwords are for new resources: whoever exists may have changed the one that the source knows. */
export function recordEdit(
  type: ResourceType,
  externalId: string,
  statement: Statement,
  found: { adopt: boolean; departed?: Departure },
): Edit {
  const { members } = statement;
  return {
    members: members === undefined ? [] : [{ op: 'replace', members }],
    apply(current): EditResult {
      const attributes = mergedAttributes(type, current.attributes, statement, found.departed);
      return {
        attributes,
        ...(current.externalId === externalId ? {} : { externalId, claims: true }),
        ...(found.departed === undefined ? {} : { departed: null }),
      };
    },
  };
}

const says = ({ attributes, cleared }: Statement, name: string): boolean =>
  attributes[name] !== undefined || cleared.some(({ attribute }) => attribute.name === name);
