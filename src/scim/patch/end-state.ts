import type { ResourceType } from '../../schema/resource-type.js';
import { sameJson } from '../../schema/same-json.js';
import { badRequest } from '../../schema/scim-error.js';
import type { AttributeDefinition, Attributes, JsonObject } from '../../schema/types.js';
import { isObject } from '../../schema/validate/attribute-value.js';
import { missingRequired } from '../../schema/validate/required.js';

/**
 * What holds after all operations: required attributes have values (§3.5.2.2 names `mutability` for one that was removed),
 * and immutable ones keep theirs. What was missing before is not this request's fault.
 */
export function checkEndState(
  type: ResourceType,
  before: Attributes,
  after: Attributes,
  removed: ReadonlySet<string>,
): void {
  const missing = missingRequired(type, after);
  if (missing.length > 0) {
    const already = new Set(missingRequired(type, before));
    const path = missing.find((candidate) => !already.has(candidate));
    if (path !== undefined)
      throw removed.has(path)
        ? badRequest('mutability', `"${path}" is required and cannot be removed.`)
        : badRequest('invalidValue', `"${path}" is required and would have no value.`);
  }
  checkImmutable(type.schema.attributes, before, after, '');
  for (const { schema } of type.extensions) {
    const former = before[schema.id];
    const latter = after[schema.id];
    if (isObject(former))
      checkImmutable(schema.attributes, former, isObject(latter) ? latter : {}, `${schema.id}:`);
  }
}

function checkImmutable(
  definitions: readonly AttributeDefinition[],
  before: JsonObject,
  after: JsonObject,
  prefix: string,
): void {
  for (const definition of definitions) {
    const former = before[definition.name];
    if (former === undefined) continue;
    const latter = after[definition.name];
    if (definition.mutability === 'immutable' && !sameJson(former, latter))
      throw badRequest('mutability', `"${prefix}${definition.name}" is immutable and has a value.`);
    if (!definition.multiValued && isObject(former) && isObject(latter))
      checkImmutable(definition.subAttributes ?? [], former, latter, `${prefix}${definition.name}.`);
  }
}
