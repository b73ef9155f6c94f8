import { parseDateTime } from '../date-time.js';
import { foldFor } from '../fold.js';
import { isStorable } from '../text.js';
import type { AttributeDefinition, Json } from '../types.js';
import { badRequest, type ScimError } from '../scim-error.js';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** One value of a simple attribute, in the type of the schema; throws 400 invalidValue. */
export function simpleValue(attribute: AttributeDefinition, value: Json, path: string): Json {
  switch (attribute.type) {
    case 'boolean':
      return booleanValue(value, path);
    case 'integer':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
      throw misfit(path, 'an integer');
    case 'decimal':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw misfit(path, 'a number');
    default:
      return textValue(attribute, value, path);
  }
}

/** Entra writes "True" and "False" (entra.md A.6, rule 2): words in any case are taken from everyone. */
function booleanValue(value: Json, path: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === 'true' || word === 'false') return word === 'true';
  throw misfit(path, 'true or false');
}

function textValue(attribute: AttributeDefinition, value: Json, path: string): string {
  if (typeof value !== 'string')
    throw misfit(path, attribute.type === 'string' ? 'a string' : `a ${attribute.type}, written as a string`);
  if (!isStorable(value))
    throw badRequest(
      'invalidValue',
      `"${path}" has a character that cannot be stored (U+0000 or half a surrogate pair).`,
    );
  if (attribute.type === 'dateTime' && parseDateTime(value) === undefined)
    throw misfit(path, 'an xsd:dateTime such as 2026-01-31T08:00:00Z');
  if (attribute.type === 'binary' && !BASE64.test(value)) throw misfit(path, 'base64');
  if (attribute.type === 'reference' && /[\s\p{Cc}]/u.test(value)) throw misfit(path, 'a URI');
  checkCanonical(attribute, value, path);
  return value;
}

function checkCanonical(attribute: AttributeDefinition, value: string, path: string): void {
  if (attribute.enforceCanonicalValues !== true) return;
  const given = foldFor(attribute, value);
  if (attribute.canonicalValues?.some((canonical) => foldFor(attribute, canonical) === given)) return;
  throw badRequest('invalidValue', `"${path}" must be one of ${attribute.canonicalValues?.join(', ')}.`);
}

export const misfit = (path: string, wanted: string): ScimError =>
  badRequest('invalidValue', `"${path}" must be ${wanted}.`);
