import type { AdEntry, EntryValue } from '../session/entry.js';
import { dnKey } from '../values/dn.js';
import { sameExpiry } from '../values/filetime.js';
import type { AdSchema } from '../domain/schema-cache.js';

/** Does the account hold exactly these values? The order of several values means nothing. */
export function holds(
  schema: AdSchema,
  entry: AdEntry,
  name: string,
  values: readonly EntryValue[],
): boolean {
  const now = entry.raw(name);
  if (name === 'accountExpires' && values.length <= 1) {
    return sameExpiry(entry.one(name) ?? '0', values.length === 0 ? '0' : String(values[0]));
  }
  if (name === 'countryCode' && values.length === 1 && values[0] === '0' && now.length === 0) return true;
  if (now.length !== values.length) return false;
  const key = schema.isReference(name) ? (value: EntryValue) => dnKey(String(value)) : bytesKey;
  const present = new Set(now.map(key));
  return values.every((value) => present.has(key(value)));
}

function bytesKey(value: EntryValue): string {
  return (typeof value === 'string' ? Buffer.from(value) : value).toString('base64');
}
