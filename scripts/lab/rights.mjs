/**
 * What the delegated account may write, attribute by attribute. Property sets are never granted:
 * "Public Information" contains servicePrincipalName and altSecurityIdentities, which lead to account takeover.
 */

const cloudExtensions = Array.from({ length: 20 }, (_, index) => `msDS-cloudExtensionAttribute${index + 1}`);

export const userAttributes = [
  ...['cn', 'name', 'sAMAccountName', 'userPrincipalName', 'displayName'],
  ...['givenName', 'sn', 'middleName', 'initials', 'generationQualifier', 'personalTitle'],
  ...['mail', 'proxyAddresses', 'wWWHomePage', 'thumbnailPhoto', 'jpegPhoto', 'preferredLanguage'],
  ...[
    'title',
    'department',
    'company',
    'division',
    'employeeID',
    'employeeNumber',
    'employeeType',
    'manager',
  ],
  ...['telephoneNumber', 'otherTelephone', 'mobile', 'otherMobile', 'homePhone', 'otherHomePhone'],
  ...['pager', 'otherPager', 'facsimileTelephoneNumber', 'otherFacsimileTelephoneNumber', 'ipPhone'],
  ...['streetAddress', 'l', 'st', 'postalCode', 'postOfficeBox', 'physicalDeliveryOfficeName'],
  ...['c', 'co', 'countryCode', 'description', 'info', 'comment', 'adminDescription', 'adminDisplayName'],
  ...['userAccountControl', 'pwdLastSet', 'accountExpires', 'lockoutTime'],
  ...cloudExtensions,
];

export const groupAttributes = [
  ...['cn', 'name', 'sAMAccountName', 'displayName', 'description', 'info', 'comment', 'adminDescription'],
  ...['adminDisplayName', 'mail', 'proxyAddresses', 'managedBy', 'groupType', 'member', 'objectClass'],
  ...cloudExtensions,
];

const users = { class: 'user', attributes: userAttributes, resetPassword: true };
const groups = { class: 'group', attributes: groupAttributes, resetPassword: false };

export const rightsOf = ({ usersOu, groupsOu, archiveOu }) => [
  { dn: usersOu, kinds: [users] },
  { dn: groupsOu, kinds: [groups] },
  { dn: archiveOu, kinds: [users, groups] },
];
