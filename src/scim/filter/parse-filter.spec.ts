import fc from 'fast-check';
import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Filter, Literal, Test } from './filter-ast.js';
import { matches } from './matches.js';
import { parseFilter } from './parse-filter.js';
import { printFilter, printPath } from './print-filter.js';
import { readFilter } from './resolve-filter.js';
import { parsePathText } from './target-path.js';

const path = fc.constantFrom(
  'userName',
  'name.givenName',
  'emails.$ref',
  'a-b_c',
  'not',
  'and',
  'urn:ietf:params:scim:schemas:core:2.0:User:userName',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager',
);
const named = path.map((text) => ({ text, position: 0 }));
const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc
    .string({ unit: 'grapheme' })
    .filter((value) => !value.includes('\0'))
    .map((value) => ({ kind: 'string' as const, value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
    const text = JSON.stringify(value);
    return { kind: 'number' as const, value: Number(text), text };
  }),
  fc.boolean().map((value) => ({ kind: 'boolean' as const, value })),
  fc.constant({ kind: 'null' as const }),
);
const test: fc.Arbitrary<Test> = fc.oneof(
  fc.constant({ kind: 'present' as const }),
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
    literal,
    position: fc.constant(0),
  }),
);
const leaf: fc.Arbitrary<Filter> = fc.record({ kind: fc.constant('test' as const), path: named, test });
const tree = (base: fc.Arbitrary<Filter>) =>
  fc.letrec<{ filter: Filter; joined: Filter; negated: Filter }>((tie) => ({
    filter: fc.oneof({ maxDepth: 4, withCrossShrink: true }, base, tie('joined'), tie('negated')),
    joined: fc.record({
      kind: fc.constantFrom('and', 'or'),
      operands: fc.array(tie('filter'), { minLength: 2, maxLength: 4 }),
    }),
    negated: fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
  })).filter;
const valuePath: fc.Arbitrary<Filter> = fc.record(
  {
    kind: fc.constant('valuePath' as const),
    path: named,
    filter: tree(leaf),
    then: fc.record({ sub: fc.constantFrom('value', '$ref'), test }),
  },
  { requiredKeys: ['kind', 'path', 'filter'] },
);
const filters = tree(fc.oneof(leaf, valuePath));

const paths = fc.oneof(
  fc.record({ name: path }),
  fc.record(
    { name: path, filter: tree(leaf), sub: fc.constantFrom('value', '$ref') },
    { requiredKeys: ['name', 'filter'] },
  ),
);

const withoutPositions = (parsed: unknown): unknown =>
  JSON.parse(JSON.stringify(parsed, (key, value: unknown) => (key === 'position' ? undefined : value)));

const refusal = (text: string, options = {}): ScimError => {
  try {
    parseFilter(text, options);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error(`"${text}" was not refused`);
};

describe('parseFilter', () => {
  it('reads back every filter that is printed', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const limits = { maxTerms: 5000, maxLength: 1_000_000 };
        expect(withoutPositions(parseFilter(printFilter(filter), limits))).toEqual(withoutPositions(filter));
      }),
      { numRuns: 300 },
    );
  });

  it('reads back every path that is printed', () => {
    const dialect = { unquotedLiterals: false, ignoreUnknown: false };
    fc.assert(
      fc.property(paths, (parsed) => {
        const read = parsePathText(printPath(parsed), dialect);
        expect(withoutPositions(read)).toEqual(withoutPositions(parsed));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['userName xx "a"', 10],
    ['userName eq bjensen', 13],
    ['userName eq "a" and', 20],
    ['(userName eq "a"', 17],
    ['userName eq "a")', 16],
    ['title pr and emails[type eq "work"', 35],
    ['emails[type eq "work" and addresses[a pr]]', 36],
    ['userName eq "half \\ud800 pair"', 13],
    ['userName eq "nul \\u0000"', 13],
    ['badge eq 1e999', 10],
  ])('names the position of the fault: %s', (text, position) => {
    const { status, scimType, detail } = refusal(text);
    expect([status, scimType]).toEqual([400, 'invalidFilter']);
    expect(detail).toMatch(new RegExp(`position ${position}\\.$`));
  });

  it('keeps within its limits', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`;
    expect(parseFilter(nested(50)).kind).toBe('test');
    expect(refusal(nested(51)).scimType).toBe('invalidFilter');
    expect(refusal(nested(100_000), { maxLength: 1_000_000 }).scimType).toBe('invalidFilter');
    expect(refusal('not ('.repeat(200)).scimType).toBe('invalidFilter');
    expect(refusal(Array(501).fill('title pr').join(' and ')).scimType).toBe('tooMany');
    expect(refusal(`title eq "${'x'.repeat(40_000)}"`).scimType).toBe('tooMany');
  });

  it('reads bare words for lenient clients only, and never what begins like JSON', () => {
    const lenient = { unquotedLiterals: true };
    expect(parseFilter('externalId eq j.young@x.example', lenient)).toMatchObject({
      test: { literal: { kind: 'word', value: 'j.young@x.example' } },
    });
    for (const text of [
      'a eq “b”',
      "a eq 'b'",
      'a eq ["b"]',
      'a eq {"b":1}',
      'a eq b"c"',
      'a eq b;c',
      'a eq',
    ])
      expect(refusal(text, lenient).scimType).toBe('invalidFilter');
  });

  it('answers any text with a filter or 400', () => {
    const pieces = fc.constantFrom(
      ...[
        'userName',
        'emails',
        '[',
        ']',
        '(',
        ')',
        ' ',
        ' eq ',
        ' and ',
        ' or ',
        'not ',
        ' pr',
        '"',
        '"a"',
        '\\',
      ],
      ...[
        'type',
        '.value',
        '.',
        ':',
        'urn:x',
        '-1',
        '1e5',
        'true',
        'null',
        '\u0000',
        '\ud800',
        'é',
        ',',
        '$ref',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), fc.boolean(), (parts, unquotedLiterals) => {
        try {
          parseFilter(parts.join(''), { unquotedLiterals });
        } catch (error) {
          if (!(error instanceof ScimError) || error.status !== 400) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('resolveFilter', () => {
  const registry = SchemaRegistry.builtIn();
  const types = [registry.resourceType('User')!, registry.resourceType('Group')!];
  const strict = { unquotedLiterals: false, ignoreUnknown: false };
  const entra = { unquotedLiterals: true, ignoreUnknown: true };
  const user = { meta: { resourceType: 'User' }, userName: 'a', displayName: 'x' };
  const group = {
    meta: { resourceType: 'Group' },
    displayName: 'x',
    members: [{ value: 'u1', type: 'user' }],
  };

  it('searches several types at once; an attribute that one type lacks is false there', () => {
    const found = (text: string) => {
      const filter = readFilter(text, types, strict);
      return [user, group].map((one) => matches(filter, one));
    };
    expect(found('displayName eq "X"')).toEqual([true, true]);
    expect(found('userName eq "A"')).toEqual([true, false]);
    expect(found('members eq "u1" or userName pr')).toEqual([true, true]);
    expect(found('not (userName eq "zzz")')).toEqual([true, true]);
    expect(found('members[type eq "User"]')).toEqual([false, true]);
    expect(() => readFilter('nope pr', types, strict)).toThrow(ScimError);
  });

  it.each([
    'active gt true',
    'active co "t"',
    'meta.created co "2026"',
    'meta.created gt 5',
    'x509Certificates le "MIIB"',
    'name eq "x"',
    'password pr',
    'userName eq 5',
    'userName gt null',
    'title[value eq "x"]',
    'name.givenName[value eq "x"]',
    'emails[nope eq "x"]',
    'nope pr',
  ])('refuses %s', (text) => {
    expect(() => readFilter(text, types.slice(0, 1), strict)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });

  it('is lenient with Entra: unknown names are false, bare words and numbers are text', () => {
    const holds = (text: string) =>
      matches(readFilter(text, types.slice(0, 1), entra), { ...user, active: true });
    expect(holds('nope eq "x"')).toBe(false);
    expect(holds('emails[nope eq "x"] or userName eq a')).toBe(true);
    expect(holds('active eq True')).toBe(true);
    expect(
      matches(readFilter('employeeNumber eq 880417', types.slice(0, 1), entra), {
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: '880417' },
      }),
    ).toBe(true);
    expect(() => holds('password eq "x"')).toThrow(ScimError);
  });
});
