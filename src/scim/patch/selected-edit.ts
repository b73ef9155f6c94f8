import type { ResolvedFilter } from '../../schema/filter.js';
import { badRequest } from '../../schema/scim-error.js';
import { searchableValue } from '../../schema/search-document.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { isObject, isReference } from '../../schema/validate/attribute-value.js';
import { matchesElement } from '../filter/matches.js';
import type { AttributeTarget } from '../filter/target-path.js';
import type { Step } from './step.js';
import { demoteOthers, equalValues, store, valuesOf } from './values.js';

type Assignment = Step & { kind: 'attribute' };

/** Add and replace on selected values or on a sub-attribute. */
export function editSelected(owner: JsonObject, step: Assignment): void {
  const { target } = step;
  const values = [...valuesOf(owner, target.attribute)];
  const selected = values.filter((value) => isSelected(target, value));
  if (selected.length === 0) {
    const created = createElement(step, values.length > 0);
    if (created === undefined) return;
    values.push(created);
    selected.push(created);
    if (!target.attribute.multiValued) values.splice(0, values.length - 1);
  }
  const edited = new Map(
    selected.map((value, at) => [value, at > 0 && isOneForAll(step) ? undefined : editOne(step, value)]),
  );
  const after = values.flatMap((value) => (edited.has(value) ? (edited.get(value) ?? []) : [value]));
  const touched = new Set([...edited.values()].filter((value) => value !== undefined));
  if (isObject(step.value) ? step.value['primary'] === true : isPrimaryTarget(target))
    demoteOthers(after, touched, target.attribute.name);
  store(owner, target.attribute, after);
}

/** Several values replaced by one and the same are one value (RFC 7643 §2.4). */
const isOneForAll = ({ target, verb }: Assignment): boolean =>
  target.subAttribute === undefined && verb === 'replace';

const isPrimaryTarget = (target: AttributeTarget): boolean =>
  target.subAttribute?.name === 'primary' || target.filter !== undefined;

/** One value after the edit; undefined: it is gone. */
function editOne(step: Assignment, element: Json): Json | undefined {
  const { target, value, verb } = step;
  if (target.subAttribute === undefined) {
    if (value === undefined) return verb === 'add' ? element : undefined;
    return verb === 'add' && isObject(element) && isObject(value)
      ? { ...element, ...value }
      : structuredClone(value);
  }
  if (!isObject(element)) return element;
  return withSubAttribute(target, element, value);
}

function withSubAttribute(target: AttributeTarget, element: JsonObject, value: Json | undefined): JsonObject {
  const sub = target.subAttribute!;
  const before = element[sub.name];
  const changes = !equalValues({ ...sub, caseExact: true }, before, value);
  if (sub.mutability === 'immutable' && before !== undefined && changes)
    throw badRequest('mutability', `"${target.text}" is immutable and has a value.`);
  const edited = { ...element };
  if (value === undefined) delete edited[sub.name];
  else edited[sub.name] = structuredClone(value);
  // A reference without an id refers to nothing, whatever else stands beside it.
  const pointless = sub.name === 'value' && isReference(target.attribute) && !value;
  return pointless ? {} : edited;
}

/** What stands where nothing was selected: undefined when there is nothing to do. Throws 400 noTarget. */
function createElement(step: Assignment, hasValues: boolean): JsonObject | undefined {
  const { target, createsOnReplace, verb, value } = step;
  if (target.filter === undefined) return hasValues || value === undefined ? undefined : {};
  const template = verb === 'add' || createsOnReplace ? templateOf(target.filter) : undefined;
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
