import {
  compileRuleGroup,
  type CompiledRuleGroup,
  type ConfigurationProblem,
  type RuleGroup,
} from '../../mapping/index.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';

/** One entry of rule-groups.yaml. */
export interface RuleGroupOptions extends RuleGroup {
  /** For whoever reads the file. */
  description?: string;
}

/** A rule group, ready to be followed. */
export interface RuleGroupDefinition {
  displayName: string;
  description?: string;
  rule: CompiledRuleGroup;
}

/** Compiles one rule; what makes it unusable is in `problems`. */
export function defineRuleGroup(
  options: RuleGroupOptions,
  registry: SchemaRegistry,
): { definition: RuleGroupDefinition; problems: ConfigurationProblem[] } {
  const user = registry.resourceType('User');
  const { rule, problems } = compileRuleGroup(
    options,
    user ? { schemas: [user.schema, ...user.extensions.map(({ schema }) => schema)] } : {},
  );
  const { displayName, description } = options;
  const definition = { displayName, ...(description === undefined ? {} : { description }), rule };
  // Facts arrive when a delivery ends, and no user changes then: the rule would be followed late or never.
  if (!rule.reads.some((path) => /^targets\./i.test(path))) return { definition, problems };
  const detail = 'a rule cannot read what targets decided';
  return { definition, problems: [...problems, { path: 'rule', detail }] };
}

/** The rules of a checked file; throws on one that was not. */
export function createRuleGroups(
  options: readonly RuleGroupOptions[],
  registry: SchemaRegistry,
): RuleGroupDefinition[] {
  return options.map((one) => {
    const { definition, problems } = defineRuleGroup(one, registry);
    if (problems[0])
      throw new Error(`rule group ${one.displayName}: ${problems[0].path}: ${problems[0].detail}`);
    return definition;
  });
}
