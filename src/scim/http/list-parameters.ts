import { badRequest, type ScimError } from '../../schema/scim-error.js';
import type { JsonObject } from '../../schema/types.js';

/** What a list request asks, from the query (RFC 7644 §3.4.2) or from a SearchRequest (§3.4.3), names already folded; values as text still. */
export interface ListParameters {
  filter?: string;
  sortBy?: string;
  sortOrder?: string;
  startIndex?: string;
  count?: string;
  /** RFC 9865 §2; '' asks for the first page. */
  cursor?: string;
  attributes?: string;
  excludedAttributes?: string;
}

const NAMES: readonly (keyof ListParameters)[] = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
];
const SPELLING: ReadonlyMap<string, keyof ListParameters> = new Map(
  NAMES.map((name) => [name.toLowerCase(), name]),
);
const LISTS: ReadonlySet<keyof ListParameters> = new Set(['attributes', 'excludedAttributes']);

/**
 * Names are taken without case (Microsoft's samples send `startindex`), unknown ones are ignored (an Entra tenant URL can
 * carry `?aadOptscim062020`).
 */
export function queryParameters(url: string): ListParameters {
  const parameters: ListParameters = {};
  const start = url.indexOf('?');
  if (start < 0) return parameters;
  for (const pair of url.slice(start + 1).split('&')) {
    const cut = pair.indexOf('=');
    const name = SPELLING.get(decoded(cut < 0 ? pair : pair.slice(0, cut))?.toLowerCase() ?? '');
    if (name !== undefined) add(parameters, name, decoded(cut < 0 ? '' : pair.slice(cut + 1)));
  }
  return parameters;
}

function add(parameters: ListParameters, name: keyof ListParameters, value: string | undefined): void {
  if (value === undefined) throw unreadable(name, `The parameter "${name}" is not percent-encoded UTF-8.`);
  if (value.includes('\u0000'))
    throw unreadable(name, `The parameter "${name}" contains the character U+0000.`);
  const former = parameters[name];
  if (former !== undefined && !LISTS.has(name))
    throw unreadable(name, `The parameter "${name}" is given more than once.`);
  parameters[name] = former === undefined ? value : `${former},${value}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The same from the body of `POST …/.search`. */
export function searchParameters(body: JsonObject): ListParameters {
  const parameters: ListParameters = {};
  for (const [key, value] of Object.entries(body)) {
    const name = SPELLING.get(key.toLowerCase());
    if (name !== undefined && value !== null) parameters[name] = textOf(name, value);
  }
  return parameters;
}

function textOf(name: keyof ListParameters, value: unknown): string {
  if (LISTS.has(name) && Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.join(',');
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && (name === 'startIndex' || name === 'count')) return String(value);
  throw unreadable(name, `"${name}" has the wrong type.`);
}

function unreadable(name: keyof ListParameters, detail: string): ScimError {
  return badRequest(
    name === 'filter' ? 'invalidFilter' : name === 'cursor' ? 'invalidCursor' : 'invalidValue',
    detail,
  );
}

export interface PageRequest {
  startIndex?: number;
  count: number;
  cursor?: string;
}

/**
 * RFC 7644 §3.4.2.4: a startIndex below 1 is 1, a negative count is 0; above the maximum the page is cut (§3.4.2.4 lets
 * the server return fewer). With a cursor, RFC 9865 §2 wants `invalidCount` where count cannot be served.
 */
export function pageRequest(
  parameters: ListParameters,
  limits: { defaultPageSize: number; maxPageSize: number },
): PageRequest {
  const { cursor } = parameters;
  if (cursor !== undefined && parameters.startIndex !== undefined) {
    throw badRequest('invalidCursor', 'Either "startIndex" or "cursor" can be given, not both (RFC 9865).');
  }
  const asked = integer('count', parameters.count) ?? limits.defaultPageSize;
  if (cursor !== undefined && asked < 0)
    throw badRequest('invalidCount', 'With a cursor, "count" is not negative.');
  const count = Math.min(Math.max(asked, 0), limits.maxPageSize);
  if (cursor !== undefined) return { count, cursor };
  return { count, startIndex: Math.max(integer('startIndex', parameters.startIndex) ?? 1, 1) };
}

function integer(name: 'startIndex' | 'count', text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  if (!/^\s*[+-]?\d+\s*$/.test(text))
    throw unreadable(name, `"${name}" is not an integer: ${text.slice(0, 40)}`);
  return Math.max(Math.min(value, 2_147_483_647), -2_147_483_648);
}

export function sortOrder(parameters: ListParameters): 'ascending' | 'descending' {
  const asked = parameters.sortOrder?.trim().toLowerCase();
  if (asked === undefined || asked === '' || asked === 'ascending') return 'ascending';
  if (asked === 'descending') return 'descending';
  throw badRequest('invalidValue', '"sortOrder" is "ascending" or "descending".');
}

/** Names of `attributes` or `excludedAttributes`; a comma inside a value filter's brackets or quotes does not separate. */
export function attributeNames(list: string | undefined): string[] {
  if (list === undefined) return [];
  const names: string[] = [];
  let depth = 0;
  let quoted = false;
  let name = '';
  for (const character of list) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === '[') depth += 1;
    else if (!quoted && character === ']') depth -= 1;
    if (character === ',' && depth <= 0 && !quoted) {
      names.push(name.trim());
      name = '';
    } else name += character;
  }
  names.push(name.trim());
  return names.filter((item) => item !== '');
}
