import { valueSubAttribute } from './attribute-path.js';
import type { AttributeReference } from './filter.js';
import { compareText } from './fold.js';
import type { Json, JsonObject } from './types.js';

export type SortKey = string | number | boolean | undefined;

/** RFC 7644 §3.4.2.3: the primary value of a multi-valued attribute, else the first one. Read from the search document. */
export function sortKey(searchDocument: JsonObject, reference: AttributeReference): SortKey {
  const owner = reference.extension === undefined ? searchDocument : searchDocument[reference.extension];
  const value = leading(member(owner, reference.attribute.name));
  const sub = reference.subAttribute ?? valueSubAttribute(reference.attribute);
  const key = reference.attribute.type === 'complex' ? leading(member(value, sub?.name)) : value;
  return typeof key === 'object' ? undefined : key;
}

/** Resources without a value come last ascending and first descending (RFC 7644 §3.4.2.3). */
export function compareSortKeys(a: SortKey, b: SortKey, order: 'ascending' | 'descending'): number {
  const ascending = compareAscending(a, b);
  return order === 'ascending' ? ascending : -ascending;
}

function compareAscending(a: SortKey, b: SortKey): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return Number(a) - Number(b);
}

function leading(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return value;
  return value.find((item) => member(item, 'primary') === true) ?? value[0];
}

function member(value: Json | undefined, name: string | undefined): Json | undefined {
  if (name === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
