import fc from 'fast-check';
import { compareText, foldString } from './fold.js';

describe('foldString', () => {
  it.each([
    ['bjensen', 'BJensen'],
    ['straße', 'STRASSE'],
    ['STRAẞE', 'straße'],
    ['zoë', 'ZOE\u0308'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ＡＢＣ', 'abc'],
    ['ﬁne', 'FINE'],
    ['\u212A', 'k'],
    ['İ', 'i\u0307'],
  ])('holds %s and %s equal', (a, b) => {
    expect(foldString(a)).toBe(foldString(b));
  });

  it.each([
    ['ı', 'i'],
    ['zoe', 'zoë'],
    ['a b', 'a  b'],
    ['o', '0'],
  ])('tells %s and %s apart', (a, b) => {
    expect(foldString(a)).not.toBe(foldString(b));
  });

  it('is stable for every character of the basic plane and for any text', () => {
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const once = foldString(String.fromCodePoint(code));
      if (foldString(once) !== once) throw new Error(`U+${code.toString(16)} folds to another text twice`);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldString(foldString(text))).toBe(foldString(text));
        expect(foldString(text.toUpperCase().toLowerCase())).toBe(foldString(text.toUpperCase()));
        expect(foldString(text.normalize('NFD'))).toBe(foldString(text.normalize('NFC')));
      }),
    );
  });
});

describe('compareText', () => {
  it('orders as the bytes of UTF-8 do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  it('puts U+FFFD before U+1F600, unlike JavaScript', () => {
    expect(compareText('\ufffd', '😀')).toBeLessThan(0);
  });
});
