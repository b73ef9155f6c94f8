import type { Member, Resource } from '../../src/identity/model.js';
import { foldString } from '../../src/schema/fold.js';
import type { ResourceType } from '../../src/schema/resource-type.js';
import { normaliseForSearch } from '../../src/schema/search-document.js';
import type { JsonObject } from '../../src/schema/types.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What a filter sees of a resource of the test double. */
export function searchDocumentOf(
  type: ResourceType,
  resource: Resource,
  members: readonly Member[],
  displayNames: ReadonlyMap<string, string>,
): JsonObject {
  const { attributes, externalId, created, lastModified } = resource;
  const extensions = type.extensions
    .map(({ schema }) => schema.id)
    .filter((urn) => attributes[urn] !== undefined);
  const document = normaliseForSearch(
    {
      ...attributes,
      id: resource.id,
      schemas: [type.schema.id, ...extensions],
      meta: {
        resourceType: resource.type,
        created: new Date(created).toISOString(),
        lastModified: new Date(lastModified).toISOString(),
      },
      ...(externalId === undefined ? {} : { externalId }),
      ...(type.holdsMembers ? { members: members.map((member) => ({ ...member })) } : {}),
    },
    type,
  );
  nameManager(document, displayNames.get(managerOf(resource) ?? ''));
  return document;
}

function nameManager(document: JsonObject, name: string | undefined): void {
  const enterprise = document[ENTERPRISE];
  if (name !== undefined && isObject(enterprise) && isObject(enterprise['manager'])) {
    enterprise['manager']['displayName'] = foldString(name);
  }
}

export function managerOf({ attributes }: Resource): string | undefined {
  const enterprise = attributes[ENTERPRISE];
  const manager = isObject(enterprise) ? enterprise['manager'] : undefined;
  return isObject(manager) && typeof manager['value'] === 'string' ? manager['value'] : undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
