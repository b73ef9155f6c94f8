import { commonAttributes } from './builtin/common-attributes.js';
import { DocumentReader, type DocumentProblem } from './document-problems.js';
import { readAttributes } from './read-attribute.js';
import type { ResourceTypeDocument, SchemaDocument } from './types.js';

/** One parsed JSON file of `config/schemas`. */
export interface SchemaFile {
  file: string;
  content: unknown;
}

export interface ConfiguredSchema {
  schema: SchemaDocument;
  /** Name of the resource type that the schema extends. */
  extended?: string;
  required: boolean;
  file: string;
}

interface Configured {
  schemas: ConfiguredSchema[];
  resourceTypes: ResourceTypeDocument[];
}

const SCHEMA_KEYS = ['schemas', 'id', 'name', 'description', 'attributes', 'meta', 'extends', 'required'];
const TYPE_KEYS = ['schemas', 'id', 'name', 'description', 'endpoint', 'schema', 'schemaExtensions', 'meta'];
const RESERVED_ENDPOINTS = [
  '/me',
  '/bulk',
  '/schemas',
  '/resourcetypes',
  '/serviceproviderconfig',
  '/.search',
];

/** Tells schemas (RFC 7643 §7) from resource types (§6) by the endpoint, and reports all problems of all files. */
export function readDocuments(
  files: readonly SchemaFile[],
  builtInSchemas: readonly SchemaDocument[],
  builtInTypes: readonly ResourceTypeDocument[],
  problems: DocumentProblem[],
): Configured {
  const configured: Configured = { schemas: [], resourceTypes: [] };
  const typeFiles: { type: ResourceTypeDocument; reader: DocumentReader }[] = [];
  for (const { file, content } of files) {
    const reader = new DocumentReader(file, problems);
    const object = reader.object(content, 'document');
    if (object === undefined) continue;
    if ('endpoint' in object) {
      const type = readResourceType(reader, object);
      checkUnused(reader, type, [...builtInTypes, ...configured.resourceTypes]);
      configured.resourceTypes.push(type);
      typeFiles.push({ type, reader });
    } else {
      const schema = readSchema(reader, object);
      const taken = [...builtInSchemas, ...configured.schemas.map((other) => other.schema)];
      if (taken.some(({ id }) => id.toLowerCase() === schema.schema.id.toLowerCase()))
        reader.report('id', `"${schema.schema.id}" is taken by another schema`);
      configured.schemas.push(schema);
    }
  }
  checkLinks(configured, typeFiles, builtInSchemas, builtInTypes, problems);
  return configured;
}

function readSchema(reader: DocumentReader, from: Record<string, unknown>): ConfiguredSchema {
  reader.knownKeys(from, '', SCHEMA_KEYS);
  const id = reader.text(from, 'id', '');
  if (id !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:[^\s()[\]"]+$/.test(id))
    reader.report('id', `"${id}" is no URI`);
  const list = reader.list(from, 'attributes', '');
  if (list.length === 0) reader.report('attributes', 'a schema has at least one attribute');
  const extended = from['extends'] === undefined ? undefined : reader.text(from, 'extends', '');
  if (extended === undefined && from['required'] !== undefined)
    reader.report('required', 'is for extensions: "extends" is missing');
  return {
    schema: {
      id,
      name: reader.text(from, 'name', '', id),
      description: reader.text(from, 'description', '', ''),
      attributes: readAttributes(reader, list, 'attributes'),
    },
    ...(extended === undefined ? {} : { extended }),
    required: reader.flag(from, 'required', ''),
    file: reader.file,
  };
}

function readResourceType(reader: DocumentReader, from: Record<string, unknown>): ResourceTypeDocument {
  reader.knownKeys(from, '', TYPE_KEYS);
  const name = reader.text(from, 'name', '');
  if (name !== '' && !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
    reader.report('name', 'is made of letters, digits, - and _');
  const endpoint = reader.text(from, 'endpoint', '');
  if (endpoint !== '' && !/^\/[A-Za-z0-9_-]+$/.test(endpoint))
    reader.report('endpoint', 'is one path segment with a leading slash, such as "/Devices"');
  const schemaExtensions = reader.list(from, 'schemaExtensions', '').flatMap((item, index) => {
    const path = `schemaExtensions[${index}]`;
    const object = reader.object(item, path);
    if (object === undefined) return [];
    reader.knownKeys(object, path, ['schema', 'required']);
    return [{ schema: reader.text(object, 'schema', path), required: reader.flag(object, 'required', path) }];
  });
  return {
    id: name,
    name,
    description: reader.text(from, 'description', '', ''),
    endpoint,
    schema: reader.text(from, 'schema', ''),
    schemaExtensions,
  };
}

/** RFC 7643 erratum 8475: name and endpoint are unique on the server. */
function checkUnused(
  reader: DocumentReader,
  type: ResourceTypeDocument,
  others: readonly ResourceTypeDocument[],
): void {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (others.some(({ name }) => same(name, type.name)))
    reader.report('name', `"${type.name}" is taken by another resource type`);
  if (
    RESERVED_ENDPOINTS.includes(type.endpoint.toLowerCase()) ||
    others.some(({ endpoint }) => same(endpoint, type.endpoint))
  )
    reader.report('endpoint', `"${type.endpoint}" is taken`);
}

function checkLinks(
  configured: Configured,
  typeFiles: readonly { type: ResourceTypeDocument; reader: DocumentReader }[],
  builtInSchemas: readonly SchemaDocument[],
  builtInTypes: readonly ResourceTypeDocument[],
  problems: DocumentProblem[],
): void {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const known = [...builtInSchemas, ...configured.schemas.map(({ schema }) => schema)];
  const cited = typeFiles.flatMap(({ type }) => [
    type.schema,
    ...type.schemaExtensions.map(({ schema }) => schema),
  ]);
  for (const { type, reader } of typeFiles) {
    for (const urn of [type.schema, ...type.schemaExtensions.map(({ schema }) => schema)])
      if (urn !== '' && !known.some(({ id }) => same(id, urn)))
        reader.report(urn === type.schema ? 'schema' : 'schemaExtensions', `no schema has the id "${urn}"`);
  }
  for (const { schema, extended, file } of configured.schemas) {
    const reader = new DocumentReader(file, problems);
    if (
      extended !== undefined &&
      ![...builtInTypes, ...configured.resourceTypes].some(({ name }) => same(name, extended))
    )
      reader.report('extends', `no resource type has the name "${extended}"`);
    const extending = configured.resourceTypes.find(
      ({ name }) => extended !== undefined && same(name, extended),
    );
    if (extending?.schemaExtensions.some((extension) => same(extension.schema, schema.id)))
      reader.report(
        'extends',
        `"${extending.name}" names the schema in its schemaExtensions: leave "extends" out`,
      );
    if (extended === undefined && !cited.some((urn) => same(urn, schema.id)))
      reader.report(
        'id',
        'no resource type uses the schema: add "extends", or a resource type that names it',
      );
    if (cited.some((urn) => same(urn, schema.id)) && extended === undefined)
      checkCommonNames(reader, schema, configured);
  }
}

/** RFC 7643 §3.1: a core schema cannot redefine the common attributes. */
function checkCommonNames(reader: DocumentReader, schema: SchemaDocument, configured: Configured): void {
  if (!configured.resourceTypes.some((type) => type.schema.toLowerCase() === schema.id.toLowerCase())) return;
  schema.attributes.forEach(({ name }, index) => {
    if (commonAttributes.some((common) => common.name.toLowerCase() === name.toLowerCase()))
      reader.report(`attributes[${index}].name`, `"${name}" is a common attribute of every resource`);
  });
}
