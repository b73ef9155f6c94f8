import { compileObjectMapping, explain, mapResource } from './index.js';

describe('explain', () => {
  it('says what each attribute becomes, by which line, and hides what is secret', () => {
    const { mapping } = compileObjectMapping(
      {
        container: 'OU=Staff',
        mapping: [
          { target: 'rdn', expression: 'SelectUniqueValue([displayName], [userName])', apply: 'create' },
          { target: 'mail', source: 'mail' },
          { target: 'pin', source: 'userName', secret: true },
          { target: 'manager', reference: 'manager' },
          { target: 'info', expression: 'Error("no info")' },
        ],
      },
      'User',
    );
    const attributes = { userName: 'jane', displayName: 'Jane Doe' };
    const rows = explain(
      mapResource(mapping, { id: '1', resourceType: 'User', attributes, now: new Date(0) }),
    );
    expect(rows.map(({ attribute, value, note }) => [attribute, value, note])).toEqual([
      ['(place)', 'OU=Staff', ''],
      ['(enabled)', 'yes', ''],
      ['rdn', 'Jane Doe or jane', 'must be unique, create only'],
      ['mail', '', 'cleared'],
      ['pin', '•••', ''],
      ['manager', '', 'cleared'],
      ['(problem)', 'no info', 'cannot be computed'],
    ]);
    expect(rows[2]?.mapping).toBe('users.mapping[0] rdn');
  });
});
