import type { ResourceStore } from '../../identity/ports.js';
import { resourceTypesReferredTo } from '../../schema/attribute-path.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../../schema/types.js';
import { isObject } from '../../schema/validate/attribute-value.js';
import type { AwaitedReference } from './awaited-references.js';
import type { Statement } from './read-record.js';

type Awaited = Pick<AwaitedReference, 'path' | 'name'>;

/** A source names the resources that it refers to by its own externalIds, or by their ids (RFC 7643 §2.3.7). */
export class References {
  constructor(private readonly store: Pick<ResourceStore, 'named' | 'typesOf'>) {}

  /**
   * The statement with ids. What is not known yet is not stated: its names are in `unknown`, and in `awaited` as far as
   * they can be set later without the rest of the record.
   */
  async resolve(
    source: string,
    type: ResourceType,
    statement: Statement,
  ): Promise<{ statement: Statement; unknown: string[]; awaited: Awaited[] }> {
    const unknown: string[] = [];
    const awaited: Awaited[] = [];
    const idOf = async (attribute: AttributeDefinition | undefined, name: string, path: string) => {
      const id = await this.idOf(source, attribute, name);
      if (id !== undefined) return id;
      unknown.push(`${attribute?.name ?? 'members'} "${name}"`);
      if (!attribute?.multiValued) awaited.push({ path, name });
      return undefined;
    };
    const attributes = structuredClone(statement.attributes);
    for (const { owner, attribute, path } of referringIn(type, attributes))
      await resolveIn(owner, attribute, (name) => idOf(attribute, name, path));
    for (const { schema } of type.extensions)
      if (isObject(attributes[schema.id] ?? null) && Object.keys(attributes[schema.id]!).length === 0)
        delete attributes[schema.id];
    if (!statement.members) return { statement: { ...statement, attributes }, unknown, awaited };
    const members: string[] = [];
    for (const name of statement.members)
      members.push(...[await idOf(undefined, name, 'members')].filter(isText));
    return { statement: { ...statement, attributes, members }, unknown, awaited };
  }

  private async idOf(
    source: string,
    attribute: AttributeDefinition | undefined,
    name: string,
  ): Promise<string | undefined> {
    if ((await this.store.typesOf(undefined, [name])).has(name)) return name;
    for (const type of attribute ? resourceTypesReferredTo(attribute) : ['User', 'Group']) {
      const [named, other] = await this.store.named(undefined, type, source, name);
      if (named && !other) return named.resourceId;
    }
    return undefined;
  }
}

const isText = (value: string | undefined): value is string => value !== undefined;

function referringIn(type: ResourceType, attributes: Attributes) {
  const found: { owner: JsonObject; attribute: AttributeDefinition; path: string }[] = [];
  const look = (owner: JsonObject, find: (name: string) => AttributeDefinition | undefined, urn = '') => {
    for (const name of Object.keys(owner)) {
      const attribute = find(name);
      if (attribute && resourceTypesReferredTo(attribute).length > 0)
        found.push({ owner, attribute, path: `${urn}${attribute.name}` });
    }
  };
  look(attributes, (name) => type.attribute(name));
  for (const { schema } of type.extensions) {
    const part = attributes[schema.id];
    if (isObject(part ?? null))
      look(part as JsonObject, (name) => type.extensionAttribute(schema.id, name), `${schema.id}:`);
  }
  return found;
}

/** The paths at which a record states something, be it that there is nothing. */
export function statedPaths(attributes: Attributes): string[] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    name.startsWith('urn:') && isObject(value)
      ? Object.keys(value).map((inner) => `${name}:${inner}`)
      : [name],
  );
}

async function resolveIn(
  owner: JsonObject,
  attribute: AttributeDefinition,
  idOf: (name: string) => Promise<string | undefined>,
): Promise<void> {
  const value = owner[attribute.name];
  const resolved: Json[] = [];
  for (const element of Array.isArray(value) ? value : [value ?? null]) {
    const name = isObject(element) ? element['value'] : undefined;
    if (typeof name !== 'string') resolved.push(element);
    else {
      const id = await idOf(name);
      if (id !== undefined) resolved.push({ ...(element as JsonObject), value: id });
    }
  }
  if (resolved.length === 0) delete owner[attribute.name];
  else owner[attribute.name] = attribute.multiValued ? resolved : resolved[0]!;
}
