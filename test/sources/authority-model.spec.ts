import fc from 'fast-check';
import { Authority } from '../../src/identity/authority/authority.js';
import { authorOf, authoredBy } from '../../src/identity/authority/authorship.js';
import { compileAuthority, type AuthorityRule } from '../../src/identity/authority/compile-authority.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { Attributes, Json } from '../../src/schema/types.js';

const userType = SchemaRegistry.builtIn().resourceType('User')!;
const named = ['hcm', 'entra', 'badge'];
const sources = [...named, 'portal', 'helpdesk'];
const { rules } = compileAuthority(userType, [
  { attributes: ['title', 'name.familyName', 'emails'], sources: named },
  { attributes: ['department', 'manager'], sources: [...named].reverse() },
]);
const authority = new Authority({ User: rules });

const values: Record<string, readonly Json[]> = {
  title: ['a', 'b', 'c'],
  'name.familyName': ['a', 'b', 'c'],
  emails: [[{ value: 'a' }], [{ value: 'b' }], [{ value: 'a' }, { value: 'b' }]],
};
const ofOthers: Record<string, readonly Json[]> = {
  department: ['a', 'b'],
  manager: [{ value: 'a' }, { value: 'b' }],
};

const valuesOf = ({ path }: AuthorityRule) => values[path.path] ?? ofOthers[path.path.split(':').at(-1)!]!;

const step = fc.record({
  source: fc.constantFrom(...sources),
  rule: fc.constantFrom(...rules),
  choice: fc.option(fc.nat(2), { nil: undefined }),
});

/** What every source stated last; of sources that no rule names the last one alone. */
class Model {
  readonly stated = new Map<string, Map<string, Json>>();

  write({ path }: AuthorityRule, source: string, value: Json | undefined): void {
    const statements = this.stated.get(path.path) ?? new Map<string, Json>();
    this.stated.set(path.path, statements);
    if (value === undefined) statements.delete(source);
    else {
      if (!named.includes(source))
        for (const other of statements.keys()) if (!named.includes(other)) statements.delete(other);
      statements.set(source, value);
    }
  }

  holder({ path, sources: order }: AuthorityRule): [string, Json] | undefined {
    const statements = [...(this.stated.get(path.path) ?? [])];
    const rank = (source: string) => (order.includes(source) ? order.indexOf(source) : order.length);
    return statements.sort(([a], [b]) => rank(a) - rank(b))[0];
  }
}

describe('authority, against what every source stated last', () => {
  it('agrees about values, authors and offers after any writes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const model = new Model();
        let attributes: Attributes = { userName: 'anna' };
        let authorship = authoredBy('entra');
        for (const { source, rule, choice } of steps) {
          const options = valuesOf(rule);
          const value = choice === undefined ? undefined : options[choice % options.length];
          model.write(rule, source, value);
          const before = structuredClone(attributes);
          const decision = authority.decide({ type: 'User', attributes, authorship }, source, {
            members: [],
            apply: (current) => {
              rule.path.write(current.attributes, value);
              return { attributes: current.attributes };
            },
          });
          expect(attributes).toEqual(before);
          ({ attributes } = decision.result);
          ({ authorship } = decision);
        }
        for (const rule of rules) {
          const [holder, value] = model.holder(rule) ?? [];
          expect(rule.path.read(attributes)).toEqual(value);
          if (holder !== undefined) expect(authorOf(authorship, rule.path.path)).toBe(holder);
          const offers = new Map(model.stated.get(rule.path.path));
          if (holder !== undefined) offers.delete(holder);
          expect(authorship.offers[rule.path.path] ?? {}).toEqual(Object.fromEntries(offers));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes what nobody remembers writing for everybody’s', () => {
    const rule = rules[0]!;
    const write = (source: string, value: Json | undefined) =>
      authority.decide({ type: 'User', attributes: { userName: 'anna', title: 'imported' } }, source, {
        members: [],
        apply: (current) => {
          rule.path.write(current.attributes, value);
          return { attributes: current.attributes };
        },
      });
    expect(write('portal', 'new')).toMatchObject({ result: { attributes: { title: 'new' } }, kept: [] });
    expect(write('portal', 'new').authorship).toEqual({ authors: { title: 'portal' }, offers: {} });
    expect(write('portal', undefined).result.attributes).toEqual({ userName: 'anna' });
  });
});
