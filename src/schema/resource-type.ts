import { commonAttributes } from './builtin/common-attributes.js';
import { GROUP_SCHEMA } from './builtin/group.schema.js';
import type { AttributeDefinition, ResourceTypeDocument, SchemaDocument } from './types.js';

export interface Extension {
  readonly schema: SchemaDocument;
  readonly required: boolean;
}

type ByName = ReadonlyMap<string, AttributeDefinition>;

const byName = (attributes: readonly AttributeDefinition[]): ByName =>
  new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));

const COMMON = byName(commonAttributes);

/** RFC 7643 §6 with its schemas found; every look-up ignores case (RFC 7643 §2.1, RFC 7644 §3.10). */
export class ResourceType {
  /** Its `members` are memberships: a relation, never part of the attributes. */
  readonly holdsMembers: boolean;
  readonly #core: ByName;
  readonly #extensions: ReadonlyMap<string, { extension: Extension; attributes: ByName }>;

  constructor(
    readonly name: string,
    readonly endpoint: string,
    readonly description: string,
    readonly schema: SchemaDocument,
    readonly extensions: readonly Extension[],
    /** Of every resource type of the server, by its name: where references lead to. */
    readonly endpoints: ReadonlyMap<string, string>,
  ) {
    this.holdsMembers = schema.id === GROUP_SCHEMA;
    this.#core = byName(schema.attributes);
    this.#extensions = new Map(
      extensions.map((extension) => [
        extension.schema.id.toLowerCase(),
        { extension, attributes: byName(extension.schema.attributes) },
      ]),
    );
  }

  document(): ResourceTypeDocument {
    return {
      id: this.name,
      name: this.name,
      description: this.description,
      endpoint: this.endpoint,
      schema: this.schema.id,
      schemaExtensions: this.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    };
  }

  /** An attribute of the core schema or a common one. */
  attribute(name: string): AttributeDefinition | undefined {
    return this.coreAttribute(name) ?? COMMON.get(name.toLowerCase());
  }

  coreAttribute(name: string): AttributeDefinition | undefined {
    return this.#core.get(name.toLowerCase());
  }

  extension(urn: string): Extension | undefined {
    return this.#extensions.get(urn.toLowerCase())?.extension;
  }

  extensionAttribute(urn: string, name: string): AttributeDefinition | undefined {
    return this.#extensions.get(urn.toLowerCase())?.attributes.get(name.toLowerCase());
  }
}
