import { badRequest } from '../../schema/scim-error.js';
import type { Json, JsonObject } from '../../schema/types.js';
import type { PatchDialect } from './patch-dialect.js';

export const PATCH_OP_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MAX_OPERATIONS = 10_000;

export type Verb = 'add' | 'replace' | 'remove';

/** One operation as the client wrote it. */
export interface RequestedOperation {
  verb: Verb;
  path?: string;
  /** Absent when the operation has no `value`; null when it has null. */
  value?: Json;
  /** For messages: `Operations[2]`. */
  label: string;
}

/** The envelope of RFC 7644 §3.5.2. Names and verbs ignore case, as Entra writes `Add`. */
export function readPatchRequest(body: unknown, dialect: PatchDialect): RequestedOperation[] {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const schemas = member(body, 'schemas', 'The body');
  const named =
    Array.isArray(schemas) &&
    schemas.some((urn) => String(urn).toLowerCase() === PATCH_OP_SCHEMA.toLowerCase());
  if (!named) throw badRequest('invalidSyntax', `"schemas" must hold "${PATCH_OP_SCHEMA}".`);
  const operations = member(body, 'Operations', 'The body');
  if (!Array.isArray(operations)) throw badRequest('invalidSyntax', '"Operations" must be a list.');
  if (operations.length === 0 && !dialect.emptyOperations)
    throw badRequest('invalidSyntax', '"Operations" is empty.');
  if (operations.length > MAX_OPERATIONS)
    throw badRequest('tooMany', `"Operations" has more than ${MAX_OPERATIONS} entries.`);
  return operations.map((operation, index) => readOperation(operation, `Operations[${index}]`, dialect));
}

function readOperation(operation: Json, label: string, dialect: PatchDialect): RequestedOperation {
  if (!isObject(operation)) throw badRequest('invalidSyntax', `${label} must be an object.`);
  const verb = readVerb(member(operation, 'op', label), label, dialect);
  const path = member(operation, 'path', label);
  if (path !== undefined && path !== null && typeof path !== 'string')
    throw badRequest('invalidPath', `${label}: "path" must be a string.`);
  const value = member(operation, 'value', label);
  if (value === undefined && verb !== 'remove')
    throw badRequest('invalidValue', `${label}: "${verb}" needs a "value".`);
  return {
    verb,
    label,
    ...(typeof path === 'string' ? { path } : {}),
    ...(value === undefined ? {} : { value }),
  };
}

function readVerb(op: Json | undefined, label: string, dialect: PatchDialect): Verb {
  if ((op === undefined || op === null) && dialect.missingOpIsReplace) return 'replace';
  const verb = typeof op === 'string' ? op.toLowerCase() : undefined;
  if (verb === 'add' || verb === 'replace' || verb === 'remove') return verb;
  throw badRequest('invalidSyntax', `${label}: "op" must be add, replace or remove.`);
}

function member(object: JsonObject, name: string, owner: string): Json | undefined {
  const found = Object.keys(object).filter((key) => key.toLowerCase() === name.toLowerCase());
  if (found.length > 1) throw badRequest('invalidSyntax', `${owner} has "${name}" twice.`);
  return found[0] === undefined ? undefined : object[found[0]];
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
