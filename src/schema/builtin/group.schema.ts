import type { SchemaDocument } from '../types.js';
import { define, text } from './define.js';

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** RFC 7643 §4.2 and §8.7.1; displayName is required by erratum 5368, `display` is listed by erratum 6011. */
export const groupSchema: SchemaDocument = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'Group',
  attributes: [
    text('displayName', 'The name of the group.', { required: true, uniqueness: 'server' }),
    define('members', 'complex', 'Members: users and groups.', {
      multiValued: true,
      subAttributes: [
        text('value', 'The id of the member.', { caseExact: true, mutability: 'immutable' }),
        define('$ref', 'reference', 'The URI of the member.', {
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        text('type', 'The resource type of the member.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
        text('display', 'The name of the member.', { mutability: 'readOnly' }),
      ],
    }),
  ],
};
