import { compilePattern, PatternError } from './pattern.js';

describe('regular expressions in .NET syntax', () => {
  it.each<[string, string, boolean]>([
    ['(?<n>a)b', 'xaby', true],
    ["(?'n'a)b", 'ab', true],
    ['^\\w+$', 'Zoë_9', true],
    ['^[\\w-]+$', 'Zoë-9', true],
    ['^\\W$', 'ë', false],
    ['^[\\W_]$', '_', true],
    ['^[\\W_]$', 'ë', false],
    ['^\\d$', '٣', true],
    ['^\\D$', '٣', false],
    ['^\\s$', '\u00a0', true],
    ['^[^\\s]$', '\u00a0', false],
    ['^\\u00e9\\Z', 'é', true],
    ['^[]a]+$', ']a', true],
    ['^[[a]+$', '[a', true],
    ['a(?#comment)b', 'ab', true],
    ['(?i)ABC', 'abc', true],
    ['(?<=@)corp', 'a@corp', true],
    ['(?<!@)corp', 'a@corp', false],
    ['.*\\@domain.com', 'x@domain.com', true],
    ['\\p{Lu}', 'É', true],
  ])('%s finds in %s: %s', (pattern, text, found) => {
    expect(compilePattern(pattern).finds(text)).toBe(found);
  });

  it.each([
    ['(?=a)', 'look-ahead'],
    ['(?!a)', 'negative look-ahead'],
    ['(?>a)', 'atomic group'],
    ['(?(1)a|b)', 'conditional'],
    ['(?<a-b>x)', 'balancing group'],
    ['(a)\\1', 'back-reference \\1'],
    ['(?<n>a)\\k<n>', 'back-reference \\k'],
    ['[a-z-[aeiou]]', 'class subtraction'],
    ['[^\\W_]', '\\W inside [^…]'],
    ['\\p{IsCyrillic}', 'Unicode block'],
    ['(?x)a', 'option n or x'],
    ['[a', 'not closed'],
    ['(?#a', 'not closed'],
    ['\\u12', 'four hexadecimal digits'],
    ['\\G', '\\G'],
    ['a**', 'invalid nested repetition'],
    ['(((a{100}){100}){100})', 'repeat'],
  ])('%s is refused by name', (pattern, detail) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError);
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({ detail: expect.stringContaining(detail) as string }) as Error,
    );
  });

  it('takes linear time where backtracking takes for ever', () => {
    const text = `${'a'.repeat(5_000)}!`;
    const started = performance.now();
    expect(compilePattern('^(a+)+$').matches(text)).toBe(false);
    expect(compilePattern('(a|aa)+$').matches(text)).toBe(false);
    const all = compilePattern('a.*b|a').each('a'.repeat(2_048));
    expect(all).toHaveLength(2_048);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('is not asked about a text that is too long for it', () => {
    expect(() => compilePattern('a').each('a'.repeat(2_049))).toThrow('too long for a regular expression');
    expect(() => compilePattern('a').finds('a'.repeat(10_001))).toThrow('too long for a regular expression');
  });
});
