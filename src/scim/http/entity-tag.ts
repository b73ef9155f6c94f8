import type { Preconditions } from '../../identity/model.js';

const ENTITY_TAGS = /^\s*(?:W\/)?"([\x21\x23-\x7e]*)"\s*(?:,|$)/;

/**
 * RFC 7644 §3.14 asks for weak comparison, so `W/` is dropped. Undefined: the header is no list of entity tags; clients
 * that send a bare version without quotes are understood too.
 */
function entityTags(header: string): string[] | 'any' | undefined {
  let rest = header.trim();
  if (rest === '*') return 'any';
  if (/^[A-Za-z0-9._-]+$/.test(rest)) return [rest];
  const tags: string[] = [];
  while (rest !== '') {
    const match = ENTITY_TAGS.exec(rest);
    if (match === null) return undefined;
    tags.push(match[1]!);
    rest = rest.slice(match[0].length);
  }
  return tags;
}

/** A header that cannot be read makes its condition false (If-Match) or is no condition at all (If-None-Match), the safe side of each. */
export function preconditionsOf(ifMatch: string | undefined, ifNoneMatch: string | undefined): Preconditions {
  const preconditions: Preconditions = {};
  if (ifMatch !== undefined) preconditions.ifMatch = entityTags(ifMatch) ?? [];
  const noneMatch = ifNoneMatch === undefined ? undefined : entityTags(ifNoneMatch);
  if (noneMatch !== undefined) preconditions.ifNoneMatch = noneMatch;
  return preconditions;
}

export function matches(etag: string, tags: string[] | 'any'): boolean {
  return tags === 'any' || tags.includes(etag);
}

export const formatEntityTag = (etag: string): string => `W/"${etag}"`;
