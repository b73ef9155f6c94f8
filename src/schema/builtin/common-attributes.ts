import type { AttributeDefinition } from '../types.js';
import { define, text } from './define.js';

const readOnly = { mutability: 'readOnly' } as const;

/** RFC 7643 §3.1: in every resource, in no schema document. */
export const commonAttributes: readonly AttributeDefinition[] = [
  define('schemas', 'reference', 'The schemas of the resource.', {
    multiValued: true,
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  text('id', 'The identifier of the resource.', {
    ...readOnly,
    caseExact: true,
    returned: 'always',
    uniqueness: 'server',
  }),
  text('externalId', "The client's own identifier of the resource.", { caseExact: true }),
  define('meta', 'complex', 'About the resource.', {
    ...readOnly,
    subAttributes: [
      text('resourceType', 'The name of the resource type.', { ...readOnly, caseExact: true }),
      define('created', 'dateTime', 'When the resource was added.', readOnly),
      define('lastModified', 'dateTime', 'When the resource last changed.', readOnly),
      define('location', 'reference', 'The URI of the resource.', { ...readOnly, referenceTypes: ['uri'] }),
      text('version', 'The version of the resource, an entity tag.', { ...readOnly, caseExact: true }),
    ],
  }),
];
