/**
 * Names by which an Entra administrator knows the attributes that arrive here as SCIM
 * (Entra's default mapping of a SCIM application, read from right to left).
 */
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 §4.3. */
export const ENTERPRISE_NAMES = [
  'employeeNumber',
  'costCenter',
  'organization',
  'division',
  'department',
  'manager',
];

export interface Alias {
  path: string;
  /** `[IsSoftDeleted]` and `[accountDisabled]` are what `active` is not. */
  negated?: boolean;
}

const USER: Readonly<Record<string, string>> = {
  userPrincipalName: 'userName',
  accountEnabled: 'active',
  jobTitle: 'title',
  mail: 'emails[type eq "work"].value',
  otherMails: 'emails[type eq "other"].value',
  proxyAddresses: 'emails[type eq "other"].value',
  surname: 'name.familyName',
  givenName: 'name.givenName',
  middleName: 'name.middleName',
  mailNickname: 'externalId',
  objectId: 'externalId',
  telephoneNumber: 'phoneNumbers[type eq "work"].value',
  mobile: 'phoneNumbers[type eq "mobile"].value',
  mobilePhone: 'phoneNumbers[type eq "mobile"].value',
  facsimileTelephoneNumber: 'phoneNumbers[type eq "fax"].value',
  streetAddress: 'addresses[type eq "work"].streetAddress',
  city: 'addresses[type eq "work"].locality',
  state: 'addresses[type eq "work"].region',
  postalCode: 'addresses[type eq "work"].postalCode',
  country: 'addresses[type eq "work"].country',
  physicalDeliveryOfficeName: 'addresses[type eq "work"].formatted',
  employeeId: `${ENTERPRISE}:employeeNumber`,
  employeeNumber: `${ENTERPRISE}:employeeNumber`,
  department: `${ENTERPRISE}:department`,
  division: `${ENTERPRISE}:division`,
  costCenter: `${ENTERPRISE}:costCenter`,
  companyName: `${ENTERPRISE}:organization`,
  organization: `${ENTERPRISE}:organization`,
  manager: `${ENTERPRISE}:manager`,
  employeeType: 'userType',
  appRoleAssignments: 'roles',
  memberOf: 'groups',
};

const GROUP: Readonly<Record<string, string>> = {
  objectId: 'externalId',
  mailNickname: 'externalId',
  member: 'members',
};

const NEGATED: Readonly<Record<string, string>> = { IsSoftDeleted: 'active', accountDisabled: 'active' };

const lowered = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).map(([name, path]) => [name.toLowerCase(), path]));
const USER_ALIASES = lowered(USER);
const GROUP_ALIASES = lowered(GROUP);
const NEGATED_NAMES = lowered(NEGATED);
const NO_ALIASES = lowered({});

/** SCIM names of RFC 7643 §4 for suggestions and for telling a misspelt name from a custom one. */
const USER_NAMES = [
  ...['id', 'externalId', 'meta', 'userName', 'name', 'displayName', 'nickName', 'profileUrl', 'title'],
  ...[
    'userType',
    'preferredLanguage',
    'locale',
    'timezone',
    'active',
    'clientActive',
    'emails',
    'phoneNumbers',
    'ims',
  ],
  ...['photos', 'addresses', 'groups', 'entitlements', 'roles', 'x509Certificates'],
];
const GROUP_NAMES = ['id', 'externalId', 'meta', 'displayName', 'members'];

export function aliasOf(name: string, resourceType: string): Alias | undefined {
  const wanted = name.toLowerCase();
  const path = tableOf(resourceType).get(wanted);
  if (path !== undefined) return { path };
  const opposite = resourceType === 'User' ? NEGATED_NAMES.get(wanted) : undefined;
  return opposite === undefined ? undefined : { path: opposite, negated: true };
}

function tableOf(resourceType: string): ReadonlyMap<string, string> {
  if (resourceType === 'User') return USER_ALIASES;
  return resourceType === 'Group' ? GROUP_ALIASES : NO_ALIASES;
}

export function coreNames(resourceType: string): readonly string[] {
  if (resourceType === 'User') return USER_NAMES;
  return resourceType === 'Group' ? GROUP_NAMES : ['id', 'externalId', 'meta'];
}

export function aliasNames(resourceType: string): readonly string[] {
  if (resourceType === 'User') return [...Object.keys(USER), ...Object.keys(NEGATED)];
  return resourceType === 'Group' ? Object.keys(GROUP) : [];
}
