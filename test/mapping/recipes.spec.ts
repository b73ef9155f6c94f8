import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compileObjectMapping, mapResource } from '../../src/mapping/index.js';
import type { MappedAccount, ObjectMapping } from '../../src/mapping/types.js';
import type { JsonObject } from '../../src/schema/types.js';

interface Example {
  given: JsonObject;
  groups?: string[];
  becomes: Record<string, unknown>;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const OF_ENTERPRISE = ['department', 'employeeNumber', 'manager', 'organization', 'division'];
const page = readFileSync('docs/mapping.md', 'utf8');
const recipes = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    title: section.split('\n')[0] ?? '',
    document: block(section, 'recipe') as ObjectMapping,
    examples: block(section, 'examples') as Example[],
  }));

function block(section: string, name: string): unknown {
  const found = new RegExp(`\`\`\`yaml ${name}\\n([\\s\\S]*?)\`\`\``).exec(section);
  return parse(found?.[1] ?? '');
}

/** Examples name the attributes of the enterprise extension without its URN. */
function attributesOf(given: JsonObject): JsonObject {
  const entries = Object.entries(given);
  const extension = entries.filter(([name]) => OF_ENTERPRISE.includes(name));
  const core = entries.filter(([name]) => !OF_ENTERPRISE.includes(name));
  return { ...Object.fromEntries(core), [ENTERPRISE]: Object.fromEntries(extension) };
}

function outcome(account: MappedAccount, wanted: string[]): Record<string, unknown> {
  const all: Record<string, unknown> = {
    container: account.container,
    enabled: account.enabled,
    inScope: account.scope.inScope,
    match: Object.fromEntries(account.match.map(({ attribute, value }) => [attribute, value])),
  };
  for (const { attribute, candidates } of account.unique) all[attribute] = candidates;
  for (const { name, values } of account.attributes) all[name] = values;
  const special = ['container', 'enabled', 'inScope', 'match'];
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => wanted.includes(name) || !special.includes(name)),
  );
}

describe('recipes of docs/mapping.md', () => {
  it('are at least ten', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(10);
  });

  it.each(recipes)('$title', ({ document, examples }) => {
    const { mapping, problems } = compileObjectMapping(document, 'User', { defaultDomain: 'corp.example' });
    expect(problems).toEqual([]);
    expect(examples.length).toBeGreaterThan(0);
    for (const { given, groups, becomes } of examples) {
      const account = mapResource(mapping, {
        id: 'id-1',
        resourceType: 'User',
        attributes: attributesOf(given),
        groups: groups?.map((displayName) => ({ id: displayName, displayName })),
        now: new Date('2026-11-23T10:00:00Z'),
      });
      expect(account.problems).toEqual([]);
      expect(outcome(account, Object.keys(becomes))).toEqual(becomes);
    }
  });
});
