import type { ResourceType } from '../resource-type.js';
import { sameJson } from '../same-json.js';
import { badRequest } from '../scim-error.js';
import type { AttributeDefinition, Attributes, Json, JsonObject, SchemaDocument } from '../types.js';
import { attributeValue, isObject, type ValueOptions } from './attribute-value.js';
import { memberIds } from './member-ids.js';
import { isSecret, missingRequired } from './required.js';
import { simpleValue } from './simple-value.js';
import type { ValidationDialect } from './validation-dialect.js';

export interface ValidationOptions {
  dialect: ValidationDialect;
  /** PUT: what the resource is now. Immutable attributes must agree with it, and what a client cannot read back is kept. */
  former?: Attributes;
  /** Required attributes are not asked for: the body is judged together with a former state later. */
  partial?: boolean;
}

/** A body taken apart: what is stored, what is a relation, what is secret. */
export interface ValidatedResource {
  attributes: Attributes;
  externalId?: string;
  /** Ids; absent when the body has no `members` or null, so that a PUT keeps them. */
  members?: string[];
  secrets?: { password: string };
}

/** Checks the body of a POST or PUT against the schemas of the type (RFC 7644 §3.3, §3.5.1) and normalises it. Throws ScimError. */
export function validateResource(
  type: ResourceType,
  body: unknown,
  options: ValidationOptions,
): ValidatedResource {
  if (!isObject(body as Json)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const reader = new BodyReader(type, { dialect: options.dialect, singleForMultiple: false });
  const result = reader.read(body as JsonObject);
  if (options.former !== undefined) keepUnwritable(type, result.attributes, options.former);
  const missing = options.partial === true ? [] : missingRequired(type, result.attributes);
  if (missing.length > 0)
    throw badRequest(
      'invalidValue',
      `Required and without a value: ${missing.map((path) => `"${path}"`).join(', ')}.`,
    );
  return result;
}

class BodyReader {
  readonly #result: ValidatedResource = { attributes: {} };
  readonly #seen = new Set<string>();

  constructor(
    private readonly type: ResourceType,
    private readonly options: ValueOptions,
  ) {}

  read(body: JsonObject): ValidatedResource {
    for (const [name, value] of Object.entries(body)) this.#member(name, value);
    if (!this.#seen.has('schemas')) throw badRequest('invalidSyntax', '"schemas" is missing (RFC 7643 §3).');
    return this.#result;
  }

  #member(name: string, value: Json): void {
    const lower = name.toLowerCase();
    const attribute = this.type.attribute(name);
    if (attribute !== undefined || lower.includes(':')) {
      if (this.#seen.has(lower)) throw badRequest('invalidSyntax', `"${name}" is given twice.`);
      this.#seen.add(lower);
    }
    if (lower === 'schemas') return this.#checkSchemas(value);
    if (attribute !== undefined) return this.#attribute(attribute, value);
    const extension = this.type.extension(name);
    if (extension !== undefined) return this.#extension(extension.schema, value);
    this.#unknown(name);
  }

  #checkSchemas(value: Json): void {
    if (!Array.isArray(value) || value.length === 0 || !value.every((urn) => typeof urn === 'string'))
      throw badRequest('invalidSyntax', '"schemas" must be a list of schema URNs.');
    if (this.options.dialect.ignoreUnknown) return;
    const known = (urn: string) =>
      urn.toLowerCase() === this.type.schema.id.toLowerCase() || this.type.extension(urn) !== undefined;
    const stranger = (value as string[]).find((urn) => !known(urn));
    if (stranger !== undefined)
      throw badRequest('invalidValue', `"${stranger.slice(0, 200)}" is no schema of ${this.type.name}.`);
    if (!(value as string[]).some((urn) => urn.toLowerCase() === this.type.schema.id.toLowerCase()))
      throw badRequest('invalidValue', `"schemas" must list "${this.type.schema.id}".`);
  }

  #attribute(attribute: AttributeDefinition, value: Json): void {
    // RFC 7644 §3.3 and §3.5.1: what is readOnly is ignored, id, meta and groups among it.
    if (attribute.mutability === 'readOnly') return;
    if (attribute.name === 'externalId') return this.#externalId(attribute, value);
    if (this.type.holdsMembers && attribute.name === 'members') {
      if (value !== null) this.#result.members = memberIds(value, 'members');
      return;
    }
    if (isSecret(attribute)) return this.#password(attribute, value);
    this.#put(this.#result.attributes, attribute, value, attribute.name);
  }

  #externalId(attribute: AttributeDefinition, value: Json): void {
    if (value !== null) this.#result.externalId = simpleValue(attribute, value, 'externalId') as string;
  }

  #password(attribute: AttributeDefinition, value: Json): void {
    if (value === null) return;
    const password = simpleValue(attribute, value, 'password') as string;
    if (password === '') throw badRequest('invalidValue', 'The password is empty.');
    this.#result.secrets = { password };
  }

  #extension(schema: SchemaDocument, value: Json): void {
    if (value === null) return;
    if (!isObject(value)) throw badRequest('invalidValue', `"${schema.id}" must be an object.`);
    const part: JsonObject = {};
    const seen = new Set<string>();
    for (const [name, content] of Object.entries(value)) {
      const attribute = this.type.extensionAttribute(schema.id, name);
      if (attribute === undefined) {
        this.#unknown(`${schema.id}:${name}`);
        continue;
      }
      if (seen.size === seen.add(attribute.name).size)
        throw badRequest('invalidSyntax', `"${schema.id}:${attribute.name}" is given twice.`);
      if (attribute.mutability !== 'readOnly')
        this.#put(part, attribute, content, `${schema.id}:${attribute.name}`);
    }
    if (Object.keys(part).length > 0) this.#result.attributes[schema.id] = part;
  }

  #put(into: JsonObject, attribute: AttributeDefinition, value: Json, path: string): void {
    const normal = attributeValue(attribute, value, path, this.options);
    if (normal !== undefined) into[attribute.name] = normal;
  }

  #unknown(name: string): void {
    if (this.options.dialect.ignoreUnknown) return;
    throw badRequest('invalidValue', `${this.type.name} has no attribute "${name.slice(0, 200)}".`);
  }
}

/** RFC 7644 §3.5.1: a replace may give an immutable attribute its first value and repeat it, nothing else. */
function keepUnwritable(type: ResourceType, attributes: Attributes, former: Attributes): void {
  keepIn(type.schema.attributes, attributes, former, '');
  for (const { schema } of type.extensions) {
    const before = former[schema.id];
    if (!isObject(before)) continue;
    const given = attributes[schema.id];
    const part: JsonObject = isObject(given) ? given : {};
    keepIn(schema.attributes, part, before, `${schema.id}:`);
    if (Object.keys(part).length > 0) attributes[schema.id] = part;
  }
}

function keepIn(
  definitions: readonly AttributeDefinition[],
  owner: JsonObject,
  former: JsonObject,
  prefix: string,
): void {
  for (const definition of definitions) {
    const before = former[definition.name];
    if (before === undefined) continue;
    const after = owner[definition.name];
    if (definition.mutability === 'immutable' && after !== undefined && !sameJson(after, before))
      throw badRequest('mutability', `"${prefix}${definition.name}" is immutable and has another value.`);
    if (after === undefined && definition.mutability !== 'readWrite') owner[definition.name] = before;
    if (!definition.multiValued && isObject(after) && isObject(before))
      keepIn(writable(definition), after, before, `${prefix}${definition.name}.`);
  }
}

/** What is readOnly beside a value was derived from it. */
const writable = ({ subAttributes }: AttributeDefinition): AttributeDefinition[] =>
  (subAttributes ?? []).filter(({ mutability }) => mutability !== 'readOnly');
