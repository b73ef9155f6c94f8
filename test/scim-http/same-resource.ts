import type { Json, JsonObject } from '../../src/schema/types.js';

/** What the server fills in, so that vectors say nothing about it. */
const FILLED_IN: ReadonlySet<string> = new Set(['meta', '$ref', 'display', 'groups']);
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * Compares by the rules of the PATCH vectors: null, [], {} and absent are equal, order of lists does not matter, a
 * demoted primary may be false or absent. Undefined: the same.
 */
export function sameResource(got: JsonObject, expected: JsonObject): string | undefined {
  const [is, wanted] = [normal(got, expected), normal(expected, expected)].map((resource) =>
    JSON.stringify(resource),
  );
  return is === wanted ? undefined : `is ${is}, expected ${wanted}`;
}

function normal(resource: JsonObject, expected: JsonObject): Json | undefined {
  const { schemas, ...rest } = resource;
  const visible = compact(withoutFilledIn(rest)) as JsonObject;
  dropManagerName(visible);
  dropUnstatedMemberType(visible, expected);
  const urns = (Array.isArray(schemas) ? schemas : []).filter(
    (urn) => typeof urn === 'string' && !urn.startsWith('urn:landfall:'),
  );
  return compact({ ...visible, schemas: urns });
}

function withoutFilledIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutFilledIn);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, item]) =>
      !FILLED_IN.has(name) && !name.startsWith('urn:landfall:') && !(name === 'primary' && item === false),
  );
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutFilledIn(item)]));
}

/** manager.displayName is read-only (RFC 7643 §4.3): the server answers what the manager is called. */
function dropManagerName(resource: JsonObject): void {
  const enterprise = resource[ENTERPRISE];
  const manager = isObject(enterprise) ? enterprise['manager'] : undefined;
  if (isObject(manager)) delete manager['displayName'];
}

function dropUnstatedMemberType(resource: JsonObject, expected: JsonObject): void {
  const stated = new Set(
    memberList(expected).flatMap(({ value, type }) => (type === undefined ? [] : [value])),
  );
  for (const member of memberList(resource)) if (!stated.has(member['value'])) delete member['type'];
}

const memberList = ({ members }: JsonObject): JsonObject[] =>
  Array.isArray(members) ? members.filter(isObject) : [];

/** Without empty values, names and lists in one order. */
export function compact(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(compact).filter((item) => item !== undefined);
    return items.length === 0
      ? undefined
      : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value)
    .map(([name, item]) => [name, compact(item)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as JsonObject);
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
