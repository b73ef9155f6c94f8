import fc from 'fast-check';
import { countryOf } from './countries.js';
import {
  childDn,
  dnKey,
  escapeRdnValue,
  formatDn,
  isWithin,
  nameOf,
  parentOf,
  parseDn,
  sameDn,
} from './dn.js';
import { expiryOf, NEVER, sameExpiry } from './filetime.js';
import { guidBytes, guidOf } from './guid.js';
import { passwordValue } from './password-value.js';
import { ridOf, sidOf } from './sid.js';
import { isEnabled, isNormalAccount, withEnabled } from './user-account-control.js';

describe('Distinguished names', () => {
  it.each([
    ['Doe, Jane', 'Doe\\2C Jane'],
    ['a\\', 'a\\5C'],
    ['#1', '\\231'],
    ['1#', '1#'],
    [' x ', '\\20x\\20'],
    ['a"+<>;=b', 'a\\22\\2B\\3C\\3E\\3B\\3Db'],
    ['a\u0000\n\u007f', 'a\\00\\0A\\7F'],
    ['Zoë 漢', 'Zoë 漢'],
  ])('writes %j as %s', (value, escaped) => expect(escapeRdnValue(value)).toBe(escaped));

  it.each([
    ['CN=Doe\\, Jane,OU=x', ['Doe, Jane', 'x']],
    ['CN=Doe\\2C Jane,OU=x', ['Doe, Jane', 'x']],
    ['CN=Zo\\C3\\AB,OU=x', ['Zoë', 'x']],
    ['cn = a , ou = b', ['a', 'b']],
    ['CN=a\\ ,OU=b', ['a ', 'b']],
    ['CN=a\\5C,OU=b', ['a\\', 'b']],
    ['CN=x\\0ADEL:1,CN=Deleted Objects', ['x\nDEL:1', 'Deleted Objects']],
  ])('reads %s', (dn, values) => expect(parseDn(dn)?.map(({ value }) => value)).toEqual(values));

  it.each(['x', 'CN=', 'CN=a,', 'CN=a+SN=b,OU=c', '=a', 'CN=a,,OU=b', 'CN=\\FF,OU=x'])(
    '%j is no name',
    (dn) => expect(parseDn(dn)).toBeUndefined(),
  );

  it('reads back every value that it wrote, and never leaves a bare comma behind it', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cs}/u.test(text));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const dn = formatDn(values.map((each) => ({ type: 'OU', value: each })));
        expect(parseDn(dn)?.map((rdn) => rdn.value)).toEqual(values);
        expect(childDn(values[0]!, 'DC=x').search(/[^\\],/)).toBe(childDn(values[0]!, 'DC=x').length - 6);
        expect(isWithin(`CN=inner,${dn}`, dn)).toBe(true);
        expect(sameDn(dn, dn.toLowerCase()) || dnKey(dn) !== dnKey(dn.toLowerCase())).toBe(true);
      }),
    );
  });

  it.each([
    ['blanks inside', `CN=a${' '.repeat(200_000)}b,DC=x`, 2],
    ['blanks before a lone backslash', `CN=${' '.repeat(200_000)}\\`, undefined],
  ])('takes time in proportion to the length: %s', (_, text, parts) => {
    const began = performance.now();
    expect(parseDn(text)?.length).toBe(parts);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('compares by meaning', () => {
    expect(sameDn('cn=A\\, b,OU=X', 'CN=a\\2C B, ou=x')).toBe(true);
    expect(isWithin('CN=a,OU=Staff,DC=x', 'OU=staff,dc=X')).toBe(true);
    expect(isWithin('CN=a,OU=NotStaff,DC=x', 'OU=Staff,DC=x')).toBe(false);
    expect(isWithin('CN=a\\,OU=Staff,DC=x', 'OU=Staff,DC=x')).toBe(false);
    expect(isWithin('DC=x', 'OU=Staff,DC=x')).toBe(false);
    expect([parentOf('CN=a\\,b,OU=x,DC=y'), nameOf('CN=a\\,b,OU=x')]).toEqual(['OU=x,DC=y', 'a,b']);
  });
});

describe('Values of the domain', () => {
  it('turns GUIDs and SIDs into text and back', () => {
    const bytes = Buffer.from('a88e60a57698f046a3dae950f0000001', 'hex');
    expect(guidOf(bytes)).toBe('a5608ea8-9876-46f0-a3da-e950f0000001');
    expect(guidBytes(guidOf(bytes))).toEqual(bytes);
    const sid = sidOf(Buffer.from('AQUAAAAAAAUVAAAA+j6gPSexIS6T8pcLUAQAAA==', 'base64'));
    expect(sid).toBe('S-1-5-21-1033912058-773959975-194507411-1104');
    expect(ridOf(sid)).toBe(1104);
  });

  it.each([
    ['2030-12-31', '135694656000000000'],
    ['2030-12-31T12:00:00Z', '135694224000000000'],
    ['0', NEVER],
    [NEVER, NEVER],
    ['2030-02-30', undefined],
    ['soon', undefined],
  ])('expiry %s is stored as %s', (text, stored) => expect(expiryOf(text)).toBe(stored));

  it('knows both ways to say never', () => {
    expect(sameExpiry('0', NEVER)).toBe(true);
    expect(sameExpiry('1', '0')).toBe(false);
  });

  it.each([512, 514, 66048, 66050, 544, 0x100200])(
    'userAccountControl %i changes by one bit and back',
    (control) => {
      for (const enabled of [true, false]) {
        const changed = withEnabled(control, enabled);
        expect(isEnabled(changed)).toBe(enabled);
        expect(withEnabled(changed, enabled)).toBe(changed);
        expect((changed ^ control) & ~2).toBe(0);
        expect(isNormalAccount(changed)).toBe(true);
      }
    },
  );

  it.each([0x1000, 0x2000, 0x800, 0x1200, 0])('userAccountControl %i is no ordinary account', (control) =>
    expect(isNormalAccount(control)).toBe(false),
  );

  it('writes a password in quotes as UTF-16LE', () => {
    expect(passwordValue('a"é')).toEqual(Buffer.from([0x22, 0, 0x61, 0, 0x22, 0, 0xe9, 0, 0x22, 0]));
  });

  it.each([
    ['DE', 'DE', 'Germany', '276'],
    ['gb', 'GB', 'United Kingdom', '826'],
    ['Germany', 'DE', 'Germany', '276'],
    ['usa', 'US', 'United States', '840'],
    ['AF', 'AF', 'Afghanistan', '4'],
    ['France', 'FR', 'France', '250'],
  ])('country %s', (text, letters, name, number) =>
    expect(countryOf(text)).toEqual({ letters, name, number }),
  );

  it('knows no country of another name', () =>
    expect([countryOf('ZZ'), countryOf('xxx'), countryOf('')]).toEqual([undefined, undefined, undefined]));
});
