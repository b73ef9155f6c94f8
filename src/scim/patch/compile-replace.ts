import type { Edit, EditResult } from '../../identity/model.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { sameJson } from '../../schema/same-json.js';
import { validateResource } from '../../schema/validate/validate-resource.js';
import type { ValidationDialect } from '../../schema/validate/validation-dialect.js';

/**
 * PUT (RFC 7644 §3.5.1) as an edit: what the body leaves out is cleared, but for what a client cannot write or read back,
 * and for memberships, which stay when `members` is absent.
 */
export function compileReplace(type: ResourceType, body: unknown, dialect: ValidationDialect): Edit {
  const { members } = validateResource(type, body, { dialect, partial: true });
  return {
    replaces: true,
    members: members === undefined ? [] : [{ op: 'replace', members }],
    apply(current) {
      const { attributes, externalId, secrets } = validateResource(type, body, {
        dialect,
        former: current.attributes,
      });
      const unchanged = sameJson(attributes, current.attributes);
      const result: EditResult = { attributes: unchanged ? current.attributes : attributes };
      if ((externalId ?? null) !== (current.externalId ?? null)) result.externalId = externalId ?? null;
      if (secrets !== undefined) result.secrets = secrets;
      return result;
    },
  };
}
