import type { EvaluationContext } from './expression/functions/definition.js';
import type { ConfigurationProblem, MappingOptions } from './compile-mapping.js';
import { MappedResource } from './path/resource-path.js';
import { compileScope, scopeVerdict, type CompiledScope } from './scope.js';
import type { MappingInput, ScopeClause, ScopeVerdict } from './types.js';

/** A group whose members are those who meet a scoping filter: HCM brings people, roles and dates, but no groups. */
export interface RuleGroup {
  displayName: string;
  /** Resource type of the members. Default User. */
  members?: string;
  /** Groups of clauses as in `scope:`; at least one clause, because a rule without any would take in everyone. */
  rule: ScopeClause[][];
}

export interface CompiledRuleGroup {
  readonly document: RuleGroup;
  readonly resourceType: string;
  readonly scope: CompiledScope;
  /** SCIM paths that the rule reads: only a change of one of them can change the membership. */
  readonly reads: readonly string[];
  /** Membership changes with the calendar alone, so it is looked at every day. */
  readonly timeDependent: boolean;
}

export function compileRuleGroup(
  document: RuleGroup,
  options: MappingOptions = {},
): { rule: CompiledRuleGroup; problems: ConfigurationProblem[] } {
  const resourceType = document.members ?? 'User';
  const clauses = document.rule ?? [];
  const { scope, problems } = compileScope(clauses, { ...options, resourceType }, 'rule');
  const faults: ConfigurationProblem[] = [...problems];
  if (clauses.length === 0)
    faults.push({ path: 'rule', detail: 'needs at least one clause: without any, everyone is a member' });
  if (typeof document.displayName !== 'string' || document.displayName.trim() === '') {
    faults.push({ path: 'displayName', detail: 'a rule group needs a name' });
  }
  if (scope.reads.some((path) => /^groups\b/i.test(path))) {
    faults.push({
      path: 'rule',
      detail: 'membership of a rule group cannot depend on the membership of groups',
    });
  }
  const usable = faults.length === 0 ? scope : { ...scope, broken: true };
  const rule = {
    document,
    resourceType,
    scope: usable,
    reads: scope.reads,
    timeDependent: scope.timeDependent,
  };
  return { rule, problems: faults };
}

/** Is the resource a member now? A rule with faults has no members. */
export function ruleHolds(rule: CompiledRuleGroup, input: MappingInput): boolean {
  return ruleVerdict(rule, input).inScope;
}

/** The same, clause by clause, for a preview. */
export function ruleVerdict(rule: CompiledRuleGroup, input: MappingInput): ScopeVerdict {
  const context: EvaluationContext = { resource: new MappedResource(input), now: input.now };
  const verdict = scopeVerdict(rule.scope, context);
  return input.resourceType === rule.resourceType ? verdict : { ...verdict, inScope: false };
}
