import type { ObjectMapping } from '../../mapping/types.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** Security group of scope global (MS-ADTS §2.2.12). */
const globalSecurity = '-2147483646';

/** Windows Server AD's attributes, without those that a person has to decide about. */
export const defaultMapping = {
  User: {
    mapping: [
      { target: 'rdn', expression: 'Coalesce([displayName], [userName])' },
      {
        target: 'sAMAccountName',
        expression: 'Left(Word([userName], 1, "@"), 20)',
        unique: true,
        apply: 'create',
      },
      { target: 'userPrincipalName', source: 'userName', unique: true },
      { target: 'displayName', source: 'displayName' },
      { target: 'givenName', source: 'name.givenName' },
      { target: 'sn', source: 'name.familyName' },
      { target: 'title', source: 'title' },
      { target: 'department', source: `${ENTERPRISE}:department` },
      { target: 'mail', source: 'emails[type eq "work"].value' },
      { target: 'telephoneNumber', source: 'phoneNumbers[type eq "work"].value' },
      { target: 'manager', reference: `${ENTERPRISE}:manager.value` },
    ],
  },
  Group: {
    mapping: [
      { target: 'rdn', source: 'displayName' },
      { target: 'sAMAccountName', source: 'displayName', unique: true },
      { target: 'groupType', constant: globalSecurity, apply: 'create' },
    ],
  },
} satisfies Record<string, ObjectMapping>;
