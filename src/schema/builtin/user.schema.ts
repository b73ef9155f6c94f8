import type { SchemaDocument } from '../types.js';
import { define, plural, text } from './define.js';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

const name = define('name', 'complex', 'The components of the name.', {
  subAttributes: [
    text('formatted', 'The full name with all parts, for display.'),
    text('familyName', 'Family name or last name.'),
    text('givenName', 'Given name or first name.'),
    text('middleName', 'Middle names.'),
    text('honorificPrefix', 'Title before the name.'),
    text('honorificSuffix', 'Suffix after the name.'),
  ],
});

const addresses = define('addresses', 'complex', 'Physical mailing addresses.', {
  multiValued: true,
  subAttributes: [
    text('formatted', 'The full address, for display or a label; may hold line breaks.'),
    text('streetAddress', 'House number, street, post-office box; may hold line breaks.'),
    text('locality', 'City or locality.'),
    text('region', 'State or region.'),
    text('postalCode', 'Postal code.'),
    text('country', 'Country, ISO 3166-1 alpha-2.'),
    text('type', 'What the address is used for.', { canonicalValues: ['work', 'home', 'other'] }),
    define('primary', 'boolean', 'The preferred address; true for one at most.'),
  ],
});

/** RFC 7643 erratum 8471: `$ref` refers to groups only. */
const groups = define('groups', 'complex', 'Groups that the user belongs to.', {
  multiValued: true,
  mutability: 'readOnly',
  subAttributes: [
    text('value', 'The id of the group.', { caseExact: true, mutability: 'readOnly' }),
    define('$ref', 'reference', 'The URI of the group.', {
      mutability: 'readOnly',
      referenceTypes: ['Group'],
    }),
    text('display', 'The name of the group.', { mutability: 'readOnly' }),
    text('type', 'Direct or through another group.', {
      mutability: 'readOnly',
      canonicalValues: ['direct', 'indirect'],
    }),
  ],
});

/** RFC 7643 §4.1 and §8.7.1. */
export const userSchema: SchemaDocument = {
  id: USER_SCHEMA,
  name: 'User',
  description: 'User Account',
  attributes: [
    text('userName', 'The name by which the user signs in.', { required: true, uniqueness: 'server' }),
    name,
    text('displayName', 'The name shown to people.'),
    text('nickName', 'The casual name.'),
    define('profileUrl', 'reference', 'The online profile.', { referenceTypes: ['external'] }),
    text('title', 'Job title.'),
    text('userType', 'How the organisation relates to the user.'),
    text('preferredLanguage', 'Preferred languages, as in the HTTP Accept-Language header.'),
    text('locale', 'The location, for currency, dates and numbers.'),
    text('timezone', 'Time zone in the "Olson" format, such as America/Los_Angeles.'),
    define('active', 'boolean', 'Whether the user may use the account. Without a value targets decide.'),
    text('password', 'Clear-text password, written only.', { mutability: 'writeOnly', returned: 'never' }),
    plural('emails', 'E-mail addresses.', text('value', 'The address.'), ['work', 'home', 'other']),
    plural('phoneNumbers', 'Telephone numbers.', text('value', 'The number.'), [
      'work',
      'home',
      'mobile',
      'fax',
      'pager',
      'other',
    ]),
    plural('ims', 'Instant messaging addresses.', text('value', 'The address.'), [
      'aim',
      'gtalk',
      'icq',
      'xmpp',
      'msn',
      'skype',
      'qq',
      'yahoo',
    ]),
    plural(
      'photos',
      'Photos.',
      define('value', 'reference', 'The URL of the photo.', { referenceTypes: ['external'] }),
      ['photo', 'thumbnail'],
    ),
    addresses,
    groups,
    plural('entitlements', 'Entitlements.', text('value', 'The entitlement.'), undefined),
    plural('roles', 'Roles.', text('value', 'The role.'), undefined),
    plural('x509Certificates', 'Certificates.', define('value', 'binary', 'DER, base64.'), undefined),
  ],
};
