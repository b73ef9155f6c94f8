/** Where the SCIM attributes of Entra's default mapping usually live in Active Directory. */
const FROM_SCIM: Readonly<Record<string, string>> = {
  userName: 'userPrincipalName',
  active: 'accountEnabled',
  displayName: 'displayName',
  title: 'title',
  'emails[type eq "work"].value': 'mail',
  'emails[type eq "other"].value': 'proxyAddresses',
  preferredLanguage: 'preferredLanguage',
  'name.givenName': 'givenName',
  'name.familyName': 'sn',
  'name.middleName': 'middleName',
  'phoneNumbers[type eq "work"].value': 'telephoneNumber',
  'phoneNumbers[type eq "mobile"].value': 'mobile',
  'phoneNumbers[type eq "fax"].value': 'facsimileTelephoneNumber',
  'addresses[type eq "work"].streetAddress': 'streetAddress',
  'addresses[type eq "work"].locality': 'l',
  'addresses[type eq "work"].region': 'st',
  'addresses[type eq "work"].postalCode': 'postalCode',
  'addresses[type eq "work"].country': 'co',
  'addresses[type eq "work"].formatted': 'physicalDeliveryOfficeName',
  'addresses[type eq "other"].formatted': 'physicalDeliveryOfficeName',
  userType: 'employeeType',
  employeeNumber: 'employeeID',
  department: 'department',
  division: 'division',
  organization: 'company',
  manager: 'manager',
};

const lowered = new Map(Object.entries(FROM_SCIM).map(([path, name]) => [compact(path), name]));

/** Directory attribute for a SCIM path; undefined when there is no usual one. */
export function directoryNameOf(path: string): string | undefined {
  const bare = path.replace(/^urn:.*:(?:User|Group):/i, '');
  return lowered.get(compact(path)) ?? lowered.get(compact(bare));
}

function compact(path: string): string {
  return path.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** A SCIM application's target names are SCIM paths; a directory's are not. */
export function looksLikeScim(targets: readonly string[]): boolean {
  return targets.some((target) => /[.[]|^urn:|^(userName|externalId|active)$/i.test(target));
}
