import type { Position } from './expression/expression-problem.js';
import type { EvaluationContext } from './expression/functions/definition.js';
import { listOf, textOf, type Scalar } from './expression/value.js';
import { compilePath, ResourcePathError, type PathOptions, type ResourcePath } from './path/resource-path.js';
import { compileOperator, OperatorError, type ClauseTest } from './scope-operators.js';
import type { ScopeClause, ScopeVerdict } from './types.js';

interface CompiledClause {
  clause: ScopeClause;
  path: ResourcePath;
  test: ClauseTest;
}

/** Groups of clauses: clauses AND, groups OR. */
export interface CompiledScope {
  readonly groups: readonly (readonly CompiledClause[])[];
  readonly reads: readonly string[];
  readonly timeDependent: boolean;
  /** A clause could not be compiled: nobody is in scope rather than everybody. */
  readonly broken: boolean;
}

export interface ScopeProblem {
  path: string;
  detail: string;
  position?: Position;
}

export function compileScope(
  document: readonly (readonly ScopeClause[])[],
  options: PathOptions,
  path: string,
): { scope: CompiledScope; problems: ScopeProblem[] } {
  const problems: ScopeProblem[] = [];
  const groups = document.map((group, g) => {
    if (group.length === 0)
      problems.push({ path: `${path}[${g}]`, detail: 'a scoping filter needs at least one clause' });
    return group.flatMap(
      (clause, c) => compileClause(clause, options, `${path}[${g}][${c}]`, problems) ?? [],
    );
  });
  const clauses = groups.flat();
  return {
    scope: {
      groups,
      reads: [...new Set(clauses.map((clause) => clause.path.path))],
      timeDependent: clauses.some((clause) => clause.test.timeDependent),
      broken: problems.length > 0,
    },
    problems,
  };
}

function compileClause(
  clause: ScopeClause,
  options: PathOptions,
  path: string,
  problems: ScopeProblem[],
): CompiledClause | undefined {
  try {
    const test = compileOperator(clause);
    const attribute = test.onGroups ? groupsOf(String(clause.attribute)) : String(clause.attribute);
    return { clause, path: compilePath(attribute, options), test };
  } catch (error) {
    if (error instanceof OperatorError) problems.push({ path: `${path}.${error.key}`, detail: error.detail });
    else if (error instanceof ResourcePathError) {
      problems.push({
        path: `${path}.attribute`,
        detail: error.detail,
        position: { line: 1, column: error.offset + 1 },
      });
    } else throw error;
    return undefined;
  }
}

/** IS_MEMBER_OF looks at the groups, under whatever name they are given. */
function groupsOf(attribute: string): string {
  if (/^(groups|memberOf|isMemberOf|members?)$/i.test(attribute.trim())) return 'groups';
  throw new OperatorError('attribute', 'IS_MEMBER_OF asks about groups');
}

/** Every clause is evaluated, also behind a false one, so that a preview can show them all. */
export function scopeVerdict(scope: CompiledScope, context: EvaluationContext): ScopeVerdict {
  const groups = scope.groups.map((group) => {
    const clauses = group.map(({ clause, path, test }) => {
      const values = listOf(path.read(context.resource)).filter((value) => value !== null && value !== '');
      return { clause, value: values.map(shown).join(', '), holds: test.holds(values, context.now) };
    });
    return { clauses, holds: clauses.every((clause) => clause.holds) };
  });
  const inScope = !scope.broken && (groups.length === 0 || groups.some((group) => group.holds));
  return { inScope, groups };
}

function shown(value: Scalar): string {
  if (typeof value === 'object' && value !== null && typeof value.displayName === 'string')
    return value.displayName;
  return textOf(value) ?? '';
}
