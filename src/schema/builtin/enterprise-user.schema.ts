import type { SchemaDocument } from '../types.js';
import { define, text } from './define.js';

export const ENTERPRISE_USER_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 §4.3 and §8.7.1; manager.value is caseExact by erratum 8472. */
export const enterpriseUserSchema: SchemaDocument = {
  id: ENTERPRISE_USER_SCHEMA,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    text('employeeNumber', 'The number given by the organisation.'),
    text('costCenter', 'The name of a cost center.'),
    text('organization', 'The name of an organization.'),
    text('division', 'The name of a division.'),
    text('department', 'The name of a department.'),
    define('manager', 'complex', 'The manager of the user.', {
      subAttributes: [
        text('value', 'The id of the manager.', { caseExact: true }),
        define('$ref', 'reference', 'The URI of the manager.', { referenceTypes: ['User'] }),
        text('displayName', 'The name of the manager.', { mutability: 'readOnly' }),
      ],
    }),
  ],
};
