import type { Resource } from '../identity/model.js';

/** A name for a resource that a person recognises in lists, logs and messages. */
export function labelOf(resource: Pick<Resource, 'id' | 'attributes'>): string {
  for (const name of ['userName', 'displayName']) {
    const value = resource.attributes[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return resource.id;
}
