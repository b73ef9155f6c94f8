import fc from 'fast-check';
import type { JsonObject } from '../../src/schema/types.js';
import { FUNCTIONS } from '../../src/mapping/expression/functions/registry.js';
import type { MappingInput } from '../../src/mapping/types.js';

/** Expressions that are well-formed more often than not, over every function and any argument. */
const names = [...FUNCTIONS.keys()];
const usualArity = new Map(
  names.map((name) => {
    const [least = 0, most = 0] = FUNCTIONS.get(name)?.arity ?? [];
    return [name, { least, most: Math.min(most, least + 3) }];
  }),
);
const attributes = [
  ...[
    '[userName]',
    '[surname]',
    '[mail]',
    '[proxyAddresses]',
    '[IsSoftDeleted]',
    '[active]',
    '[title]',
    '[missing]',
  ],
  ...[
    '[emails[type eq "work"].value]',
    '[emails]',
    '[name]',
    '[roles]',
    '[manager]',
    '[targets.ad.mail]',
    '[groups]',
  ],
];
const awkward = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1',
    '999999999999999999999',
    'True',
    'd',
    'ww',
    'yyyy-MM-dd',
    'M/d/yyyy',
    '2026-02-30',
  ],
  ...[
    '2026-11-23T10:00:00Z',
    '0001-01-01',
    '9999-12-31T23:59:59Z',
    '(?<n>a*)',
    '[^a]',
    '(',
    '${n}',
    '$0',
    'ß',
    '😀',
    '\u0000',
  ],
  ...['CN=a\\2Cb,OU=c', 'SABlAA==', 'tr-TR', 'vbTextCompare', '%DomainFQDN%', '\ud800'],
];
const text = fc.oneof(fc.constantFrom(...awkward), fc.string({ maxLength: 12, unit: 'binary' }));
const literal = text.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`);
const leaf = fc.oneof(
  literal,
  fc.constantFrom(...attributes),
  fc.integer().map(String),
  fc.constantFrom('True', 'Null', '&HFF', '129699324000000000', '-10', '1.5', ''),
);

export const expression: fc.Arbitrary<string> = fc.letrec<{ node: string; call: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('call'),
    fc
      .tuple(tie('node'), fc.constantFrom('=', '<>', '>', '>=', '<', '<=', '&'), tie('node'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
  ),
  call: fc.constantFrom(...names).chain((name) => {
    const arity = usualArity.get(name) ?? { least: 0, most: 3 };
    return fc
      .array(tie('node'), { minLength: arity.least, maxLength: arity.most })
      .map((args) => `${name}(${args.join(', ')})`);
  }),
})).call;

/** Anything at all, with the alphabet of the language. */
export const scribble = fc.oneof(
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc
    .array(fc.constantFrom(...names, ...'()[]",&=<>\\ .-', '"', 'a', '1', 'emails', ' eq ', '\n'), {
      maxLength: 60,
    })
    .map((pieces) => pieces.join('')),
);

const json = fc.jsonValue({ maxDepth: 3 });
const resourceAttributes: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      userName: json,
      title: fc.oneof(text, json),
      active: json,
      name: fc.oneof(fc.record({ familyName: json, givenName: json }), json),
      emails: fc.oneof(
        fc.array(fc.record({ type: fc.constantFrom('work', 'other', 1), value: json, primary: json })),
        json,
      ),
      roles: json,
      missing: json,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': fc.oneof(
        fc.record({ manager: json, department: json }),
        json,
      ),
    },
    { requiredKeys: [] },
  )
  .map((value) => value as JsonObject);

export const resource: fc.Arbitrary<MappingInput> = fc.record({
  id: fc.string(),
  resourceType: fc.constantFrom('User', 'Group', 'Device'),
  attributes: resourceAttributes,
  groups: fc.array(fc.record({ id: fc.string(), displayName: text })),
  facts: fc.dictionary(
    fc.constantFrom('ad', 'AD', 'x'),
    fc.dictionary(fc.constantFrom('mail', 'Mail'), text),
  ),
  now: fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2200-01-01') }),
});

export const clause = fc.record({
  attribute: fc.oneof(fc.constantFrom('title', 'groups', 'roles.value', 'active', 'emails.value'), scribble),
  operator: fc.oneof(
    fc.constantFrom(
      'EQUALS',
      'NOT EQUALS',
      '&',
      '!&',
      'GREATER_THAN',
      'REGEX MATCH',
      'NOT REGEX MATCH',
      'IS_MEMBER_OF',
      'ON_OR_BEFORE',
      'IS NULL',
    ),
    fc.string(),
  ),
  value: fc.oneof(text, fc.integer(), fc.boolean(), fc.constantFrom('today+14d', 'now-99999y', '2026-01-01')),
});
