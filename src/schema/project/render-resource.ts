import { resourceTypesReferredTo, subAttributeOf } from '../attribute-path.js';
import { isAccountsSchema } from '../builtin/accounts.schema.js';
import { commonAttributes } from '../builtin/common-attributes.js';
import type { ResourceType } from '../resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject, SchemaDocument } from '../types.js';
import { isObject, isReference } from '../validate/attribute-value.js';
import { everything, projectAttribute, type Projection } from './projection.js';

/** What a resource is made of when it is shown. */
export interface RenderSource {
  id: string;
  attributes: Attributes;
  externalId?: string;
  /** Milliseconds since 1970. */
  created: number;
  lastModified: number;
  /** Without quotes. */
  etag: string;
  /** Content of the readOnly accounts extension: `{ accounts: [...] }`. */
  facts?: JsonObject;
  members?: readonly { value: string; type: string; display?: string }[];
  groups?: readonly { value: string; type: string; display?: string }[];
  /** Names of the resources that references such as manager point to, by id. */
  displayNames?: ReadonlyMap<string, string>;
}

export interface RenderOptions {
  /** `https://gateway.example/scim/v2`, without a slash at the end. */
  baseUrl: string;
  projection?: Projection;
}

const COMMON = new Map(commonAttributes.map((attribute) => [attribute.name, attribute]));

/** The resource as JSON for clients: `schemas` are those with content, names and order those of the schemas. */
export function renderResource(type: ResourceType, source: RenderSource, options: RenderOptions): JsonObject {
  return new Renderer(type, source, options).render();
}

class Renderer {
  readonly #projection: Projection;

  constructor(
    private readonly type: ResourceType,
    private readonly source: RenderSource,
    private readonly options: RenderOptions,
  ) {
    this.#projection = options.projection ?? everything;
  }

  render(): JsonObject {
    const { id, externalId } = this.source;
    const present = this.type.extensions
      .map(({ schema }) => ({ urn: schema.id, ...this.#extension(schema) }))
      .filter(({ listed }) => listed);
    const urns = [this.type.schema.id, ...present.map(({ urn }) => urn)];
    const resource: JsonObject = {};
    this.#put(resource, undefined, COMMON.get('schemas')!, urns);
    this.#put(resource, undefined, COMMON.get('id')!, id);
    if (externalId !== undefined) this.#put(resource, undefined, COMMON.get('externalId')!, externalId);
    this.#putAll(resource, undefined, this.type.schema.attributes, this.#core());
    for (const { urn, shown } of present) if (Object.keys(shown).length > 0) resource[urn] = shown;
    this.#put(resource, undefined, COMMON.get('meta')!, this.#meta());
    return resource;
  }

  /** Facts are on request: they are no reason to list a schema that the answer says nothing of. */
  #extension(schema: SchemaDocument): { shown: JsonObject; listed: boolean } {
    const shown: JsonObject = {};
    this.#putAll(shown, schema.id, schema.attributes, this.#part(schema.id));
    const stored = this.source.attributes[schema.id];
    return {
      shown,
      listed: Object.keys(shown).length > 0 || (isObject(stored) && Object.keys(stored).length > 0),
    };
  }

  #core(): JsonObject {
    const { attributes, members, groups } = this.source;
    const core: JsonObject = { ...attributes };
    if (members !== undefined) core['members'] = members.map((member) => this.#related(member.type, member));
    if (groups !== undefined) core['groups'] = groups.map((group) => this.#related('Group', group));
    return core;
  }

  #part(urn: string): JsonObject {
    const stored = this.source.attributes[urn];
    const facts = isAccountsSchema(urn) ? this.source.facts : undefined;
    return { ...(isObject(stored) ? stored : {}), ...facts };
  }

  #related(
    kind: string,
    { value, type, display }: { value: string; type: string; display?: string },
  ): JsonObject {
    const uri = this.#uri(kind, value);
    return {
      value,
      ...(uri === undefined ? {} : { $ref: uri }),
      type,
      ...(display === undefined ? {} : { display }),
    };
  }

  #putAll(
    into: JsonObject,
    extension: string | undefined,
    definitions: readonly AttributeDefinition[],
    values: JsonObject,
  ): void {
    for (const definition of definitions) {
      const value = values[definition.name];
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
      this.#put(
        into,
        extension,
        definition,
        isReference(definition) ? this.#reference(definition, value) : value,
      );
    }
  }

  #put(into: JsonObject, extension: string | undefined, definition: AttributeDefinition, value: Json): void {
    const shown = projectAttribute(this.#projection, extension, definition, value);
    if (shown !== undefined) into[definition.name] = shown;
  }

  /** What the server knows of the resource that is referred to: `$ref`, and the name where the schema has a place for it. */
  #reference(definition: AttributeDefinition, value: Json): Json {
    if (!isObject(value) || typeof value['value'] !== 'string') return value;
    const id = value['value'];
    const kind = kindReferredTo(definition, value);
    const uri = kind === undefined ? undefined : this.#uri(kind, id);
    const named = subAttributeOf(definition, 'displayName')?.mutability === 'readOnly';
    const name = named ? this.source.displayNames?.get(id) : undefined;
    return {
      ...value,
      ...(uri === undefined ? {} : { $ref: uri }),
      ...(name === undefined ? {} : { displayName: name }),
    };
  }

  #uri(kind: string, id: string): string | undefined {
    const endpoint = this.type.endpoints.get(kind);
    return endpoint === undefined
      ? undefined
      : `${this.options.baseUrl}${endpoint}/${encodeURIComponent(id)}`;
  }

  #meta(): JsonObject {
    const { id, created, lastModified, etag } = this.source;
    return {
      resourceType: this.type.name,
      created: new Date(created).toISOString(),
      lastModified: new Date(lastModified).toISOString(),
      location: `${this.options.baseUrl}${this.type.endpoint}/${id}`,
      version: `W/"${etag}"`,
    };
  }
}

/** Where references of several types are allowed, the value's `type` says which (RFC 7643 §2.4). */
function kindReferredTo(definition: AttributeDefinition, { type }: JsonObject): string | undefined {
  const kinds = resourceTypesReferredTo(definition);
  return kinds.length === 1 ? kinds[0] : kinds.find((kind) => kind === type);
}
