import { compileObjectMapping, mapResource } from '../src/mapping/index.js';
import type { MappingInput, MappingLine, ObjectMapping } from '../src/mapping/types.js';

/** 100,000 users through a realistic AD mapping with five further expressions, on one core. */
const USERS = Number(process.env.USERS ?? 100_000);
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const DEPARTMENTS = ['Sales', 'Engineering', 'Finance', 'People', 'Legal, Risk'];
const COUNTRIES = ['DE', 'FR', 'US', 'JP'];

const direct = (target: string, source: string): MappingLine => ({ target, source });
const lines: MappingLine[] = [
  {
    target: 'rdn',
    expression:
      'SelectUniqueValue([displayName], Join(" ", [displayName], "(" & Left([externalId], 8) & ")"))',
  },
  {
    target: 'userPrincipalName',
    expression: 'IIF(InStr([userName], "@") > 0, [userName], Join("@", [userName], DefaultDomain()))',
    unique: true,
  },
  {
    target: 'sAMAccountName',
    expression:
      'SelectUniqueValue(Left(ToLower(NormalizeDiacritics(Left([givenName], 1) & [surname])), 20), Left(ToLower(NormalizeDiacritics([givenName] & "." & [surname])), 20))',
    apply: 'create',
  },
  direct('displayName', 'displayName'),
  direct('givenName', 'name.givenName'),
  direct('sn', 'name.familyName'),
  direct('mail', 'emails[type eq "work"].value'),
  direct('title', 'title'),
  direct('department', 'department'),
  direct('company', 'organization'),
  direct('telephoneNumber', 'phoneNumbers[type eq "work"].value'),
  direct('mobile', 'phoneNumbers[type eq "mobile"].value'),
  direct('streetAddress', 'streetAddress'),
  direct('l', 'city'),
  direct('st', 'state'),
  direct('postalCode', 'postalCode'),
  direct('c', 'country'),
  direct('physicalDeliveryOfficeName', 'physicalDeliveryOfficeName'),
  direct('preferredLanguage', 'preferredLanguage'),
  direct('employeeType', 'userType'),
  { target: 'employeeID', source: 'employeeId', match: 1 },
  { target: 'manager', reference: 'manager' },
  { target: 'proxyAddresses', expression: 'RemoveDuplicates("smtp:" & [emails.value])', multiValued: true },
  { target: 'accountExpires', expression: 'NumFromDate(DateAdd("d", 1, CDate([contractEnd])))' },
  {
    target: 'co',
    expression: 'Switch([country], "Other", "DE", "Germany", "FR", "France", "US", "United States")',
  },
  { target: 'info', expression: 'Replace([phoneNumbers.value], , "[^0-9+]", , "", , )' },
  {
    target: 'description',
    expression:
      'Join(" ", PCase([title]), "since", FormatDateTime([meta.created], , "yyyy-MM-ddTHH:mm:ssZ", "MMMM yyyy"))',
  },
  { target: 'extensionAttribute1', expression: 'IIF(IsPresent([division]), [division], "none")' },
];
const document: ObjectMapping = {
  scope: [[{ attribute: 'userName', operator: 'REGEX MATCH', value: '.*@contoso\\.example' }]],
  container: 'Join(",", "OU=" & EscapeDN([department]), "OU=Staff,DC=corp,DC=example")',
  mapping: lines,
};

function user(index: number): MappingInput {
  const [given, family] = [`Zoë${index % 997}`, `Müller${index}`];
  const mail = `user${index}@contoso.example`;
  const department = DEPARTMENTS[index % DEPARTMENTS.length] ?? '';
  return {
    id: `0190-${index}`,
    resourceType: 'User',
    now: new Date('2026-11-23T10:00:00Z'),
    attributes: {
      userName: mail,
      externalId: `9b1f-${index}`,
      displayName: `${given} ${family}`,
      name: { givenName: given, familyName: family },
      title: 'senior ENGINEER',
      active: index % 50 !== 0,
      preferredLanguage: 'de-DE',
      userType: 'Employee',
      emails: [
        { type: 'work', value: mail, primary: true },
        { type: 'other', value: `alias${index}@contoso.example` },
      ],
      phoneNumbers: [
        { type: 'work', value: `+49 (30) ${index}` },
        { type: 'mobile', value: `+49 170 ${index}` },
      ],
      addresses: [
        {
          type: 'work',
          streetAddress: `Street ${index}`,
          locality: 'Berlin',
          postalCode: '10115',
          country: COUNTRIES[index % 4] ?? '',
        },
      ],
      meta: { created: '2024-02-01T08:00:00Z' },
      [ENTERPRISE]: {
        department,
        employeeNumber: `${index}`,
        organization: 'Contoso',
        manager: { value: `0190-${index >> 3}` },
      },
      'urn:example:hr:2.0:User': { contractEnd: '2027-03-31' },
    },
  };
}

const { mapping, problems } = compileObjectMapping(document, 'User', { defaultDomain: 'corp.example' });
if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
const inputs = Array.from({ length: USERS }, (_, index) => user(index));
const started = performance.now();
let attributes = 0;
for (const input of inputs) {
  const account = mapResource(mapping, input);
  if (account.problems.length > 0 || !account.scope.inScope)
    throw new Error(JSON.stringify(account.problems));
  attributes += account.attributes.length + account.unique.length;
}
const seconds = (performance.now() - started) / 1_000;
process.stdout.write(
  `${USERS} users, ${lines.length} lines, ${attributes} attributes: ${seconds.toFixed(2)} s, ${((seconds * 1e6) / USERS).toFixed(1)} µs each\n`,
);
