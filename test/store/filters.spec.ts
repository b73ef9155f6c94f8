import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readFilter } from '../../src/scim/filter/resolve-filter.js';
import { matchesResource } from '../../src/scim/filter/matches.js';
const dialectFor = (client: 'entra' | 'generic') => ({
  unquotedLiterals: client === 'entra',
  ignoreUnknown: client === 'entra',
});
import { ScimError } from '../../src/schema/scim-error.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { ResolvedFilter } from '../../src/schema/filter.js';
import type { JsonObject } from '../../src/schema/types.js';
import { onEveryEngine, type OpenStores } from './stores.js';

interface Expected {
  status: number;
  userNames?: string[];
  scimType?: string;
}
interface Vectors {
  extensionSchema: JsonObject;
  users: JsonObject[];
  filters: { id: string; basis: string; filter: string; expect: Expected; alternatives?: Expected[] }[];
}
const vectors = JSON.parse(readFileSync('test/vectors/filters.json', 'utf8')) as Vectors;
const registry = SchemaRegistry.from([
  { file: 'gateway-test.json', content: { ...vectors.extensionSchema, extends: 'User' } },
]);
const user = registry.resourceType('User')!;
const source = 'test';

async function seed({ store, resources, indexer }: OpenStores): Promise<void> {
  await store.unitOfWork.run(async (tx) => {
    for (const { id, meta, schemas: _schemas, externalId, ...attributes } of vectors.users) {
      const { created, lastModified } = meta as { created: string; lastModified: string };
      const resource = {
        id: String(id),
        type: 'User',
        version: 1,
        created: Date.parse(created),
        lastModified: Date.parse(lastModified),
        attributes: withoutServerValues(attributes),
      };
      await resources.insert(tx, { resource, index: indexer.index('User', resource.attributes) });
      if (externalId) await resources.setExternalId(tx, 'User', resource.id, source, String(externalId));
    }
  });
}

/** manager.displayName is readOnly: it is answered from the manager. */
function withoutServerValues(attributes: JsonObject): JsonObject {
  const copy = structuredClone(attributes);
  const enterprise = copy['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] as
    JsonObject | undefined;
  const manager = enterprise?.manager as JsonObject | undefined;
  if (manager) delete manager.displayName;
  return copy;
}

async function found({ resources }: OpenStores, filter: ResolvedFilter): Promise<string[]> {
  const page = await resources.search(
    { filter, count: 100, types: ['User'], withMembers: false, withGroups: false },
    source,
  );
  return page.resources.map(({ attributes }) => String(attributes.userName)).sort();
}

describe('Filters in SQL', () => {
  onEveryEngine(
    (open) => {
      it('answer every vector', async () => {
        const opened = await open();
        await seed(opened);
        const wrong: unknown[] = [];
        for (const { id, basis, filter, expect: expected, alternatives = [] } of vectors.filters) {
          let actual: Expected;
          try {
            const resolved = readFilter(filter, [user], dialectFor(basis === 'entra' ? 'entra' : 'generic'));
            actual = { status: 200, userNames: await found(opened, resolved) };
          } catch (error) {
            if (!(error instanceof ScimError)) throw new Error(`${id} ${filter}: ${String(error)}`);
            actual = { status: error.status, scimType: error.scimType };
          }
          const accepted = basis === 'choice' ? [expected, ...alternatives] : [expected];
          const same = accepted.some(
            (one) =>
              one.status === actual.status &&
              JSON.stringify([...(one.userNames ?? [])].sort()) === JSON.stringify(actual.userNames ?? []),
          );
          if (!same) wrong.push({ id, filter, expected, actual });
        }
        expect(wrong).toEqual([]);
      });

      it('agree with the evaluator on random filters', async () => {
        const opened = await open();
        await seed(opened);
        await fc.assert(
          fc.asyncProperty(randomFilter(), async (text) => {
            const resolved = readFilter(text, [user], dialectFor('generic'));
            const expected = vectors.users
              .filter((one) => matchesResource(resolved, one, user))
              .map((one) => String(one.userName));
            expect({ text, found: await found(opened, resolved) }).toEqual({ text, found: expected.sort() });
          }),
          { numRuns: 300 },
        );
      });
    },
    () => registry,
  );
});

const extension = vectors.extensionSchema.id as string;
const strings = [
  'userName',
  'displayName',
  'name.familyName',
  'title',
  'emails.value',
  'emails.type',
  'roles.value',
  'addresses.locality',
  'externalId',
  `${extension}:accessCode`,
  `${extension}:tags`,
];
const words = [
  '',
  'a',
  'e',
  'work',
  'admin',
  'Jensen',
  'jensen',
  'ß',
  '%',
  '_',
  'ö',
  'Hollywood',
  'bjensen',
  'example.com',
  'Ext-001',
  'vip',
];

function randomFilter(depth = 0): fc.Arbitrary<string> {
  const quoted = fc.constantFrom(...words).map((word) => JSON.stringify(word));
  const text = fc
    .tuple(
      fc.constantFrom(...strings),
      fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
      quoted,
    )
    .map((parts) => parts.join(' '));
  const number = fc
    .tuple(
      fc.constantFrom(`${extension}:badgeNumber`, `${extension}:fte`),
      fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      fc.constantFrom('0', '1', '0.5', '100', '-3'),
    )
    .map((parts) => parts.join(' '));
  const instant = fc
    .tuple(
      fc.constantFrom('meta.created', 'meta.lastModified', `${extension}:hireDate`),
      fc.constantFrom('gt', 'ge', 'lt', 'le', 'eq', 'ne'),
      fc.constantFrom('"2024-05-01T08:00:00Z"', '"2019-03-01T10:00:00+01:00"', '"2026-01-01T00:00:00Z"'),
    )
    .map((parts) => parts.join(' '));
  const truth = fc
    .tuple(
      fc.constantFrom('active', 'emails.primary', `${extension}:contractor`),
      fc.constantFrom('eq', 'ne'),
      fc.constantFrom('true', 'false'),
    )
    .map((parts) => parts.join(' '));
  const presence = fc
    .constantFrom(...strings, 'name', 'emails', 'addresses', 'active', 'nickName')
    .map((path) => `${path} pr`);
  const inside = fc
    .tuple(fc.constantFrom('type', 'value', 'primary'), fc.constantFrom('eq', 'ne', 'co'), quoted)
    .map(([sub, operator, value]) => (sub === 'primary' ? 'primary eq true' : `${sub} ${operator} ${value}`));
  const brackets = fc
    .tuple(fc.constantFrom('emails', 'roles', 'phoneNumbers'), inside, fc.constantFrom('and', 'or'), inside)
    .map(([path, one, operator, other]) => `${path}[${one} ${operator} not (${other})]`);
  const leaf = fc.oneof(text, number, instant, truth, presence, brackets);
  if (depth >= 2) return leaf;
  const inner = randomFilter(depth + 1);
  return fc.oneof(
    leaf,
    fc
      .tuple(inner, fc.constantFrom('and', 'or'), inner)
      .map(([one, operator, other]) => `(${one}) ${operator} (${other})`),
    inner.map((one) => `not (${one})`),
  );
}
