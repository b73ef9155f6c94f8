import type { AttributeReference } from '../schema/filter.js';
import type { AttributeDefinition } from '../schema/types.js';

/** One spelling for every indexed path: `emails.value`, `urn:…:User:employeeNumber`. */
export function pathName({ extension, attribute, subAttribute }: AttributeReference): string {
  const own = subAttribute ? `${attribute.name}.${subAttribute.name}` : attribute.name;
  return extension === undefined ? own : `${extension}:${own}`;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What clients match by, besides everything that is unique (entra.md A.4: matching attributes). */
export const matchedPaths: readonly string[] = [
  'displayName',
  'name.familyName',
  'name.givenName',
  'emails.value',
  `${ENTERPRISE}:employeeNumber`,
  `${ENTERPRISE}:manager.value`,
];

/** Values of the attribute are unique among the resources of the type. */
export function isKey(attribute: AttributeDefinition): boolean {
  return attribute.uniqueness !== 'none' && !attribute.multiValued && attribute.type !== 'complex';
}
