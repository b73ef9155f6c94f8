import type { JsonObject } from '../schema/types.js';
import { compileObjectMapping, mapResource } from './index.js';
import type { MappingInput, ScopeClause } from './types.js';

const NOW = new Date('2026-11-23T10:00:00Z');
const OPTIONS = { schemas: [] };

function input(attributes: JsonObject, groups?: MappingInput['groups']): MappingInput {
  return { id: 'id-1', resourceType: 'User', attributes, now: NOW, ...(groups ? { groups } : {}) };
}

function verdict(scope: ScopeClause[][], attributes: JsonObject, groups?: MappingInput['groups']) {
  const { mapping, problems } = compileObjectMapping({ scope, mapping: [] }, 'User', OPTIONS);
  expect(problems).toEqual([]);
  return mapResource(mapping, input(attributes, groups)).scope;
}

function holds(
  operator: string,
  value: ScopeClause['value'],
  title: JsonObject[string] | undefined,
): boolean {
  const clause: ScopeClause = { attribute: 'title', operator, ...(value === undefined ? {} : { value }) };
  return verdict([[clause]], title === undefined ? {} : { title }).inScope;
}

describe('operators of scoping filters', () => {
  it.each<[string, ScopeClause['value'], JsonObject[string], boolean]>([
    ['EQUALS', 'sales', 'sales', true],
    ['EQUALS', 'sales', 'Sales', false],
    ['EQUALS', 'true', true, true],
    ['NOT EQUALS', 'sales', 'Sales', true],
    ['NOT_EQUALS', 'sales', 'sales', false],
    ['GREATER_THAN', 1000000, '1000001', true],
    ['GREATER_THAN', '1000000', '1000000', false],
    ['Greater_Than_OR_EQUALS', '1000000', '1000000', true],
    ['GREATER_THAN', '9007199254740993', '9007199254740994', true],
    ['GREATER_THAN', '5', 'many', false],
    ['LESS_THAN', '5', 4, true],
    ['LESS_THAN_OR_EQUALS', '5', '5', true],
    ['INCLUDES', 'ale', 'sales', true],
    ['INCLUDES', 'ALE', 'sales', false],
    ['STARTS_WITH', 'sa', 'sales', true],
    ['ENDS_WITH', 'es', 'sales', true],
    ['ENDS_WITH', 'sa', 'sales', false],
    ['&', 'sales;marketing', 'sales', true],
    ['&', 'marketing', 'sales', false],
    ['!&', 'marketing', 'sales', true],
    ['!&', 'sales;marketing', 'sales', false],
    ['IS TRUE', undefined, true, true],
    ['IS TRUE', undefined, 'True', true],
    ['IS TRUE', undefined, false, false],
    ['IS FALSE', undefined, false, true],
    ['IS NULL', undefined, 'x', false],
    ['IS NOT NULL', undefined, 'x', true],
    ['PRESENT', undefined, 'x', true],
    ['REGEX MATCH', '([1-9][0-9])', '42', true],
    ['REGEX MATCH', '([1-9][0-9])', '420', false],
    ['REGEX MATCH', '^Sales', 'Sales EMEA', true],
    ['REGEX MATCH', '.*\\@domain.com', 'x@domain.com', true],
    ['NOT REGEX MATCH', '.*\\@domain.com', 'x@domain.com', false],
    ['NOT REGEX MATCH', '.*\\@domain.com', 'x@other.com', true],
    ['ON_OR_BEFORE', '2026-12-31', '2026-12-31T18:00:00Z', true],
    ['ON_OR_BEFORE', '2026-12-31', '2027-01-01', false],
    ['ON_OR_BEFORE', 'today', '2026-11-23T23:00:00Z', true],
    ['ON_OR_BEFORE', 'today+14d', '2026-12-07', true],
    ['ON_OR_BEFORE', 'today+14d', '2026-12-08', false],
    ['ON_OR_AFTER', 'today-2w', '2026-11-09', true],
    ['ON_OR_AFTER', 'today+1m', '2026-12-22', false],
    ['ON_OR_AFTER', 'today-1y', '2025-11-23', true],
    ['ON_OR_AFTER', 'now-3h', '2026-11-23T07:00:00Z', true],
    ['ON_OR_AFTER', 'now-3h', '2026-11-23T06:59:59Z', false],
    ['ON_OR_AFTER', 'today', 'soon', false],
  ])('%s %s is asked of %s: %s', (operator, value, title, expected) => {
    expect(holds(operator, value, title)).toBe(expected);
  });

  it.each(['EQUALS', 'NOT EQUALS', 'INCLUDES', '&', '!&', 'REGEX MATCH', 'NOT REGEX MATCH', 'ENDS_WITH'])(
    'an empty attribute fails %s',
    (operator) => {
      expect(holds(operator, 'x', undefined)).toBe(false);
      expect(holds(operator, 'x', '')).toBe(false);
    },
  );

  it('an empty attribute passes IS NULL only', () => {
    expect(holds('IS NULL', undefined, undefined)).toBe(true);
    expect(holds('IS NULL', undefined, '')).toBe(true);
    expect(holds('IS FALSE', undefined, undefined)).toBe(false);
  });

  it('a multi-valued attribute passes when any value does, and a negation when all do', () => {
    const roles = { roles: [{ value: 'admin' }, { value: 'reader' }] };
    const asked = (operator: string, value: string): boolean =>
      verdict([[{ attribute: 'roles.value', operator, value }]], roles).inScope;
    expect(asked('EQUALS', 'reader')).toBe(true);
    expect(asked('NOT EQUALS', 'reader')).toBe(false);
    expect(asked('!&', 'reader')).toBe(false);
    expect(asked('NOT EQUALS', 'owner')).toBe(true);
  });

  it('group membership is by display name in any case, or by id', () => {
    const groups = [{ id: 'g-1', displayName: 'VPN Users' }];
    const asked = (operator: string, value: string): boolean =>
      verdict([[{ attribute: 'groups', operator, value }]], {}, groups).inScope;
    expect(asked('IS_MEMBER_OF', 'vpn users')).toBe(true);
    expect(asked('IsMemberOf', 'g-1')).toBe(true);
    expect(asked('IS_MEMBER_OF', 'VPN')).toBe(false);
    expect(asked('NOT_MEMBER_OF', 'VPN')).toBe(true);
    expect(asked('NOT_MEMBER_OF', 'g-1')).toBe(false);
  });
});

describe('a scope', () => {
  const sales: ScopeClause = { attribute: 'department', operator: 'EQUALS', value: 'Sales' };
  const titled: ScopeClause = { attribute: 'title', operator: 'IS NOT NULL' };
  const named: ScopeClause = { attribute: 'userName', operator: 'ENDS_WITH', value: '@x' };

  it('without filters takes everyone', () => {
    expect(verdict([], {})).toEqual({ inScope: true, groups: [] });
  });

  it('holds when all clauses of one filter hold, and shows every clause with its value', () => {
    expect(verdict([[sales, titled], [named]], { title: 'Boss', userName: 'j@x' })).toEqual({
      inScope: true,
      groups: [
        {
          clauses: [
            { clause: sales, value: '', holds: false },
            { clause: titled, value: 'Boss', holds: true },
          ],
          holds: false,
        },
        { clauses: [{ clause: named, value: 'j@x', holds: true }], holds: true },
      ],
    });
  });

  it('knows whether it depends on the calendar', () => {
    const timed = (value: string): boolean =>
      compileObjectMapping(
        { scope: [[{ attribute: 'title', operator: 'ON_OR_AFTER', value }]], mapping: [] },
        'User',
      ).mapping.timeDependent;
    expect(timed('today')).toBe(true);
    expect(timed('2026-12-31')).toBe(false);
  });

  it.each<[Partial<ScopeClause>, string, string]>([
    [{ operator: 'EQUALS' }, 'scope[0][0].value', 'EQUALS needs a value'],
    [{ operator: 'GREATER_THAN', value: '2026-01-01' }, 'scope[0][0].value', 'has to be a whole number'],
    [{ operator: 'REGEX MATCH', value: '(' }, 'scope[0][0].value', 'regular expression'],
    [{ operator: 'ON_OR_AFTER', value: 'tomorrow' }, 'scope[0][0].value', 'is not a date'],
    [{ operator: 'constructor', value: 'x' }, 'scope[0][0].operator', 'not an operator'],
    [{ operator: 'IS NULL', attribute: 'deprtment' }, 'scope[0][0].attribute', 'did you mean department?'],
    [{ operator: 'IS_MEMBER_OF', value: 'x' }, 'scope[0][0].attribute', 'asks about groups'],
  ])('with the fault %j takes nobody and says where it is', (clause, path, detail) => {
    const scope = [[{ attribute: 'title', operator: '', ...clause }]];
    const { mapping, problems } = compileObjectMapping({ scope, mapping: [] }, 'User', OPTIONS);
    expect(problems).toEqual([
      expect.objectContaining({ path, detail: expect.stringContaining(detail) as string }),
    ]);
    expect(mapResource(mapping, input({ title: 'x' })).scope.inScope).toBe(false);
  });

  it('refuses a filter without clauses', () => {
    expect(compileObjectMapping({ scope: [[]], mapping: [] }, 'User').problems).toHaveLength(1);
  });
});
