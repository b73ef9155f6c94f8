import type { AttributeDefinition, Json } from '../../schema/types.js';
import { attributeValue, isObject, type ValueOptions } from '../../schema/validate/attribute-value.js';
import { simpleValue } from '../../schema/validate/simple-value.js';
import { badRequest } from '../../schema/scim-error.js';
import type { PatchDialect } from './patch-dialect.js';
import type { AttributeTarget } from '../filter/target-path.js';

/** The value of an add or replace in the form of the schema; undefined takes away. */
export function stepValue(target: AttributeTarget, value: Json, dialect: PatchDialect): Json | undefined {
  if (value === '' && dialect.emptyStringClears) return undefined;
  const options: ValueOptions = { dialect, singleForMultiple: true };
  const definition = definitionOf(target);
  const normal = attributeValue(definition, value, target.text, options);
  return dialect.emptyStringClears ? withoutEmpty(normal) : normal;
}

/** A filter selects values, so the value is one of them. */
function definitionOf({ attribute, subAttribute, filter }: AttributeTarget): AttributeDefinition {
  if (subAttribute !== undefined) return subAttribute;
  return filter === undefined ? attribute : { ...attribute, multiValued: false };
}

function withoutEmpty(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const kept = value.flatMap((item) => withoutEmpty(item) ?? []);
    return kept.length === 0 ? undefined : kept;
  }
  if (!isObject(value)) return value === '' ? undefined : value;
  const kept = Object.entries(value).filter(([, content]) => content !== '');
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Values that Entra lists in a remove: whole ones, parts of them, or bare. */
export function valuesToRemove(attribute: AttributeDefinition, value: Json, dialect: PatchDialect): Json[] {
  const single = { ...attribute, multiValued: false };
  return (Array.isArray(value) ? value : [value]).flatMap((item) => {
    if (item === null) return [];
    if (attribute.type !== 'complex') return [simpleValue(single, item, attribute.name)];
    const object = typeof item === 'string' ? { value: item } : item;
    const normal = attributeValue(single, object, attribute.name, { dialect, singleForMultiple: true });
    if (normal === undefined)
      throw badRequest('invalidValue', `"${attribute.name}": a value to remove is empty.`);
    return [normal];
  });
}
