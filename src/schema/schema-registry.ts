import { groupAccountsSchema, userAccountsSchema } from './builtin/accounts.schema.js';
import { employmentSchema } from './builtin/employment.schema.js';
import { enterpriseUserSchema } from './builtin/enterprise-user.schema.js';
import { groupSchema } from './builtin/group.schema.js';
import { userSchema } from './builtin/user.schema.js';
import { SchemaProblems, type DocumentProblem } from './document-problems.js';
import { readDocuments, type ConfiguredSchema, type SchemaFile } from './read-documents.js';
import { ResourceType, type Extension } from './resource-type.js';
import type { ResourceTypeDocument, SchemaDocument } from './types.js';

const userType: ResourceTypeDocument = {
  id: 'User',
  name: 'User',
  description: 'User Account',
  endpoint: '/Users',
  schema: userSchema.id,
  schemaExtensions: [
    { schema: enterpriseUserSchema.id, required: false },
    { schema: employmentSchema.id, required: false },
    { schema: userAccountsSchema.id, required: false },
  ],
};

const groupType: ResourceTypeDocument = {
  id: 'Group',
  name: 'Group',
  description: 'Group',
  endpoint: '/Groups',
  schema: groupSchema.id,
  schemaExtensions: [{ schema: groupAccountsSchema.id, required: false }],
};

const builtInSchemas = [
  userSchema,
  groupSchema,
  enterpriseUserSchema,
  employmentSchema,
  userAccountsSchema,
  groupAccountsSchema,
];

/** RFC 7643 §6 and §7: every resource type and schema that this server knows. */
export class SchemaRegistry {
  readonly #byName: ReadonlyMap<string, ResourceType>;
  readonly #byEndpoint: ReadonlyMap<string, ResourceType>;
  readonly #schemas: ReadonlyMap<string, SchemaDocument>;

  private constructor(
    readonly resourceTypes: readonly ResourceType[],
    readonly schemas: readonly SchemaDocument[],
  ) {
    this.#byName = new Map(resourceTypes.map((type) => [type.name.toLowerCase(), type]));
    this.#byEndpoint = new Map(resourceTypes.map((type) => [type.endpoint.toLowerCase(), type]));
    this.#schemas = new Map(schemas.map((schema) => [schema.id.toLowerCase(), schema]));
  }

  static builtIn(): SchemaRegistry {
    return SchemaRegistry.from([]);
  }

  /** The built-in schemas and those of `config/schemas/*.json`. Throws SchemaProblems. */
  static from(files: readonly SchemaFile[]): SchemaRegistry {
    const problems: DocumentProblem[] = [];
    const configured = readDocuments(files, builtInSchemas, [userType, groupType], problems);
    const schemas = [...builtInSchemas, ...configured.schemas.map(({ schema }) => schema)];
    const documents = [userType, groupType, ...configured.resourceTypes];
    const endpoints = new Map(documents.map(({ name, endpoint }) => [name, endpoint]));
    const types = documents.map((document) => build(document, schemas, configured.schemas, endpoints));
    if (problems.length > 0) throw new SchemaProblems(problems);
    return new SchemaRegistry(types, schemas);
  }

  resourceType(name: string): ResourceType | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** With or without the leading slash. */
  byEndpoint(endpoint: string): ResourceType | undefined {
    return this.#byEndpoint.get(`/${endpoint.replace(/^\//, '')}`.toLowerCase());
  }

  schema(urn: string): SchemaDocument | undefined {
    return this.#schemas.get(urn.toLowerCase());
  }
}

function build(
  document: ResourceTypeDocument,
  schemas: readonly SchemaDocument[],
  configured: readonly ConfiguredSchema[],
  endpoints: ReadonlyMap<string, string>,
): ResourceType {
  const find = (urn: string) => schemas.find((schema) => schema.id.toLowerCase() === urn.toLowerCase());
  const listed = document.schemaExtensions.map(({ schema, required }) => ({
    schema: find(schema),
    required,
  }));
  const extending = configured.filter(
    ({ extended }) => extended?.toLowerCase() === document.name.toLowerCase(),
  );
  const extensions = [...listed, ...extending].filter(
    (extension): extension is Extension => extension.schema !== undefined,
  );
  // A schema that was not found is reported already; the stand-in is never seen.
  const schema = find(document.schema) ?? { ...userSchema, id: document.schema };
  return new ResourceType(
    document.name,
    document.endpoint,
    document.description,
    schema,
    extensions,
    endpoints,
  );
}
