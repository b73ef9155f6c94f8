import type { DocumentReader } from './document-problems.js';
import type { AttributeDefinition, AttributeType, Mutability, Returned, Uniqueness } from './types.js';

const TYPES: readonly AttributeType[] = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'binary',
  'reference',
  'complex',
];
const MUTABILITIES: readonly Mutability[] = ['readWrite', 'readOnly', 'immutable', 'writeOnly'];
const RETURNED: readonly Returned[] = ['default', 'always', 'never', 'request'];
const UNIQUENESS: readonly Uniqueness[] = ['none', 'server', 'global'];
const KEYS = [
  'name',
  'type',
  'multiValued',
  'description',
  'required',
  'caseExact',
  'mutability',
  'returned',
  'uniqueness',
  'canonicalValues',
  'enforceCanonicalValues',
  'referenceTypes',
  'subAttributes',
];
/** RFC 7643 §2.1. */
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** Names that mean something to JavaScript objects. */
const FORBIDDEN_NAMES = ['constructor', 'prototype'];

/** The attributes of a document (RFC 7643 §7); missing characteristics take the defaults of §2.2. */
export function readAttributes(
  reader: DocumentReader,
  list: readonly unknown[],
  path: string,
  parent?: string,
): AttributeDefinition[] {
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const here = `${path}[${index}]`;
    const object = reader.object(item, here);
    if (object === undefined) return [];
    const attribute = readAttribute(reader, object, here, parent);
    if (seen.has(attribute.name.toLowerCase()))
      reader.report(here, `the name "${attribute.name}" is taken by another attribute`);
    seen.add(attribute.name.toLowerCase());
    return [attribute];
  });
}

function readAttribute(
  reader: DocumentReader,
  from: Record<string, unknown>,
  path: string,
  parent: string | undefined,
): AttributeDefinition {
  reader.knownKeys(from, path, KEYS);
  const type = reader.choice(from, 'type', path, TYPES, 'string');
  const mutability = reader.choice(from, 'mutability', path, MUTABILITIES, 'readWrite');
  const attribute: AttributeDefinition = {
    name: readName(reader, from, path, parent !== undefined),
    type,
    multiValued: reader.flag(from, 'multiValued', path),
    description: reader.text(from, 'description', path, ''),
    required: reader.flag(from, 'required', path),
    caseExact: reader.flag(from, 'caseExact', path) || type === 'binary' || type === 'reference',
    mutability,
    returned: reader.choice(
      from,
      'returned',
      path,
      RETURNED,
      mutability === 'writeOnly' ? 'never' : 'default',
    ),
    uniqueness: reader.choice(from, 'uniqueness', path, UNIQUENESS, 'none'),
  };
  const canonicalValues = reader.texts(from, 'canonicalValues', path);
  if (canonicalValues !== undefined) attribute.canonicalValues = canonicalValues;
  if (reader.flag(from, 'enforceCanonicalValues', path)) attribute.enforceCanonicalValues = true;
  const referenceTypes = reader.texts(from, 'referenceTypes', path);
  if (referenceTypes !== undefined) attribute.referenceTypes = referenceTypes;
  readSubAttributes(reader, from, path, parent, attribute);
  checkTogether(reader, path, attribute, parent !== undefined);
  return attribute;
}

function readName(
  reader: DocumentReader,
  from: Record<string, unknown>,
  path: string,
  isSub: boolean,
): string {
  const name = reader.text(from, 'name', path);
  const fits = (ATTRIBUTE_NAME.test(name) && !FORBIDDEN_NAMES.includes(name)) || (isSub && name === '$ref');
  if (name !== '' && !fits)
    reader.report(
      `${path}.name`,
      `"${name}" is no attribute name (letters, digits, - and _; a letter first)`,
    );
  return name;
}

/** RFC 7643 errata 8415 and 5606: a sub-attribute is never complex. */
function readSubAttributes(
  reader: DocumentReader,
  from: Record<string, unknown>,
  path: string,
  parent: string | undefined,
  attribute: AttributeDefinition,
): void {
  const list = reader.list(from, 'subAttributes', path);
  if (attribute.type !== 'complex') {
    if (list.length > 0)
      reader.report(`${path}.subAttributes`, 'only an attribute of type complex has sub-attributes');
    return;
  }
  if (parent !== undefined) return reader.report(`${path}.type`, 'a sub-attribute cannot be complex');
  if (list.length === 0)
    reader.report(`${path}.subAttributes`, 'a complex attribute has at least one sub-attribute');
  attribute.subAttributes = readAttributes(reader, list, `${path}.subAttributes`, attribute.name);
}

function checkTogether(
  reader: DocumentReader,
  path: string,
  attribute: AttributeDefinition,
  isSub: boolean,
): void {
  if (attribute.uniqueness !== 'none' && (attribute.type === 'complex' || attribute.multiValued || isSub))
    reader.report(`${path}.uniqueness`, 'only single-valued simple attributes can be unique');
  if (attribute.uniqueness !== 'none' && attribute.returned === 'never')
    reader.report(
      `${path}.uniqueness`,
      'must be "none" where returned is "never": a refusal would tell who has the value',
    );
  if (attribute.mutability === 'writeOnly' && attribute.returned !== 'never')
    reader.report(`${path}.returned`, 'must be "never" for a writeOnly attribute');
  if (attribute.enforceCanonicalValues && attribute.canonicalValues === undefined)
    reader.report(`${path}.enforceCanonicalValues`, 'needs canonicalValues');
}
