import type { ListedAccount } from '../connector.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { memberIds } from './scim-members.js';
import { isObject, parsePath, readPath } from './scim-path.js';
import { isActive } from './scim-writes.js';

export function describe(resource: JsonObject): string {
  return String(resource.userName ?? resource.displayName ?? resource.id ?? '');
}

/** One resource of a list, flat: `name.givenName`, `emails[work].value` by their SCIM names. */
export function listedAccount(resource: JsonObject, stampAttribute: string): ListedAccount {
  const [stamp] = readPath(resource, parsePath(stampAttribute)).map(String);
  return {
    anchor: String(resource.id),
    ...(stamp === undefined ? {} : { stamp }),
    description: describe(resource),
    enabled: isActive(resource),
    attributes: Object.fromEntries(flat(resource)),
    ...(Array.isArray(resource.members) ? { members: each(memberIds(resource)) } : {}),
  };
}

const apart = new Set(['id', 'meta', 'schemas', 'members', 'groups']);

function flat(resource: JsonObject): [string, string[]][] {
  return Object.entries(resource).flatMap(([name, value]) => {
    if (apart.has(name)) return [];
    const joint = name.startsWith('urn:') ? ':' : '.';
    if (isObject(value))
      return Object.entries(value).map(([sub, inner]): [string, string[]] => [
        `${name}${joint}${sub}`,
        texts(inner),
      ]);
    return [[name, texts(value)]];
  });
}

function texts(value: Json): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((one) => one !== null)
    .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}

async function* each(values: readonly string[]): AsyncIterable<string> {
  yield* values;
}
