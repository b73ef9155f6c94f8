import type { AttributeReference, CompareOperator, Operand, ResolvedFilter } from '../../schema/filter.js';
import { compareText, foldFor } from '../../schema/fold.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { normaliseForSearch } from '../../schema/search-document.js';
import type { AttributeDefinition, Json, JsonObject } from '../../schema/types.js';

/**
 * What a filter means, evaluated on a search document: the reference for every other evaluation.
 * Two-valued logic: a comparison on an unassigned attribute is false, `ne` on a single-valued one true. A multi-valued
 * attribute matches when one of its values does; inside brackets one and the same value satisfies the whole expression.
 */
export function matches(filter: ResolvedFilter, searchDocument: JsonObject): boolean {
  switch (filter.kind) {
    case 'constant':
      return filter.value;
    case 'and':
      return filter.operands.every((operand) => matches(operand, searchDocument));
    case 'or':
      return filter.operands.some((operand) => matches(operand, searchDocument));
    case 'not':
      return !matches(filter.operand, searchDocument);
    case 'valuePath':
      return elementsOf(searchDocument, filter.path).some(
        (element) => isObject(element) && matchesElement(filter.filter, element),
      );
    default:
      return holds(filter, valuesOf(searchDocument, filter.path), isPlural(filter.path));
  }
}

/** As `matches`, on a resource as clients see it. */
export const matchesResource = (filter: ResolvedFilter, resource: JsonObject, type: ResourceType): boolean =>
  matches(filter, normaliseForSearch(resource, type));

/** The inside of brackets, on one value of the attribute in its search form. */
export function matchesElement(filter: ResolvedFilter, element: JsonObject): boolean {
  switch (filter.kind) {
    case 'constant':
      return filter.value;
    case 'and':
      return filter.operands.every((operand) => matchesElement(operand, element));
    case 'or':
      return filter.operands.some((operand) => matchesElement(operand, element));
    case 'not':
      return !matchesElement(filter.operand, element);
    case 'valuePath':
      return false;
    default: {
      const sub = filter.path.subAttribute;
      if (sub === undefined) return false;
      return holds(filter, listed(member(element, sub.name)), sub.multiValued);
    }
  }
}

type Test = ResolvedFilter & { kind: 'present' | 'compare' };

/** An operand is compared with many values and folded once. */
const foldedOperands = new WeakMap<Test, string>();

function foldedOperand(test: Test & { kind: 'compare' }, attribute: AttributeDefinition): string {
  const known = foldedOperands.get(test);
  if (known !== undefined) return known;
  const folded = foldFor(attribute, String(test.operand));
  foldedOperands.set(test, folded);
  return folded;
}

function holds(test: Test, values: readonly Json[], plural: boolean): boolean {
  if (test.kind === 'present') return values.some((value) => value !== '');
  const attribute = test.path.subAttribute ?? test.path.attribute;
  const operand = typeof test.operand === 'string' ? foldedOperand(test, attribute) : test.operand;
  if (test.operator === 'ne' && values.length === 0) return !plural;
  return values.some((value) => compare(test.operator, value, operand));
}

function compare(operator: CompareOperator, value: Json, operand: Operand): boolean {
  if (operator === 'eq') return value === operand;
  if (operator === 'ne') return value !== operand;
  if (typeof value === 'string' && typeof operand === 'string')
    return compareStrings(operator, value, operand);
  if (typeof value === 'number' && typeof operand === 'number') return ordered(operator, value - operand);
  return false;
}

function compareStrings(operator: CompareOperator, value: string, operand: string): boolean {
  if (operator === 'co') return value.includes(operand);
  if (operator === 'sw') return value.startsWith(operand);
  if (operator === 'ew') return value.endsWith(operand);
  return ordered(operator, compareText(value, operand));
}

function ordered(operator: CompareOperator, difference: number): boolean {
  if (operator === 'gt') return difference > 0;
  if (operator === 'ge') return difference >= 0;
  if (operator === 'lt') return difference < 0;
  return operator === 'le' && difference <= 0;
}

const isPlural = ({ attribute, subAttribute }: AttributeReference): boolean =>
  attribute.multiValued || subAttribute?.multiValued === true;

function elementsOf(document: JsonObject, path: AttributeReference): readonly Json[] {
  const owner = path.extension === undefined ? document : member(document, path.extension);
  return listed(member(owner, path.attribute.name));
}

function valuesOf(document: JsonObject, path: AttributeReference): readonly Json[] {
  const { subAttribute } = path;
  const elements = elementsOf(document, path);
  if (subAttribute === undefined) return elements;
  return elements.flatMap((element) => listed(member(element, subAttribute.name)));
}

const listed = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function member(value: Json | undefined, name: string): Json | undefined {
  return value !== undefined && isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
