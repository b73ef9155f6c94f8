/** The people of the story: what is true of each, said once and by nobody but the story. */
export interface Person {
  number: number;
  givenName: string;
  familyName: string;
  userName: string;
  department: string;
  title: string;
  /** Number of the manager. */
  manager?: number;
  /** Stated by Entra, of which the HCM system knows nothing. */
  phone?: string;
  employed: boolean;
}

const givenNames = [
  'Anna',
  'Björn',
  'Chloé',
  'Daniel',
  'Élodie',
  'François',
  'Grete',
  'Håkan',
  'Inès',
  'Jürgen',
];
const familyNames = [
  'Müller',
  'Nowak',
  'Øster',
  'Peña',
  'Quint',
  'Rossi',
  'Straße',
  'Tóth',
  'Weiß',
  'Zöller',
];
export const departments = ['Sales', 'Engineering', 'Finance', 'Logistics'];

const ascii = (text: string) =>
  text
    .replaceAll('ß', 'ss')
    .replaceAll('Ø', 'O')
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();

export const userNameOf = (givenName: string, familyName: string, number: number) =>
  `${ascii(givenName)}.${ascii(familyName)}.${number}@contoso.example`;

/** Everybody but the first ten has one of them as manager. */
export function makePerson(number: number): Person {
  const givenName = givenNames[number % 10]!;
  const familyName = familyNames[Math.floor(number / 10) % 10]!;
  return {
    number,
    givenName,
    familyName,
    userName: userNameOf(givenName, familyName, number),
    department: departments[number % departments.length]!,
    title: number < 10 ? 'Director' : 'Associate',
    ...(number < 10 ? {} : { manager: number % 10 }),
    employed: true,
  };
}

/** A full export as HCM systems make it: semicolons, quoted text, Windows-1252. */
export function hcmExport(people: readonly Person[]): Buffer {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = people.map(
    ({ number, givenName, familyName, userName, department, title, manager, employed }) =>
      [
        `P${number}`,
        givenName,
        familyName,
        userName,
        department,
        title,
        manager === undefined ? '' : `P${manager}`,
        employed ? 'A' : 'X',
      ]
        .map(quote)
        .join(';'),
  );
  const header = 'PersNr;Vorname;Nachname;Mail;Abteilung;Stelle;Vorgesetzter;Status';
  return Buffer.from([header, ...rows, ''].join('\r\n'), 'latin1');
}
