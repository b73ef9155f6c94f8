import type { SchemaDocument } from '../schema/types.js';
import { compileContainer, compileLine, type CompiledLine, type LineContext } from './compile-line.js';
import type { Outcome } from './expression/compile.js';
import type { Position } from './expression/expression-problem.js';
import type { EvaluationContext, ExpressionSettings } from './expression/functions/definition.js';
import { compileScope, type CompiledScope } from './scope.js';
import type { ObjectMapping } from './types.js';

export interface MappingOptions extends ExpressionSettings {
  /** Schemas of the resource type, core and extensions. With them a misspelt attribute is a problem. */
  schemas?: readonly SchemaDocument[];
  /** What the mapping is called in labels: `users.mapping[3] displayName`. Default `users` or `groups`. */
  name?: string;
}

/** A fault of the configuration. `path` is below the object mapping: `mapping[3].expression`, `scope[0][1].operator`. */
export interface ConfigurationProblem {
  path: string;
  detail: string;
  /** Within the expression, where the fault is in one. */
  position?: Position;
}

/** An object mapping read once. Other modules use it through the functions of this folder. */
export interface CompiledMapping {
  readonly resourceType: string;
  readonly document: ObjectMapping;
  readonly scope: CompiledScope;
  readonly container?: (context: EvaluationContext) => Outcome;
  readonly lines: readonly CompiledLine[];
  /** SCIM paths, `groups` and `targets.NAME.ATTRIBUTE` that are read anywhere in the mapping. */
  readonly reads: readonly string[];
  /** The result can change although the resource does not (Now, `today` in a scoping filter). */
  readonly timeDependent: boolean;
}

/** Everything that can be compiled is, so that all problems of a file are reported at once. */
export function compileObjectMapping(
  document: ObjectMapping,
  resourceType: string,
  options: MappingOptions = {},
): { mapping: CompiledMapping; problems: ConfigurationProblem[] } {
  const problems: ConfigurationProblem[] = [];
  const context: LineContext = {
    name: options.name ?? defaultName(resourceType),
    options: { ...options, resourceType },
    problems,
  };
  const scope = compileScope(document.scope ?? [], context.options, 'scope');
  problems.push(...scope.problems);
  const container =
    document.container === undefined ? undefined : compileContainer(document.container, context);
  const lines = (document.mapping ?? []).flatMap((line, index) => compileLine(line, index, context) ?? []);
  refuseDuplicates(document, problems);
  const reads = new Set([
    ...scope.scope.reads,
    ...(container?.reads ?? []),
    ...lines.flatMap((line) => line.reads),
  ]);
  const mapping: CompiledMapping = {
    resourceType,
    document,
    scope: scope.scope,
    container: container?.evaluate,
    lines,
    reads: [...reads],
    timeDependent:
      scope.scope.timeDependent ||
      (container?.timeDependent ?? false) ||
      lines.some((line) => line.timeDependent),
  };
  return { mapping, problems };
}

function defaultName(resourceType: string): string {
  return `${resourceType.toLowerCase()}s`;
}

function refuseDuplicates(document: ObjectMapping, problems: ConfigurationProblem[]): void {
  const first = new Map<string, number>();
  (document.mapping ?? []).forEach((line, index) => {
    const key = String(line?.target ?? '').toLowerCase();
    const earlier = first.get(key);
    if (key === '') return;
    if (earlier === undefined) first.set(key, index);
    else
      problems.push({
        path: `mapping[${index}].target`,
        detail: `${line.target} is already mapped by mapping[${earlier}]`,
      });
  });
}

/** SCIM paths that the mapping reads, so that nothing is loaded which nobody asks for. */
export function requiredAttributes(mapping: CompiledMapping): readonly string[] {
  return mapping.reads;
}

/** True when `MappingInput.groups` has to be filled. */
export function needsGroups(mapping: CompiledMapping): boolean {
  return mapping.reads.some((path) => /^groups\b/i.test(path));
}

/** Names of the targets whose facts have to be in `MappingInput.facts`. */
export function requiredFacts(mapping: CompiledMapping): readonly string[] {
  const targets = mapping.reads
    .filter((path) => /^targets\./i.test(path))
    .map((path) => path.split('.')[1] ?? '');
  return [...new Set(targets)];
}

/** Target attributes that the mapping can write, without the pseudo attributes. */
export function mappedAttributes(mapping: CompiledMapping): readonly string[] {
  return mapping.lines
    .filter((line) => line.kind !== 'enabled' && line.target.toLowerCase() !== 'rdn')
    .map((line) => line.target);
}
