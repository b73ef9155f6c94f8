import fc from 'fast-check';
import { ScimError } from '../../schema/scim-error.js';
import { parseStrictJson } from './strict-json.js';

const parse = (text: string): unknown => parseStrictJson(new TextEncoder().encode(text), { maxDepth: 8 });
const faultOf = (text: string): string | undefined => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ScimError) return error.scimType;
    throw error;
  }
  return 'none';
};

describe('strict JSON', () => {
  it.each([
    ['{"a":[1,-2.5,1e3,true,null,"\\u00e9\\n"],"b":{"a":"{\\"a\\":1,\\"a\\":2}"}}'],
    ['{"a":"x","b":["a","a"],"c":{"a":1}}'],
    ['[{"a":1},{"a":1}]'],
    ['"\\ud83d\\ude00"'],
    ['{"a":{"x":1},"b":2}'],
    ['  9007199254740991 '],
    ['-100000000000000000000'],
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['a name twice', '{"a":1,"a":2}'],
    ['a name twice behind an object', '{"a":{"b":1},"a":2}'],
    ['a name twice in another case', '{"userName":"a","username":"b"}'],
    ['a name twice by escape', '{"a":1,"\\u0061":2}'],
    ['a name twice in an array of objects', '[{"z":[{}],"z":2}]'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ by escape', '{"\\u005f_proto__":{"admin":true}}'],
    ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ['too many levels', '[[[[[[[[[1]]]]]]]]]'],
    ['too many levels, never closed', '['.repeat(1_000_000)],
    ['an empty text', ''],
    ['text behind the value', '{} {}'],
    ['a single quote', "{'a':1}"],
    ['a string without end', '"abc'],
    ['a bare minus', '-'],
    ['NaN', '{"a":NaN}'],
  ])('refuses %s as a fault of syntax', (_, text) => {
    expect(faultOf(text)).toBe('invalidSyntax');
  });

  it.each([
    ['a number beyond double', '{"a":1e400}'],
    ['an integer that would be rounded', '{"a":9007199254740993}'],
    ['U+0000', '{"a":"\\u0000"}'],
    ['a lone high surrogate', '{"a":"\\ud800"}'],
    ['a lone low surrogate in a name', '{"\\udc00":1}'],
  ])('refuses %s as a fault of value', (_, text) => {
    expect(faultOf(text)).toBe('invalidValue');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.from([0x22, 0xff, 0x22]), { maxDepth: 8 })).toThrow(
      'not valid UTF-8',
    );
  });

  it('reads every JSON text that JSON.stringify writes, but for integers that no double keeps', () => {
    const kept = (number: number) =>
      !Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21;
    const letters = fc.string({
      unit: fc.constantFrom('a', 'B', '{', '}', '"', '\\\\', ',', ':', '[', '7', '-', 'é', '😀', ' '),
    });
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        letters,
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }).filter(kept),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc
          .uniqueArray(fc.tuple(letters, tie('value')), { selector: ([name]) => name.toLowerCase() })
          .map(Object.fromEntries),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json);
        expect(parseStrictJson(new TextEncoder().encode(text), { maxDepth: 64 })).toEqual(JSON.parse(text));
      }),
    );
  });

  it('leaves Object.prototype alone', () => {
    expect(faultOf('{"a":{"__proto__":{"polluted":1}}}')).toBe('invalidSyntax');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
