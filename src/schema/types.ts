/**
 * RFC 7643: what an attribute, a schema and a resource type are. Pure data; nothing here reads or writes.
 */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** The attributes of one resource, names in the case of the schema, extensions under their URN. Without `id`, `meta`, `schemas`, `members`, `groups` and `externalId`. */
export type Attributes = JsonObject;

export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
export type Returned = 'always' | 'never' | 'default' | 'request';
export type Uniqueness = 'none' | 'server' | 'global';

/** RFC 7643 §7. Every characteristic is present: reading a schema document fills in the RFC's defaults. */
export interface AttributeDefinition {
  name: string;
  type: AttributeType;
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  mutability: Mutability;
  returned: Returned;
  uniqueness: Uniqueness;
  canonicalValues?: string[];
  /** Our extension of the document: canonicalValues are refused when another value comes. Default false: published only. */
  enforceCanonicalValues?: boolean;
  referenceTypes?: string[];
  subAttributes?: AttributeDefinition[];
}

export interface SchemaDocument {
  id: string;
  name: string;
  description: string;
  attributes: AttributeDefinition[];
}

/** RFC 7643 §6. */
export interface ResourceTypeDocument {
  id: string;
  name: string;
  description: string;
  endpoint: string;
  schema: string;
  schemaExtensions: { schema: string; required: boolean }[];
}
