import type { ResourceKind } from '../connector.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { extensionOf, hasSelected, isObject, nameIn, selects, type ScimPath } from './scim-path.js';
import type { ScimWrite } from './scim-writes.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function coreSchemaOf(kind: ResourceKind): string {
  return `urn:ietf:params:scim:schemas:core:2.0:${kind}`;
}

/** The body of a create (RFC 7644 §3.3). */
export function createDocument(kind: ResourceKind, writes: readonly ScimWrite[]): JsonObject {
  return withWrites({ schemas: [coreSchemaOf(kind)] }, writes);
}

/** What a PUT sends: the resource as it was read, with the writes, without what only the server may say. */
export function replaceDocument(resource: JsonObject, writes: readonly ScimWrite[]): JsonObject {
  const { meta: _meta, groups: _groups, ...own } = structuredClone(resource);
  return withWrites(own, writes);
}

function withWrites(document: JsonObject, writes: readonly ScimWrite[]): JsonObject {
  for (const { path, values } of writes) assign(document, path, values);
  return document;
}

function assign(document: JsonObject, path: ScimPath, values: readonly Json[]): void {
  const place = path.extension === undefined ? document : extensionPlace(document, path.extension);
  const name = nameIn(place, path.attribute) ?? path.attribute;
  if (path.selector !== undefined) assignSelected(place, name, path.selector, path.sub, values);
  else if (path.sub !== undefined) assignSub(place, name, path.sub, values);
  else if (values.length === 0) delete place[name];
  else place[name] = single(values, place[name]);
}

function extensionPlace(document: JsonObject, urn: string): JsonObject {
  const existing = extensionOf(document, urn);
  if (existing) return existing;
  const schemas = Array.isArray(document.schemas) ? document.schemas : [];
  document.schemas = [...schemas, urn];
  return (document[urn] = {});
}

function assignSub(place: JsonObject, name: string, sub: string, values: readonly Json[]): void {
  const complex = isObject(place[name]) ? place[name] : {};
  if (values[0] === undefined) delete complex[nameIn(complex, sub) ?? sub];
  else complex[nameIn(complex, sub) ?? sub] = values[0];
  if (Object.keys(complex).length === 0) delete place[name];
  else place[name] = complex;
}

function assignSelected(
  place: JsonObject,
  name: string,
  selector: JsonObject,
  sub: string | undefined,
  values: readonly Json[],
): void {
  const list = Array.isArray(place[name]) ? place[name] : [];
  const others = list.filter((value) => !selects(selector, value));
  const [first] = list.filter((value) => selects(selector, value));
  if (sub === undefined)
    place[name] = [
      ...others,
      ...values.map((value) => (isObject(value) ? { ...selector, ...value } : value)),
    ];
  else {
    const element: JsonObject = { ...selector, ...(isObject(first) ? first : {}) };
    if (values[0] === undefined) delete element[sub];
    else element[sub] = values[0];
    const empty =
      values[0] === undefined &&
      (sub === 'value' || Object.keys(element).length <= Object.keys(selector).length);
    place[name] = empty ? others : [...others, element];
  }
  if (Array.isArray(place[name]) && place[name].length === 0) delete place[name];
}

/** Several values, or an attribute that is a list already, are a list. */
function single(values: readonly Json[], former: Json | undefined): Json {
  return values.length > 1 || Array.isArray(former) || isObject(values[0])
    ? [...values]
    : (values[0] ?? null);
}

/** The operations of a PATCH (RFC 7644 §3.5.2). New values of one element of a list are added together. */
export function patchOperations(resource: JsonObject, writes: readonly ScimWrite[]): JsonObject[] {
  const operations: JsonObject[] = [];
  const added = new Map<string, JsonObject>();
  for (const write of writes) {
    const { path, values } = write;
    const missing = path.selector !== undefined && path.sub !== undefined && !hasSelected(resource, path);
    if (!missing) operations.push(operationOf(write));
    else if (values[0] !== undefined) addElement(added, operations, path, values[0]);
  }
  return operations;
}

function addElement(
  added: Map<string, JsonObject>,
  operations: JsonObject[],
  path: ScimPath,
  value: Json,
): void {
  const key = JSON.stringify([path.extension, path.attribute, path.selector]);
  const known = added.get(key);
  const element: JsonObject = known ?? { ...path.selector };
  element[path.sub ?? 'value'] = value;
  if (known) return;
  added.set(key, element);
  operations.push({ op: 'add', path: attributePath(path), value: [element] });
}

function attributePath({ extension, attribute }: ScimPath): string {
  return extension === undefined ? attribute : `${extension}:${attribute}`;
}

function operationOf({ path, values, old }: ScimWrite): JsonObject {
  if (values.length === 0) return { op: 'remove', path: clearedPath(path) };
  // A reference is written as a whole: servers differ in whether `manager.value` may be addressed.
  if (path.extension !== undefined && path.sub === 'value' && path.selector === undefined) {
    return {
      op: old.length > 0 ? 'replace' : 'add',
      path: attributePath(path),
      value: { value: values[0] ?? null },
    };
  }
  const value = path.sub === undefined ? single(values, undefined) : (values[0] ?? null);
  return { op: old.length > 0 ? 'replace' : 'add', path: path.text, value };
}

/** The value of an e-mail is the e-mail: clearing it removes the element, not its type's partner. */
function clearedPath(path: ScimPath): string {
  return path.sub === 'value' ? path.text.slice(0, -'.value'.length) : path.text;
}
