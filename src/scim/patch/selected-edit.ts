import type { ResolvedFilter } from '../../schema/filter.js';
import { sameJson } from '../../schema/same-json.js';
import { badRequest } from '../../schema/scim-error.js';
import { searchableValue } from '../../schema/search-document.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { isObject, isPrimary, isReference } from '../../schema/validate/attribute-value.js';
import { matchesElement } from '../filter/matches.js';
import type { AttributeTarget } from '../filter/target-path.js';
import type { Step } from './step.js';
import { completed, demoteOthers, store, valuesOf } from './values.js';

type Assignment = Step & { kind: 'attribute' };

/** Add and replace on selected values or on a sub-attribute. */
export function editSelected(owner: JsonObject, step: Assignment): void {
  const { target } = step;
  const values = [...valuesOf(owner, target.attribute)];
  const selected = values.filter((value) => isSelected(target, value));
  let created: JsonObject | undefined;
  if (selected.length === 0) {
    created = createElement(step, values.length > 0);
    if (created === undefined) return;
    values.push(created);
    selected.push(created);
  }
  const edited = new Map(
    selected.map((value, at) => [
      value,
      at > 0 && isOneForAll(step) ? undefined : editOne(step, value, value === created),
    ]),
  );
  const after = values.flatMap((value) => (edited.has(value) ? (edited.get(value) ?? []) : [value]));
  const touched = new Set([...edited.values()].filter((value) => value !== undefined));
  const promotes = isObject(step.value) ? isPrimary(step.value) : isPrimaryTarget(target);
  if (promotes || (created !== undefined && isPrimary(created)))
    demoteOthers(after, touched, target.attribute.name);
  store(owner, target.attribute, after);
}

/** Several values replaced by one and the same are one value (RFC 7643 §2.4). */
const isOneForAll = ({ target, verb }: Assignment): boolean =>
  target.subAttribute === undefined && verb === 'replace';

const isPrimaryTarget = (target: AttributeTarget): boolean =>
  target.subAttribute?.name === 'primary' || target.filter !== undefined;

/** One value after the edit; undefined: it is gone. */
function editOne(step: Assignment, element: Json, created: boolean): Json | undefined {
  const { target, value, verb } = step;
  if (target.subAttribute === undefined) {
    if (value === undefined) return verb === 'add' ? element : undefined;
    if (!(verb === 'add' || created) || !isObject(element) || !isObject(value)) return structuredClone(value);
    return completed(target.attribute, element, value);
  }
  if (!isObject(element)) return element;
  return withSubAttribute(target, element, value);
}

function withSubAttribute(target: AttributeTarget, element: JsonObject, value: Json | undefined): JsonObject {
  const sub = target.subAttribute!;
  const before = element[sub.name];
  if (sub.mutability === 'immutable' && before !== undefined && !sameJson(before, value))
    throw badRequest('mutability', `"${target.text}" is immutable and has a value.`);
  if (sub.name === '$ref' && isReference(target.attribute)) return referringTo(element, value);
  const edited = { ...element };
  if (value === undefined) delete edited[sub.name];
  else edited[sub.name] = structuredClone(value);
  // A reference without an id refers to nothing, whatever else stands beside it.
  const pointless = sub.name === 'value' && isReference(target.attribute) && !value;
  return pointless ? {} : edited;
}

/** `$ref` is derived from the id: another one means another resource, and without one it is derived again. */
function referringTo(element: JsonObject, $ref: Json | undefined): JsonObject {
  const value = typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
  return value ? { value } : element;
}

/** What stands where nothing was selected: undefined when there is nothing to do. Throws 400 noTarget. */
function createElement(step: Assignment, hasValues: boolean): JsonObject | undefined {
  const { target, createsOnReplace, verb, value } = step;
  if (target.filter === undefined) return hasValues || value === undefined ? undefined : {};
  const room = target.attribute.multiValued || !hasValues;
  const template = room && (verb === 'add' || createsOnReplace) ? templateOf(target.filter) : undefined;
  if (template === undefined || target.attribute.type !== 'complex')
    throw badRequest('noTarget', `"${target.text}" selects no value.`);
  return value === undefined ? undefined : template;
}

/** The value that `type eq "work" and primary eq true` describes; only `eq` terms joined by `and` describe one. */
function templateOf(filter: ResolvedFilter): JsonObject | undefined {
  if (filter.kind === 'and') {
    const parts = filter.operands.map(templateOf);
    if (parts.some((part) => part === undefined)) return undefined;
    const names = parts.flatMap((part) => Object.keys(part!));
    return new Set(names).size === names.length ? Object.assign({}, ...parts) : undefined;
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
  const sub = filter.path.subAttribute;
  if (sub === undefined || sub.type === 'dateTime' || sub.mutability === 'readOnly') return undefined;
  return { [sub.name]: sub.multiValued ? [filter.operand] : filter.operand };
}

/** RFC 7644 §3.5.2.2: the attribute, the selected values, or a sub-attribute of them. Nothing selected is nothing to do. */
export function removeSelected(owner: JsonObject, target: AttributeTarget): void {
  const { attribute, subAttribute, filter } = target;
  if (filter === undefined && subAttribute === undefined) {
    delete owner[attribute.name];
    return;
  }
  const values = valuesOf(owner, attribute).flatMap((value) => {
    if (!isSelected(target, value)) return [value];
    if (subAttribute === undefined || !isObject(value)) return [];
    return [withSubAttribute(target, value, undefined)];
  });
  store(owner, attribute, values);
}

function isSelected({ attribute, filter }: AttributeTarget, value: Json): boolean {
  if (filter === undefined) return true;
  const searchable = searchableValue(attribute, value);
  if (searchable === undefined) return false;
  return matchesElement(filter, isObject(searchable) ? searchable : { value: searchable });
}
