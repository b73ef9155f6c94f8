import type { ConnectorKind } from '../kind.js';

const WORK = 'addresses[type eq "work"]';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const localPart = 'Word([userName], 1, "@")';
const name = 'Coalesce([displayName], [name.formatted], [userName])';

/** Where Entra's default attributes land. Names that were chosen once (sAMAccountName) stay when a person is renamed. */
export const defaultMapping: ConnectorKind['defaultMapping'] = {
  User: {
    mapping: [
      { target: 'rdn', expression: `SelectUniqueValue(${name}, Join("", ${name}, " (", ${localPart}, ")"))` },
      { target: 'sAMAccountName', expression: localPart, unique: true, apply: 'create' },
      {
        target: 'userPrincipalName',
        expression: 'IIF(InStr([userName], "@") > 0, [userName], Join("@", [userName], DefaultDomain()))',
        unique: true,
      },
      { target: 'displayName', source: 'displayName' },
      { target: 'givenName', source: 'name.givenName' },
      { target: 'sn', source: 'name.familyName' },
      { target: 'middleName', source: 'name.middleName' },
      { target: 'title', source: 'title' },
      { target: 'mail', source: 'emails[type eq "work"].value' },
      { target: 'preferredLanguage', source: 'preferredLanguage' },
      { target: 'telephoneNumber', source: 'phoneNumbers[type eq "work"].value' },
      { target: 'mobile', source: 'phoneNumbers[type eq "mobile"].value' },
      { target: 'facsimileTelephoneNumber', source: 'phoneNumbers[type eq "fax"].value' },
      { target: 'streetAddress', source: `${WORK}.streetAddress` },
      { target: 'l', source: `${WORK}.locality` },
      { target: 'st', source: `${WORK}.region` },
      { target: 'postalCode', source: `${WORK}.postalCode` },
      { target: 'country', source: `${WORK}.country` },
      { target: 'physicalDeliveryOfficeName', source: `${WORK}.formatted` },
      { target: 'employeeID', source: `${ENTERPRISE}:employeeNumber` },
      { target: 'department', source: `${ENTERPRISE}:department` },
      { target: 'division', source: `${ENTERPRISE}:division` },
      { target: 'company', source: `${ENTERPRISE}:organization` },
      { target: 'employeeType', source: 'userType' },
      { target: 'manager', reference: `${ENTERPRISE}:manager` },
    ],
  },
  Group: {
    mapping: [
      { target: 'rdn', expression: 'Coalesce([displayName])' },
      { target: 'sAMAccountName', source: 'displayName', unique: true },
      { target: 'displayName', source: 'displayName' },
    ],
  },
};
