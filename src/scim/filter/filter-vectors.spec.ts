import { readFileSync } from 'node:fs';
import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { JsonObject } from '../../schema/types.js';
import type { FilterDialect } from './filter-dialect.js';
import { matchesResource } from './matches.js';
import { readFilter } from './resolve-filter.js';

interface Answer {
  status: number;
  scimType?: string;
  userNames?: string[];
}
interface FilterCase {
  id: string;
  filter: string;
  basis: 'rfc' | 'derived' | 'choice' | 'entra';
  expect: Answer;
  alternatives?: Answer[];
}
interface Vectors {
  extensionSchema: JsonObject;
  users: JsonObject[];
  filters: FilterCase[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/filters.json', import.meta.url), 'utf8'),
) as Vectors;
const registry = SchemaRegistry.from([
  { file: 'gateway-test.json', content: { ...vectors.extensionSchema, extends: 'User' } },
]);
const user = registry.resourceType('User')!;
const strict: FilterDialect = { unquotedLiterals: false, ignoreUnknown: false };
const entra: FilterDialect = { unquotedLiterals: true, ignoreUnknown: true };

function answer(filter: string, dialect: FilterDialect): Answer {
  try {
    const resolved = readFilter(filter, [user], dialect);
    const found = vectors.users.filter((resource) => matchesResource(resolved, resource, user));
    return { status: 200, userNames: found.map((resource) => resource['userName'] as string).sort() };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { status: error.status, scimType: error.scimType! };
  }
}

const sorted = (expected: Answer): Answer =>
  expected.userNames === undefined ? expected : { ...expected, userNames: [...expected.userNames].sort() };

describe('filter vectors', () => {
  it.each(vectors.filters.map((one) => [one.id, one.basis, one.filter, one] as const))(
    '%s %s: %s',
    (_id, basis, filter, { expect: expected, alternatives }) => {
      const actual = answer(filter, basis === 'entra' ? entra : strict);
      if (basis === 'choice') expect([expected, ...(alternatives ?? [])].map(sorted)).toContainEqual(actual);
      else expect(actual).toEqual(sorted(expected));
    },
  );

  it.each(vectors.filters.map((one) => [one.id, one.filter, one] as const))(
    '%s is answered as expected or as a listed alternative for Entra too: %s',
    (_id, filter, { expect: expected, alternatives }) => {
      expect([expected, ...(alternatives ?? [])].map(sorted)).toContainEqual(answer(filter, entra));
    },
  );
});
