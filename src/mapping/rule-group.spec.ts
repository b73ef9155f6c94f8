import { compileRuleGroup, ruleHolds, ruleVerdict, type RuleGroup } from './rule-group.js';
import type { MappingInput } from './types.js';

const NOW = new Date('2026-11-23T10:00:00Z');
const person = (attributes: MappingInput['attributes'], resourceType = 'User'): MappingInput => ({
  id: 'id-1',
  resourceType,
  attributes,
  now: NOW,
});
const SALES: RuleGroup = {
  displayName: 'Sales in Berlin',
  rule: [
    [
      { attribute: 'title', operator: 'INCLUDES', value: 'Sales' },
      { attribute: 'roles.value', operator: 'EQUALS', value: 'berlin' },
    ],
  ],
};

describe('a rule group', () => {
  it('has those as members who meet its filter', () => {
    const { rule, problems } = compileRuleGroup(SALES);
    expect(problems).toEqual([]);
    expect(ruleHolds(rule, person({ title: 'Sales rep', roles: [{ value: 'berlin' }] }))).toBe(true);
    expect(ruleHolds(rule, person({ title: 'Sales rep' }))).toBe(false);
    expect(
      ruleVerdict(rule, person({ title: 'Sales rep' })).groups[0]?.clauses.map((clause) => clause.holds),
    ).toEqual([true, false]);
    expect(rule.reads).toEqual(['title', 'roles.value']);
  });

  it('takes members of its own resource type only', () => {
    const { rule } = compileRuleGroup(SALES);
    expect(ruleHolds(rule, person({ title: 'Sales', roles: [{ value: 'berlin' }] }, 'Device'))).toBe(false);
  });

  it('says when its members change with the calendar', () => {
    const rule = [[{ attribute: 'startDate', operator: 'ON_OR_BEFORE', value: 'today+7d' }]];
    expect(compileRuleGroup({ displayName: 'Starters', rule }).rule.timeDependent).toBe(true);
    expect(compileRuleGroup(SALES).rule.timeDependent).toBe(false);
  });

  it.each<[string, RuleGroup, string]>([
    ['no clause', { displayName: 'x', rule: [] }, 'rule'],
    ['no name', { ...SALES, displayName: ' ' }, 'displayName'],
    ['an empty filter', { displayName: 'x', rule: [[]] }, 'rule[0]'],
    [
      'membership of groups',
      { displayName: 'x', rule: [[{ attribute: 'groups', operator: 'IS_MEMBER_OF', value: 'y' }]] },
      'rule',
    ],
    [
      'an unknown operator',
      { displayName: 'x', rule: [[{ attribute: 'title', operator: 'LIKE', value: 'y' }]] },
      'rule[0][0].operator',
    ],
  ])('with %s has no members and says why', (_name, document, path) => {
    const { rule, problems } = compileRuleGroup(document);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(ruleHolds(rule, person({ title: 'Sales', roles: [{ value: 'berlin' }] }))).toBe(false);
  });
});
