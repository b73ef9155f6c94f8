import { EvaluationError } from '../expression-problem.js';
import { integerOf, isList, listOf, textOf, type Scalar, type Value } from '../value.js';
import type { EagerFunction } from './definition.js';

export const LIST_FUNCTIONS: readonly EagerFunction[] = [
  {
    name: 'Count',
    arity: [1, 1],
    usage: 'Count(attribute)',
    call: ([value]) => listOf(value ?? null).length,
  },
  {
    name: 'Item',
    arity: [2, 2],
    usage: 'Item(attribute, index)',
    call: ([value, index]) => {
      const position = integerOf(index ?? null, 'index of Item');
      return position < 1 ? null : (listOf(value ?? null)[position - 1] ?? null);
    },
  },
  {
    name: 'Contains',
    arity: [2, 2],
    usage: 'Contains(attribute, text)',
    call: ([value, text]) => indexOfContaining(listOf(value ?? null), textOf(text ?? null)),
  },
  {
    name: 'RemoveDuplicates',
    arity: [1, 1],
    usage: 'RemoveDuplicates(attribute)',
    call: ([value]) => (isList(value ?? null) ? distinct(listOf(value ?? null)) : (value ?? null)),
  },
  {
    name: 'Split',
    arity: [2, 2],
    usage: 'Split(source, delimiter)',
    call: ([source, delimiter]) => split(textOf(source ?? null), textOf(delimiter ?? null) ?? ''),
  },
  {
    name: 'SingleAppRoleAssignment',
    arity: [1, 1],
    usage: 'SingleAppRoleAssignment([appRoleAssignments])',
    call: ([roles]) => {
      const list = listOf(roles ?? null);
      if (list.length > 1) throw new EvaluationError(`there are ${list.length} role assignments, not one`);
      return textOf(list[0] ?? null);
    },
  },
  {
    name: 'AppRoleAssignmentsComplex',
    arity: [1, 1],
    usage: 'AppRoleAssignmentsComplex([appRoleAssignments])',
    call: ([roles]) => listOf(roles ?? null),
  },
  {
    name: 'AssertiveAppRoleAssignmentsComplex',
    arity: [1, 1],
    usage: 'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])',
    call: ([roles]) => listOf(roles ?? null),
  },
];

/** 1-based position of the first value that holds the text; 0 when none does. */
function indexOfContaining(values: readonly Scalar[], text: string | null): number {
  if (text === null) return 0;
  return values.findIndex((value) => textOf(value)?.includes(text) ?? false) + 1;
}

export function distinct(values: readonly Scalar[]): Scalar[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = typeof value === 'object' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Blanks around a value go, as in the documented `"PermissionSetOne, PermissionSetTwo"`. */
function split(text: string | null, delimiter: string): Value {
  if (text === null) return null;
  if (delimiter === '') return [text];
  return text.split(delimiter).map((piece) => piece.trim());
}
