/** Letters that Unicode does not decompose; the pairs of Entra's NormalizeDiacritics table first. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  ø: 'oe',
  Ø: 'OE',
  œ: 'oe',
  Œ: 'OE',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
};

/** Combining diacritical marks: the blocks that Latin, Greek and Cyrillic letters decompose into. */
const MARKS = new RegExp('[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff]', 'g');
const PLAIN = /^[\x00-\x7f]*$/;

/** Letters without their accents. Marks of scripts that need them to be read (Devanagari, Thai) stay. */
export function withoutDiacritics(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFD')
    .replace(MARKS, '')
    .replace(/[^\x00-\x7f]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}
