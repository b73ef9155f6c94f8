import { badRequest } from '../scim-error.js';
import { isStorable } from '../text.js';
import type { Json } from '../types.js';

/** Ids out of members as clients write them: objects, bare ids (Microsoft's Postman collection), one or a list; null entries say nothing. */
export function memberIds(value: Json, path: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  const ids = new Set<string>();
  for (const item of list) {
    if (item === null) continue;
    const id = memberId(item);
    if (typeof id !== 'string' || id === '' || id.length > 512 || !isStorable(id))
      throw badRequest('invalidValue', `"${path}" must name each member as {"value": "<id>"}.`);
    ids.add(id);
  }
  return [...ids];
}

function memberId(item: Json): Json | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.entries(item).find(([name]) => name.toLowerCase() === 'value')?.[1];
}
