import iconv from 'iconv-lite';
import { plainToInstance } from 'class-transformer';
import { SchemaRegistry } from '../../../src/schema/schema-registry.js';
import { compileFeed } from '../../../src/sources/csv/compile-feed.js';
import { CsvSettings } from '../../../src/sources/csv/settings.js';
import { recordsOf, removeFolders } from './files.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('Rows as records', () => {
  afterEach(removeFolders);

  it('reads the export of a German payroll: windows-1252, semicolons, an expression, a manager', async () => {
    const text =
      'Personalnr;Vorname;Nachname;E-Mail;Abteilung (kurz);Status;Vorgesetzter\r\n' +
      '4711;Jörg;Müßig;joerg@corp.example;R&D;A;4700\r\n' +
      '4700;Žofie;"Straße, von";;;I;\r\n';
    const read = await recordsOf(iconv.encode(text, 'windows-1252'), {
      externalId: 'Personalnr',
      encoding: 'windows-1252',
      mapping: {
        userName: 'Personalnr',
        'name.givenName': 'vorname',
        'name.familyName': 'Nachname',
        displayName: '[Vorname] & " " & [Nachname]',
        'emails[type eq "work"].value': 'E-Mail',
        department: '[Abteilung (kurz)]',
        active: 'IIF([Status]="A","True","False")',
        manager: 'Vorgesetzter',
        userType: '"Employee"',
      },
    });
    expect(read[0]).toMatchObject({
      kind: 'record',
      record: {
        type: 'User',
        externalId: '4711',
        place: 'people.csv:2',
        attributes: {
          userName: '4711',
          name: { givenName: 'Jörg', familyName: 'Müßig' },
          displayName: 'Jörg Müßig',
          emails: [{ type: 'work', value: 'joerg@corp.example' }],
          [enterprise]: { department: 'R&D' },
          active: true,
          userType: 'Employee',
        },
      },
      references: [{ externalIds: ['4700'] }],
    });
    expect(read[1]).toMatchObject({
      record: {
        attributes: {
          name: { givenName: 'Žofie', familyName: 'Straße, von' },
          emails: [{ type: 'work', value: null }],
          [enterprise]: { department: null, manager: { value: null } },
          active: false,
        },
      },
      references: [],
    });
  });

  it('says nothing of empty cells when told so, nor where an expression says nothing', async () => {
    const [read] = await recordsOf('Id,Title,Nick\n1,,\n', {
      emptyCells: 'ignore',
      mapping: { title: 'Title', userName: 'Id' },
    });
    expect(read).toMatchObject({ record: { attributes: { userName: '1' } } });
    expect(read).not.toHaveProperty('record.attributes.title');
    const [other] = await recordsOf('Id,Title,Nick\n1,,\n', {
      mapping: { title: 'Title', nickName: 'IgnoreFlowIfNullOrEmpty([Nick])' },
    });
    expect(other).toMatchObject({ record: { attributes: { title: null } } });
    expect(other).not.toHaveProperty('record.attributes.nickName');
  });

  it('puts several columns into one address', async () => {
    const [read, none] = await recordsOf('Id,City,Zip\n1,Bonn,\n2,,\n', {
      mapping: {
        'addresses[type eq "work"].locality': 'City',
        'addresses[type eq "work"].postalCode': 'Zip',
      },
    });
    expect(read).toMatchObject({
      record: { attributes: { addresses: [{ type: 'work', locality: 'Bonn' }] } },
    });
    expect(none).toMatchObject({ record: { attributes: { addresses: [{ type: 'work', value: null }] } } });
  });

  it('hands dates on as ISO days, also to expressions, and rejects what is none', async () => {
    const [read, none, wrong] = await recordsOf('Id;From;To\n1;01.02.2026;31.12.2026 17:00\n2;;\n3;soon;\n', {
      dates: ['dd.MM.yyyy', 'dd.MM.yyyy HH:mm'],
      dateColumns: ['From', 'To'],
      timeZone: 'Europe/Berlin',
      mapping: { nickName: 'From', title: 'To', userType: '"since " & Left([From], 4)' },
    });
    expect(read).toMatchObject({
      record: {
        attributes: { nickName: '2026-02-01', title: '2026-12-31T17:00:00+01:00', userType: 'since 2026' },
      },
    });
    expect(none).toMatchObject({ record: { attributes: { nickName: null } } });
    expect(wrong).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/^nickName: "soon" is no date/),
    });
  });

  it('lists the members of a group', async () => {
    const [read, empty] = await recordsOf('Id;Name;Members\ng1;Sales;1|2 | 3\ng2;None;\n', {
      type: 'Group',
      mapping: { displayName: 'Name', members: 'Members' },
    });
    expect(read).toMatchObject({ references: [{ externalIds: ['1', '2', '3'] }] });
    expect(empty).toMatchObject({ record: { attributes: { members: null } }, references: [] });
  });

  it('rejects rows that lack an id or have too many cells or a word where a truth is needed', async () => {
    const read = await recordsOf('Id,Active\n,true\n2,true,x\n3,maybe\n4,YES\n', {
      mapping: { active: 'Active' },
    });
    expect(read).toMatchObject([
      { kind: 'rejected', reason: 'has no externalId (Id)' },
      { kind: 'rejected', reason: 'has 3 cells where the header has 2' },
      { kind: 'rejected', externalId: '3', reason: expect.stringMatching(/^active: "maybe" is neither/) },
      { kind: 'record', record: { attributes: { active: true } } },
    ]);
  });

  it('names the column that was meant when the header has another one', async () => {
    await expect(
      recordsOf('Id;Firstname;Last\n1;a;b\n', { mapping: { 'name.givenName': 'Fristname', title: 'Rank' } }),
    ).rejects.toThrow(
      'line 1: there is no column "Fristname"; did you mean "Firstname"?; there is no column "Rank". Columns: Id, Firstname, Last',
    );
    await expect(recordsOf('Id;A;a\n1;b;c\n', { mapping: { title: 'A' } })).resolves.toHaveLength(1);
    await expect(recordsOf('Id;A;A\n1;b;c\n', { mapping: { title: 'A' } })).rejects.toThrow('stands 2 times');
  });
});

describe('Settings of a csv source', () => {
  const faultsOf = (settings: object) =>
    compileFeed(plainToInstance(CsvSettings, { externalId: 'Id', ...settings }), SchemaRegistry.builtIn())
      .faults;

  it.each([
    [{ mapping: { usrName: 'A' } }, ['mapping', 'usrName'], /no attribute of User/],
    [{ mapping: { externalId: 'A' } }, ['mapping', 'externalId'], /setting of its own/],
    [{ mapping: { title: 'IFF([A],"x","y")' } }, ['mapping', 'title'], /did you mean IIF/],
    [{ mapping: { title: 'Name (last)' } }, ['mapping', 'title'], /written in \[ \]/],
    [{ mapping: { title: 5 } }, ['mapping', 'title'], /name of a column/],
    [{ mapping: {} }, ['mapping'], /maps nothing/],
    [{ mapping: { title: 'First' }, dateColumns: ['Frist'] }, ['dateColumns', '0'], /did you mean First/],
    [{ mapping: { title: 'A' }, type: 'Usr' }, ['type'], /no resource type "Usr"/],
    [{ mapping: { title: 'A' }, timeZone: 'Berlin' }, ['timeZone'], /no time zone/],
    [{ mapping: { title: 'A' }, dates: ['dd.MM.yyyy', 'dd.mm.yyyy'] }, ['dates', '1'], /day, month and year/],
  ])('refuses %j', (settings, path, detail) => {
    expect(faultsOf(settings)).toMatchObject([{ path, detail: expect.stringMatching(detail) }]);
  });
});
