import { compileExpression, type ExpressionOptions } from './compile.js';

const OPTIONS: ExpressionOptions = { resourceType: 'User', schemas: [] };

function problem(source: string): string {
  const compiled = compileExpression(source, OPTIONS);
  if (compiled.ok) return 'compiles';
  const { detail, position } = compiled.problem;
  return `${position.line}:${position.column} ${detail}`;
}

describe('faults of an expression, with line and column', () => {
  it.each([
    ['', '1:1 the expression is empty'],
    ['Append([title], "x"', '1:1 Append has no closing )'],
    ['Append([title], "x"))', '1:21 ) comes after the end of the expression: one ) too many'],
    ['Append([title] "x")', '1:16 expected , or ) in Append, found the text "x"'],
    ['Append([title], “x”)', '1:17 “ is not a quotation mark here: use "'],
    ["Append([title], 'x')", '1:17 text stands between ", not \''],
    ['Append([title]; "x")', '1:15 ; is not a separator here: use ,'],
    ['Append([title, "x")', '1:8 this attribute has no closing ]'],
    ['Append(\n  [title],\n  Trm("x"))', '3:3 there is no function Trm; did you mean Trim?'],
    ['toLower([title])', '1:1 there is no function toLower; did you mean ToLower?'],
    ['Frobnicate([title])', '1:1 there is no function Frobnicate'],
    ['Append([titel], "x")', '1:9 titel is not a known attribute; did you mean title?'],
    ['Append([], "x")', '1:9 the attribute has no name'],
    [
      'Append([emails[type equals "x"].value], "x")',
      '1:21 equals is not an operator here: eq, ne, co, sw, ew, pr',
    ],
    ['Append([title])', '1:1 Append takes 2 arguments, not 1: Append(source, suffix)'],
    ['Guid(1)', '1:1 Guid takes 0 arguments, not 1: Guid()'],
    ['Append(, "x")', '1:1 argument 1 of Append is empty: Append(source, suffix)'],
    ['Join(" ", hello)', '1:11 hello is not a word known here; put text in quotes, attributes in [ ]'],
    ['Join(" ", Now)', '1:11 Now is not a word known here; Now needs (…)'],
    ['ToLower(SelectUniqueValue("a", "b"))', '1:9 SelectUniqueValue is the outermost function or none'],
    [
      'Switch([title], "d", "k")',
      '1:1 Switch takes at least 4 arguments, not 3: Switch(source, defaultValue, key1, value1, …)',
    ],
    ['Switch([title], "d", "k", "v", "k2")', '1:32 Switch needs a value for each key'],
    ['Replace([title], , "(a", , "b", , )', '1:20 regular expression: missing closing ): `(a`'],
    [
      'Replace([title], , "(?=a)", , "b", , )',
      '1:20 regular expression: look-ahead (?=…) cannot be run in bounded time',
    ],
    ['Replace([title], , "(?<n>a)", "m", "b", , )', '1:31 the pattern has no group (?<m>…)'],
    ['Replace([title], , [title], , "b", , )', '1:20 regexPattern has to be written out as text'],
    ['[title] = [title] = [title]', '1:19 = comes after the end of the expression'],
    ['[targets.ad]', '1:2 a fact of another target is written targets.NAME.ATTRIBUTE'],
    ['[urn:example:x:y]', '1:2 urn:example:x is not a known schema'],
  ])('%s', (source, expected) => {
    expect(problem(source)).toBe(expected);
  });

  it('names Replace without a mode', () => {
    expect(problem('Replace([title], "a", , , , , )')).toMatch(/^1:1 Replace needs oldValue with/);
  });

  it('refuses more than 10,000 characters and functions nested without end', () => {
    expect(problem(`"${'a'.repeat(10_000)}"`)).toContain('at most 10000 characters, this one has 10002');
    expect(problem(`${'Not('.repeat(200)}1${')'.repeat(200)}`)).toBe(
      '1:401 functions are nested deeper than 100',
    );
    expect(problem(`"${'a'.repeat(9_998)}"`)).toBe('compiles');
  });
});
