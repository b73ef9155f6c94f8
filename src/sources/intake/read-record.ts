import type { ResourceType } from '../../schema/resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../../schema/types.js';
import { subAttributeOf } from '../../schema/attribute-path.js';
import { isObject } from '../../schema/validate/attribute-value.js';
import { validateResource } from '../../schema/validate/validate-resource.js';
import type { ValidationDialect } from '../../schema/validate/validation-dialect.js';

/** What a record says, in the form of the schema. */
export interface Statement {
  /** What the source states. */
  attributes: Attributes;
  /** What the source states that there is none of. */
  cleared: ClearedAttribute[];
  /** Ids; absent: the source says nothing of members. */
  members?: string[];
  secrets?: { password: string };
}

export interface ClearedAttribute {
  extension?: string;
  attribute: AttributeDefinition;
  /** One sub-attribute of a complex attribute. */
  subAttribute?: AttributeDefinition;
  /** The values of one type of a multi-valued attribute: `{ "type": "home", "value": null }`. */
  ofType?: string;
}

/** Checks a record as the body of a POST is checked, but for what it leaves out. Throws ScimError. */
export function readRecord(
  type: ResourceType,
  attributes: Attributes,
  dialect: ValidationDialect,
): Statement {
  const {
    schemas: _schemas,
    id: _id,
    meta: _meta,
    externalId: _externalId,
    ...stated
  } = byName(type, attributes);
  const urns = Object.keys(stated).filter((name) => name.includes(':'));
  const cleared = clearedIn(type, stated);
  const body: JsonObject = { schemas: [type.schema.id, ...urns], ...withoutClearedValues(type, stated) };
  const read = validateResource(type, body, { dialect, partial: true });
  return {
    attributes: read.attributes,
    cleared,
    ...(read.members === undefined ? {} : { members: read.members }),
    ...(read.secrets === undefined ? {} : { secrets: read.secrets }),
  };
}

/** RFC 7643 §2.1: names ignore case. What the schema does not know keeps its spelling and is refused by validation. */
function byName(type: ResourceType, attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.toLowerCase() === 'schemas'
        ? 'schemas'
        : (type.attribute(name)?.name ?? type.extension(name)?.schema.id ?? name),
      value,
    ]),
  );
}

function clearedIn(type: ResourceType, stated: Attributes): ClearedAttribute[] {
  return Object.entries(stated).flatMap(([name, value]) => {
    const attribute = type.attribute(name);
    if (attribute) return clearedOf(attribute, value, {});
    const extension = type.extension(name)?.schema;
    if (!extension) return [];
    if (value === null)
      return extension.attributes.flatMap((one) => clearedOf(one, null, { extension: extension.id }));
    return Object.entries(isObject(value) ? value : {}).flatMap(([inner, content]) => {
      const one = type.extensionAttribute(extension.id, inner);
      return one ? clearedOf(one, content, { extension: extension.id }) : [];
    });
  });
}

function clearedOf(
  attribute: AttributeDefinition,
  value: Json,
  owner: { extension?: string },
): ClearedAttribute[] {
  if (attribute.mutability === 'readOnly' || attribute.mutability === 'writeOnly') return [];
  const none = value === null || (Array.isArray(value) && value.length === 0);
  if (none) return [{ ...owner, attribute }];
  if (attribute.multiValued)
    return typesWithoutValue(value).map((ofType) => ({ ...owner, attribute, ofType }));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, content]) => {
    const subAttribute = content === null ? subAttributeOf(attribute, name) : undefined;
    return subAttribute ? [{ ...owner, attribute, subAttribute }] : [];
  });
}

const typesWithoutValue = (list: Json): string[] =>
  (Array.isArray(list) ? list : []).flatMap((element) =>
    isWithoutValue(element) && typeof element['type'] === 'string' ? [element['type']] : [],
  );

const isWithoutValue = (element: Json): element is JsonObject =>
  isObject(element) && element['value'] === null;

/** An element whose value is null says that there is none of its type: it is no value itself. */
function withoutClearedValues(type: ResourceType, stated: Attributes): Attributes {
  const clean = (owner: Attributes, find: (name: string) => AttributeDefinition | undefined): Attributes =>
    Object.fromEntries(
      Object.entries(owner).map(([name, value]) =>
        find(name)?.multiValued && Array.isArray(value)
          ? [name, value.filter((element) => !isWithoutValue(element))]
          : [name, value],
      ),
    );
  const core = clean(stated, (name) => type.attribute(name));
  for (const [name, value] of Object.entries(core)) {
    const urn = type.extension(name)?.schema.id;
    if (urn !== undefined && isObject(value))
      core[name] = clean(value, (inner) => type.extensionAttribute(urn, inner));
  }
  return core;
}
