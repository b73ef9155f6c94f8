import type { MappingLine, ObjectMapping } from '../../mapping/types.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const same = (path: string): MappingLine => ({ target: path, source: path });
const typed = (attribute: string, types: readonly string[], subs: readonly string[]): MappingLine[] =>
  types.flatMap((type) => subs.map((sub) => same(`${attribute}[type eq "${type}"].${sub}`)));

/** RFC 7643 §4.1 and §4.3, one to one. `active` follows the resource by itself; externalId carries our stamp. */
const user: ObjectMapping = {
  mapping: [
    { target: 'userName', source: 'userName', unique: true },
    ...['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'].map(
      (sub) => same(`name.${sub}`),
    ),
    ...['displayName', 'nickName', 'profileUrl', 'title', 'userType'].map(same),
    ...['preferredLanguage', 'locale', 'timezone'].map(same),
    ...typed('emails', ['work', 'home', 'other'], ['value']),
    ...typed('phoneNumbers', ['work', 'mobile', 'home', 'fax', 'pager'], ['value']),
    ...typed(
      'addresses',
      ['work'],
      ['streetAddress', 'locality', 'region', 'postalCode', 'country', 'formatted'],
    ),
    ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((name) =>
      same(`${ENTERPRISE}:${name}`),
    ),
    { target: `${ENTERPRISE}:manager.value`, reference: `${ENTERPRISE}:manager.value` },
  ],
};

export const defaultMapping = {
  User: user,
  Group: { mapping: [{ target: 'displayName', source: 'displayName', unique: true }] },
} satisfies Record<string, ObjectMapping>;
