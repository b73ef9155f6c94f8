import fc from 'fast-check';
import { accountName, candidates, commonName } from '../../src/connectors/active-directory/names.js';
import { childDn } from '../../src/connectors/active-directory/values/dn.js';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, user } from './domain.js';

/** `LANDFALL_FUZZ_CASES=2000 npm run jest -- test/active-directory/fuzz`; `LANDFALL_FUZZ_SEED` repeats a run. */
const cases = Number(process.env['LANDFALL_FUZZ_CASES'] ?? 200);
const seed = Number(process.env['LANDFALL_FUZZ_SEED'] ?? Date.now() % 1_000_000);
const writers = 4;
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
          const again = await person.plan();
          if (again.action !== 'none')
            throw new Error(`${index} is not settled: ${JSON.stringify(again.changes)}`);
        }
      };
      await Promise.all(Array.from({ length: writers }, (_, part) => write(part)));
    } finally {
      await ad.close();
    }

    const found = new Map<string, Entry>();
    for (const entry of await ldapsearch(lab(), lab().usersOu, '(userPrincipalName=fuzz*)'))
      found.set(entry.userprincipalname![0]!, entry);
    expect(found.size).toBe(cases);
    for (const { index, rdn, sam, displayName } of wished) {
      const { cn, samaccountname, displayname } = found.get(`fuzz${index}@contoso.example`)!;
      expect({ index, cn, samaccountname, displayname }).toEqual({
        index,
        cn: [rdn],
        samaccountname: [sam],
        displayname: [displayName],
      });
    }
  }, 600_000);
});
