/**
 * From a resource to the account that a target should hold: attribute mappings, expressions, scoping filters,
 * rule groups. Pure: no database, no network, no clock of its own, and no value can make it throw.
 * Leaves to `delivery`: reserving one of several unique candidates, turning references into anchors.
 * Leaves to `connectors`: what an attribute means in the target.
 * Read next: compile-mapping.ts, map-resource.ts, then expression/compile.ts.
 */
export {
  compileObjectMapping,
  mappedAttributes,
  needsGroups,
  requiredAttributes,
  requiredFacts,
  type CompiledMapping,
  type ConfigurationProblem,
  type MappingOptions,
} from './compile-mapping.js';
export { mapResource } from './map-resource.js';
export { explain, type ExplainedLine } from './explain.js';
export {
  compileRuleGroup,
  ruleHolds,
  ruleVerdict,
  type CompiledRuleGroup,
  type RuleGroup,
} from './rule-group.js';
export {
  importEntraSchema,
  type ImportedSchema,
  type ImportNote,
} from './entra-schema/import-entra-schema.js';
export {
  compileExpression,
  type CompiledExpression,
  type Compilation,
  type Outcome,
} from './expression/compile.js';
export type { ExpressionProblem, Position } from './expression/expression-problem.js';
export * from './types.js';
