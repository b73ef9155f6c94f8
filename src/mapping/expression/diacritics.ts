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
const MARK_BLOCKS: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
];

const PLAIN = /^[\x00-\x7f]*$/;

/** Letters without their accents. Marks of scripts that need them to be read (Devanagari, Thai) stay. */
export function withoutDiacritics(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, (mark) => (isDiacritic(mark.codePointAt(0) ?? 0) ? '' : mark))
    .replace(/[^\x00-\x7f]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}

function isDiacritic(code: number): boolean {
  return MARK_BLOCKS.some(([first, last]) => code >= first && code <= last);
}
