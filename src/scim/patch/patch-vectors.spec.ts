import { readFileSync } from 'node:fs';
import type { MemberOperation } from '../../identity/model.js';
import { GROUP_SCHEMA } from '../../schema/builtin/group.schema.js';
import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { dialectFor, type Client } from '../clients/dialect.js';
import { matchesElement } from '../filter/matches.js';
import { compilePatch } from './compile-patch.js';

interface Outcome {
  after?: JsonObject;
  error?: { status: number; scimType: string };
}
interface PatchCase extends Outcome {
  id: string;
  name: string;
  basis: 'rfc' | 'derived' | 'choice' | 'entra';
  before: JsonObject;
  request: JsonObject;
  unchanged?: boolean;
  alternatives?: Outcome[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), 'utf8'));
const { cases } = read('patches.json') as { cases: PatchCase[] };
const { extensionSchema } = read('filters.json') as { extensionSchema: JsonObject };
const registry = SchemaRegistry.from([
  { file: 'gateway-test.json', content: { ...extensionSchema, extends: 'User' } },
]);

/** The store's part in a few lines: memberships as a set of ids. */
function editMembers(ids: string[], operations: readonly MemberOperation[]): string[] {
  const members = new Set(ids);
  for (const operation of operations) {
    if (operation.op === 'removeWhere') {
      for (const id of [...members])
        if (matchesElement(operation.filter, { value: id, type: 'user' })) members.delete(id);
      continue;
    }
    if (operation.op === 'remove' && operation.mustMatch && !operation.members.some((id) => members.has(id)))
      throw new ScimError(400, 'noTarget', 'none of them is a member');
    if (operation.op === 'replace') members.clear();
    for (const id of operation.members)
      if (operation.op === 'remove') members.delete(id);
      else members.add(id);
  }
  return [...members];
}

function run({ before, request }: PatchCase, client: Client): Outcome & { unchanged?: boolean } {
  const isGroup = (before['schemas'] as string[]).includes(GROUP_SCHEMA);
  const type = registry.resourceType(isGroup ? 'Group' : 'User')!;
  const { id, externalId, members, schemas: _schemas, meta: _meta, ...attributes } = before;
  const formerIds = ((members ?? []) as JsonObject[]).map((member) => member['value'] as string);
  const current = { attributes, ...(typeof externalId === 'string' ? { externalId } : {}) };
  try {
    const edit = compilePatch(type, request, dialectFor(client));
    const result = edit.apply(current);
    const ids = editMembers(formerIds, edit.members);
    const external = result.externalId === undefined ? externalId : result.externalId;
    return {
      after: comparable({ ...result.attributes, id: id!, externalId: external ?? null, members: ids }),
      unchanged:
        result.attributes === attributes &&
        result.externalId === undefined &&
        ids.sort().join() === formerIds.sort().join(),
    };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { error: { status: error.status, scimType: error.scimType! } };
  }
}

/** The rules of `compare` in the file. */
function comparable(resource: JsonObject): JsonObject {
  const { meta: _meta, schemas: _schemas, groups: _groups, members, ...rest } = resource;
  const ids = ((members ?? []) as Json[]).map((member) =>
    typeof member === 'string' ? member : (member as JsonObject)['value']!,
  );
  return normal({ ...rest, members: ids }) as JsonObject;
}

function normal(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(normal).filter((item) => item !== undefined);
    return items.length === 0
      ? undefined
      : (items as Json[]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(
      ([name, content]) =>
        name !== '$ref' && name !== 'display' && !(name === 'primary' && content === false),
    )
    .map(([name, content]) => [name, normal(content)] as const)
    .filter(([, content]) => content !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as JsonObject);
}

const outcome = ({ after, error }: Outcome): Outcome =>
  after === undefined ? { error: error! } : { after: comparable(after) };

/** What the named switches of Entra make of cases that the RFC wants refused. */
const entraDeviations: Readonly<Record<string, 'unchanged' | 'applied'>> = {
  P093: 'unchanged',
  P094: 'unchanged',
  P112: 'unchanged',
  P114: 'unchanged',
  P130: 'applied',
  P137: 'applied',
};

describe('PATCH vectors', () => {
  it.each(cases.map((one) => [one.id, one.basis, one.name, one] as const))(
    '%s %s: %s',
    (_id, basis, _name, one) => {
      const { unchanged, ...actual } = run(one, basis === 'entra' ? 'entra' : 'generic');
      if (basis === 'choice') expect([one, ...(one.alternatives ?? [])].map(outcome)).toContainEqual(actual);
      else expect(actual).toEqual(outcome(one));
      if (one.unchanged && actual.after !== undefined) expect(unchanged).toBe(true);
    },
  );

  it.each(cases.map((one) => [one.id, one.name, one] as const))(
    '%s is answered for Entra as listed, or as its named switch says: %s',
    (_id, _name, one) => {
      const { unchanged, ...actual } = run(one, 'entra');
      const deviation = entraDeviations[one.id];
      if (deviation !== undefined)
        return expect({ unchanged, error: actual.error }).toEqual({
          unchanged: deviation === 'unchanged',
          error: undefined,
        });
      expect([one, ...(one.alternatives ?? [])].map(outcome)).toContainEqual(actual);
    },
  );
});
