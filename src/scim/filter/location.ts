import { resolvePath, resourceTypesReferredTo, valueSubAttribute } from '../../schema/attribute-path.js';
import type { AttributeReference, CompareOperator } from '../../schema/filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { Test } from './filter-ast.js';

type Compare = Test & { kind: 'compare' };

/**
 * `meta.location` and the `$ref` of a reference are URIs that are made of an id when a resource is rendered (RFC 7643
 * §3.1, §2.4): a filter on one is a filter on the id. Undefined for every other attribute.
 */
export function idBehind(path: AttributeReference, type: ResourceType): AttributeReference | undefined {
  const { attribute, subAttribute } = path;
  if (attribute.name === 'meta' && subAttribute?.name === 'location') return resolvePath(type, 'id');
  if (subAttribute?.name !== '$ref' || resourceTypesReferredTo(attribute).length === 0) return undefined;
  const value = valueSubAttribute(attribute);
  return value && { ...path, subAttribute: value };
}

const whole: readonly CompareOperator[] = ['eq', 'ne', 'ew'];

/** The test of the id that a test of the URI comes to; undefined for what an id alone cannot answer. */
export function testOfId(test: Compare): Compare | undefined {
  if (!whole.includes(test.operator)) return undefined;
  if (test.literal.kind !== 'string' || !test.literal.value.includes('/')) return test;
  const value = test.literal.value.split('/').at(-1)!;
  const operator = test.operator === 'ew' ? 'eq' : test.operator;
  return { ...test, operator, literal: { kind: 'string', value } };
}
