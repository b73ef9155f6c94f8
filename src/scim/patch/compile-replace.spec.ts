import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Attributes, JsonObject } from '../../schema/types.js';
import { dialectFor } from '../clients/dialect.js';
import { compileReplace } from './compile-replace.js';

const KIT = 'urn:example:kit';
const registry = SchemaRegistry.from([
  {
    file: 'kit.json',
    content: {
      id: KIT,
      extends: 'User',
      attributes: [
        { name: 'serial', mutability: 'immutable' },
        { name: 'must', required: true },
      ],
    },
  },
]);
const user = registry.resourceType('User')!;
const group = registry.resourceType('Group')!;
const before: Attributes = {
  userName: 'bjensen',
  emails: [{ value: 'w@example.com', type: 'work', primary: true }],
  [KIT]: { serial: 'S1', must: 'm' },
};

describe('PUT', () => {
  const schemas = [user.schema.id];
  const put = (body: JsonObject, current = before) =>
    compileReplace(user, { schemas, ...body }, dialectFor('generic')).apply({
      attributes: current,
      externalId: 'x-1',
    });

  it('clears what is left out, but for what is immutable', () => {
    expect(put({ userName: 'b', [KIT]: { must: 'm' } })).toEqual({
      attributes: { userName: 'b', [KIT]: { must: 'm', serial: 'S1' } },
      externalId: null,
    });
  });

  it('changes nothing when the body says what is there', () => {
    expect(put({ ...before, externalId: 'x-1' }).attributes).toBe(before);
  });

  it('keeps memberships unless the body lists them', () => {
    const body = { schemas: [group.schema.id], displayName: 'G' };
    expect(compileReplace(group, body, dialectFor('entra')).members).toEqual([]);
    expect(compileReplace(group, { ...body, members: [] }, dialectFor('entra')).members).toEqual([
      { op: 'replace', members: [] },
    ]);
  });
});
