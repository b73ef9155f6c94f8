import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminClient, useOwnLab } from '../../lab.js';
import { EntraClient } from '../entra-client.js';
import { GatewayProcess } from '../gateway-process.js';
import { ldapsearch, type Entry } from '../ldapsearch.js';
import { ScimApplication } from '../scim-application/scim-application.js';
import { departments, hcmExport, makePerson, userNameOf, type Person } from './people.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const source = `kind: csv
match: [userName]
leavers: deactivate
settings:
  externalId: PersNr
  encoding: windows-1252
  mapping:
    userName: Mail
    name.givenName: Vorname
    name.familyName: Nachname
    displayName: Join(" ", [Vorname], [Nachname])
    title: Stelle
    ${ENTERPRISE}:employeeNumber: PersNr
    ${ENTERPRISE}:department: Abteilung
    ${ENTERPRISE}:manager: Vorgesetzter
    active: IIF([Status]="A","True","False")
`;
const authority = `User:
  - attributes: [title, '${ENTERPRISE}:department']
    sources: [hcm, entra]
`;
const ruleGroups = `- displayName: Sales team
  rule:
    - - { attribute: department, operator: EQUALS, value: Sales }
- displayName: Leads
  rule:
    - - { attribute: title, operator: EQUALS, value: Lead }
`;
const containers = (base: string) =>
  `Switch([department], "${base}", ${departments.map((name) => `"${name}", "OU=${name},${base}"`).join(', ')})`;

/** HCM → store → Active Directory and a SCIM application, with Entra speaking of the same people in between. */
describe('A year of a company of a thousand', () => {
  const lab = useOwnLab();
  let application: ScimApplication;
  let gateway: GatewayProcess;
  let entra: EntraClient;
  const people = new Map<number, Person>();
  const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  const change = (number: number, changes: Partial<Person>) =>
    people.set(number, { ...people.get(number)!, ...changes });

  beforeAll(async () => {
    const base = lab().usersOu;
    const admin = await adminClient(lab());
    for (const name of departments)
      await admin.add(`OU=${name},${base}`, { objectClass: ['top', 'organizationalUnit'] });
    await admin.unbind();
    application = await ScimApplication.start();
    gateway = await GatewayProcess.start(lab(), {
      users: `{ onDelete: disable, container: ${JSON.stringify(containers(base))} }`,
      files: {
        'sources/hcm.yaml': source,
        'authority.yaml': authority,
        'rule-groups.yaml': ruleGroups,
        'secrets/application': application.token,
        'targets/application.yaml': `kind: scim\nanswer: stored\nsettings:\n  baseUrl: ${application.baseUrl}\n  bearer: file:secrets/application\nusers: {}\ngroups: {}\n`,
      },
    });
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    for (const number of numbers(0, 1000)) people.set(number, makePerson(number));
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await application?.stop();
  });

  const importFile = async (...options: string[]) => {
    const file = join(gateway.folder, 'people.csv');
    writeFileSync(file, hcmExport([...people.values()]));
    return gateway.cli('import', 'csv', 'hcm', file, ...options);
  };
  const idOf = async (number: number) => {
    const filter = `userName eq "${people.get(number)!.userName}"`;
    const { body } = await entra.send('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect(body.totalResults).toBe(1);
    return body.Resources[0].id as string;
  };
  const patch = async (number: number, ...operations: object[]) =>
    expect((await entra.patch(`/Users/${await idOf(number)}`, ...operations)).status).toBe(200);

  const accounts = async () => {
    const entries = await ldapsearch(lab(), lab().usersOu, '(objectClass=user)', [
      'userPrincipalName',
      'givenName',
      'sn',
      'displayName',
      'title',
      'department',
      'employeeID',
      'telephoneNumber',
      'userAccountControl',
      'manager',
      'memberOf',
      'distinguishedName',
    ]);
    return new Map(entries.map((entry) => [entry.userprincipalname![0]!, entry]));
  };
  const cnsOf = (dns: string[] | undefined) => (dns ?? []).map((dn) => /^CN=([^,]+)/.exec(dn)![1]).sort();
  const groupsOf = ({ department, title, number }: Person) => [
    ...(number < 200 ? ['All hands'] : []),
    ...(title === 'Lead' ? ['Leads'] : []),
    ...(department === 'Sales' ? ['Sales team'] : []),
  ];

  const wantedAccount = (person: Person, all: Map<string, Entry>) => ({
    givenName: person.givenName,
    sn: person.familyName,
    displayName: `${person.givenName} ${person.familyName}`,
    title: person.title,
    department: person.department,
    phone: person.phone,
    enabled: person.employed,
    manager: person.manager === undefined ? undefined : all.get(people.get(person.manager)!.userName)?.dn[0],
    unit: `OU=${person.department},${lab().usersOu}`,
    groups: groupsOf(person),
  });
  const seenAccount = (entry: Entry) => ({
    givenName: entry.givenname?.[0],
    sn: entry.sn?.[0],
    displayName: entry.displayname?.[0],
    title: entry.title?.[0],
    department: entry.department?.[0],
    phone: entry.telephonenumber?.[0],
    enabled: (Number(entry.useraccountcontrol![0]) & 2) === 0,
    manager: entry.manager?.[0],
    unit: entry.dn[0]!.replace(/^CN=(?:\\.|[^,\\])+,/, ''),
    groups: cnsOf(entry.memberof),
  });

  /** Everybody, compared with what was said of them; read by ldapsearch and by the application's own API. */
  const everySystemAgrees = async () => {
    await gateway.settled(120_000);
    const all = await accounts();
    expect([...all.keys()].sort()).toEqual([...people.values()].map(({ userName }) => userName).sort());
    for (const person of people.values())
      expect([person.userName, seenAccount(all.get(person.userName)!)]).toEqual([
        person.userName,
        wantedAccount(person, all),
      ]);
    await applicationAgrees();
  };
  const applicationAgrees = async () => {
    await gateway.settled(60_000, 'application');
    const [users, groups] = [await application.all('Users'), await application.all('Groups')];
    const seen = users.map((user) => ({
      userName: user.userName,
      name: `${user.name.givenName} ${user.name.familyName}`,
      title: user.title,
      department: user[ENTERPRISE]?.department,
      active: user.active,
      groups: groups
        .filter(({ members = [] }) => members.some(({ value }: { value: string }) => value === user.id))
        .map(({ displayName }) => displayName)
        .sort(),
    }));
    const wanted = [...people.values()].map((person) => ({
      userName: person.userName,
      name: `${person.givenName} ${person.familyName}`,
      title: person.title,
      department: person.department,
      active: person.employed,
      groups: groupsOf(person),
    }));
    const byName = (a: { userName: string }, b: { userName: string }) => (a.userName < b.userName ? -1 : 1);
    expect(seen.sort(byName)).toEqual(wanted.sort(byName));
  };

  it('begins with everybody of the HCM export, after a preview that writes nothing', async () => {
    const preview = await importFile();
    expect(preview.code).toBe(3);
    expect((await accounts()).size).toBe(0);
    const applied = await importFile('--apply');
    expect([applied.code, applied.stderr]).toEqual([0, expect.anything()]);
    await gateway.settled(120_000);
    const { body } = await entra.send('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'All hands',
    });
    const members = [];
    for (const number of numbers(0, 200)) members.push({ value: await idOf(number) });
    await entra.patch(`/Groups/${body.id}`, { op: 'Add', path: 'members', value: members });
    await everySystemAgrees();
  }, 240_000);

  it('lets Entra add what HCM does not know, and keeps what HCM decides', async () => {
    for (const number of numbers(100, 30)) {
      const phone = `+49 30 ${number}`;
      await patch(
        number,
        { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: phone },
        { op: 'Replace', path: 'title', value: 'Said by Entra' },
      );
      change(number, { phone });
    }
    await everySystemAgrees();
  }, 120_000);

  it('follows promotions, moves, marriages, leavers and joiners of the next export, Entra in between', async () => {
    for (const number of numbers(20, 25)) change(number, { title: 'Lead' });
    for (const number of numbers(40, 30)) change(number, { department: 'Sales' });
    for (const number of numbers(300, 10)) {
      const { givenName } = people.get(number)!;
      const familyName = 'Hofmann-Sørensen';
      change(number, { familyName, userName: userNameOf(givenName, familyName, number) });
    }
    for (const number of numbers(500, 15)) change(number, { employed: false });
    for (const number of numbers(1000, 20)) people.set(number, makePerson(number));
    const file = importFile('--apply', '--full');
    for (const number of numbers(600, 20)) {
      const phone = `+1 555 ${number}`;
      await patch(number, { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: phone });
      change(number, { phone });
    }
    expect((await file).code).toBe(0);
    await everySystemAgrees();
  }, 240_000);

  it('moves people between rule groups when their role changes, and lets leavers come back', async () => {
    for (const number of numbers(20, 25)) change(number, { title: 'Director' });
    for (const number of numbers(200, 10)) change(number, { title: 'Lead' });
    for (const number of numbers(40, 30)) change(number, { department: 'Finance' });
    for (const number of numbers(500, 5)) change(number, { employed: true });
    expect((await importFile('--apply', '--full')).code).toBe(0);
    await everySystemAgrees();
  }, 240_000);

  it('writes nothing when the same export comes again', async () => {
    const before = await ldapsearch(lab(), lab().usersOu, '(objectClass=user)', ['uSNChanged']);
    expect((await importFile('--apply', '--full')).code).toBe(0);
    await gateway.settled();
    expect(await ldapsearch(lab(), lab().usersOu, '(objectClass=user)', ['uSNChanged'])).toEqual(before);
  }, 60_000);
});
