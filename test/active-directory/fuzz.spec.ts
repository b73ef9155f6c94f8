import fc from 'fast-check';
import { accountName, candidates, commonName } from '../../src/connectors/active-directory/names.js';
import { childDn } from '../../src/connectors/active-directory/values/dn.js';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, group, setMembers, user, type Person } from './domain.js';

/** `LANDFALL_FUZZ_CASES=2000 npm run jest -- test/active-directory/fuzz`; `LANDFALL_FUZZ_SEED` repeats a run. */
const cases = Number(process.env['LANDFALL_FUZZ_CASES'] ?? 200);
const seed = Number(process.env['LANDFALL_FUZZ_SEED'] ?? Date.now() % 1_000_000);
const writers = 4;
let hardNames = 0;
const units = Math.max(2, Math.round(cases / 50));

const hard = fc.constantFrom(
  ...',+"\\<>;=#/ \t\n\r.\'*()[]{}|&!~@$%^`?:-_\u0000\u0007\u007f\u00a0\u200b\u202e\ufeff\u0301ßøæłıİǅﬁ漢字😀👩‍👩‍👧',
);
const letter = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 });
const text = fc
  .array(fc.oneof({ weight: 2, arbitrary: hard }, { weight: 3, arbitrary: letter }), {
    minLength: 1,
    maxLength: 90,
  })
  .map((parts) => parts.join(''));

const inParts = (work: (part: number) => Promise<void>) =>
  Promise.all(Array.from({ length: writers }, (_, part) => work(part)));

describe(`Random names (seed ${seed})`, () => {
  const lab = useLab('ad-fuzz');

  it(`are written and read back equal by another client, ${cases} times`, async () => {
    const ad = connect(lab());
    const names = fc.sample(text, { numRuns: cases, seed });
    const places = fc.sample(text, { numRuns: units, seed: seed + 1 }).map((name, index) =>
      `${index} ${commonName(name)
        .slice(0, 50)
        .replace(/[\uD800-\uDBFF]$/, '')}`.trim(),
    );
    const admin = await adminClient(lab());
    const containers = places.map((name) => childDn(name, lab().usersOu).replace(/^CN=/, 'OU='));
    for (const dn of containers) await admin.add(dn, { objectClass: 'organizationalUnit' });
    await admin.unbind();

    const wished = names.map((name, index) => {
      const rdn = candidates('rdn', 'User', [`${index} ${name}`])[0]!;
      const sam = accountName(`${index}${name}`, 'User');
      // U+0000 and lone surrogates are refused by name; that is tested with the schema.
      const displayName = name.replaceAll('\u0000', '') || 'x';
      return { index, rdn, sam, displayName, container: containers[index % units]! };
    });
    const people: Person[] = [];
    try {
      const write = async (part: number) => {
        for (const { index, rdn, sam, displayName, container } of wished.filter(
          (_, at) => at % writers === part,
        )) {
          const person = user(ad, `fuzz ${index}`, {
            rdn,
            container,
            unique: { sAMAccountName: sam, userPrincipalName: `fuzz${index}@contoso.example` },
            attributes: { displayName },
            enabled: false,
            password: undefined,
          });
          await person.apply();
          people[index] = person;
        }
      };
      await inParts(write);
      // Members of groups whose own names are as hard: the fence has to look at where they lead.
      const join = async (part: number) => {
        for (let unit = part; unit < units; unit += writers) {
          const team = group(ad, `fuzz team ${unit}`, {
            rdn: candidates('rdn', 'Group', [`team ${unit} ${names[unit]!}`])[0]!,
            unique: { sAMAccountName: `fuzz-team-${unit}` },
          });
          await team.apply();
          const members = people.filter((_, index) => index % units === unit);
          await setMembers(ad, team, members);
          for (const person of members) {
            const again = await person.plan();
            if (again.action !== 'none')
              throw new Error(`${person.name} is not settled: ${JSON.stringify(again.changes)}`);
          }
        }
      };
      await inParts(join);
    } finally {
      await ad.close();
    }

    const found = new Map<string, Entry>();
    for (const entry of await ldapsearch(lab(), lab().usersOu, '(userPrincipalName=fuzz*)'))
      found.set(entry.userprincipalname![0]!, entry);
    const unitNames = new Map<string, string>();
    for (const { dn, ou } of await ldapsearch(lab(), lab().usersOu, '(ou=*)', ['ou']))
      unitNames.set(dn[0]!, ou![0]!);
    expect(found.size).toBe(cases);
    for (const { index, rdn, sam, displayName } of wished) {
      const { dn, cn, samaccountname, displayname } = found.get(`fuzz${index}@contoso.example`)!;
      // The controller's own spelling of the names: what follows the first comma that is not escaped.
      const parent = /^CN=(?:\\.|[^\\,])*,(.*)$/s.exec(dn[0]!)![1]!;
      expect({ index, unit: unitNames.get(parent), cn, samaccountname, displayname }).toEqual({
        index,
        unit: places[index % units],
        cn: [rdn],
        samaccountname: [sam],
        displayname: [displayName],
      });
    }
  }, 600_000);

  // A blank before a comma at the end of a name makes Samba lose the object: `commonName` leaves the blank out.
  it.each([
    'Doe ,',
    'Doe ,,',
    'Doe , ,',
    'Doe \\',
    'Doe "',
    'Doe #',
    'Doe +',
    'Doe =',
    'Doe ;',
    '#Doe',
    'Doe ⁄ ,',
  ])('a person and a group named %j are found, joined, renamed and removed', async (name) => {
    const ad = connect(lab());
    try {
      const id = `hard${hardNames++}`;
      const rdn = (of: 'User' | 'Group', number: number) => candidates('rdn', of, [name])[number]!;
      const person = user(ad, id, { rdn: rdn('User', 0), enabled: false, password: undefined });
      const team = group(ad, `${id}g`, { rdn: rdn('Group', 0) });
      await person.apply();
      await team.apply();
      await setMembers(ad, team, [person]);
      expect(await setMembers(ad, team, [person])).toMatchObject({ action: 'none' });
      expect(await person.plan()).toMatchObject({ action: 'none' });
      await person.apply({ rdn: rdn('User', 1), password: undefined });
      await setMembers(ad, team, [person], false);
      const [entry] = await ldapsearch(lab(), lab().groupsOu, `(sAMAccountName=${id}g)`);
      expect(entry).toMatchObject({ cn: [rdn('Group', 0)] });
      expect(entry!.member).toBeUndefined();
      await team.remove('delete');
      await person.remove('delete');
      expect(await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=${id})`)).toEqual([]);
    } finally {
      await ad.close();
    }
  });
});
