import type { DesiredAttribute, TargetValue, UniqueCandidates } from '../connectors/connector.js';
import type { CompiledLine } from './compile-line.js';
import type { CompiledMapping } from './compile-mapping.js';
import type { Outcome } from './expression/compile.js';
import type { EvaluationContext } from './expression/functions/definition.js';
import { distinct } from './expression/functions/lists.js';
import {
  booleanOf,
  firstOf,
  isEmpty,
  listOf,
  quoted,
  textOf,
  type Scalar,
  type Value,
} from './expression/value.js';
import { MappedResource } from './path/resource-path.js';
import { scopeVerdict } from './scope.js';
import type { MappedAccount, MappedReference, MappingInput, MappingProblem } from './types.js';

interface Result {
  attributes: DesiredAttribute[];
  unique: UniqueCandidates[];
  references: MappedReference[];
  match: { attribute: string; value: string; precedence: number }[];
  problems: MappingProblem[];
  enabled?: boolean;
  enabledByLine: boolean;
}

/** The account that a resource asks for. Pure and total: whatever cannot be computed is a problem, never an error. */
export function mapResource(mapping: CompiledMapping, input: MappingInput): MappedAccount {
  const resource = new MappedResource(input);
  const context: EvaluationContext = { resource, now: input.now };
  const result: Result = {
    attributes: [],
    unique: [],
    references: [],
    match: [],
    problems: [],
    enabledByLine: false,
  };
  for (const line of mapping.lines) MAP[line.kind](line, context, result);
  const container = containerOf(mapping, context, result);
  return {
    scope: scopeVerdict(mapping.scope, context),
    ...(container === undefined ? {} : { container }),
    ...withEnabled(mapping, resource, result),
    attributes: result.attributes,
    unique: result.unique,
    references: result.references,
    match: inOrder(result.match),
    problems: result.problems,
  };
}

const MAP: Readonly<
  Record<CompiledLine['kind'], (line: CompiledLine, context: EvaluationContext, result: Result) => void>
> = {
  value: mapValue,
  unique: mapUnique,
  reference: mapReference,
  enabled: mapEnabled,
};

function mapValue(line: CompiledLine, context: EvaluationContext, result: Result): void {
  const value = valueOf(line, line.evaluate(context), result);
  if (value === undefined) return;
  const values = valuesOf(value, line.multiValued);
  if (values.length > 0) {
    if (line.match !== undefined) addMatch(line, textOf(values[0] as Scalar), result);
    result.attributes.push(attributeOf(line, values, line.apply));
  } else if (line.default !== undefined) {
    result.attributes.push(attributeOf(line, [line.default], 'create'));
  } else if (line.clearWhenEmpty && line.apply === 'always') {
    result.attributes.push(attributeOf(line, [], 'always'));
  }
}

function attributeOf(
  line: CompiledLine,
  values: readonly TargetValue[],
  apply: 'always' | 'create',
): DesiredAttribute {
  const attribute: DesiredAttribute = { name: line.target, values, apply, mapping: line.label };
  return line.secret ? { ...attribute, secret: true } : attribute;
}

/** Without empty values and repetitions: a directory takes neither. */
function valuesOf(value: Value, multiValued: boolean): TargetValue[] {
  const present = distinct(listOf(value)).filter(
    (one): one is Exclude<Scalar, null> => one !== null && one !== '',
  );
  return multiValued ? present : present.slice(0, 1);
}

function mapUnique(line: CompiledLine, context: EvaluationContext, result: Result): void {
  const candidates: string[] = [];
  const faults: Result = { ...result, problems: [] };
  for (const outcome of line.candidates(context)) {
    const value = valueOf(line, outcome, faults);
    const text = value === undefined ? null : textOf(value);
    if (text !== null && text.trim() !== '' && !candidates.includes(text)) candidates.push(text);
  }
  // One rule that cannot be computed is no harm while another can.
  if (candidates.length === 0) result.problems.push(...faults.problems);
  const [best] = candidates;
  if (best === undefined) return useDefault(line, result, faults.problems.length > 0);
  if (line.match !== undefined) addMatch(line, best, result);
  result.unique.push({
    attribute: line.target,
    candidates,
    givenByClient: isGivenByClient(line, candidates, context),
    apply: line.apply,
    mapping: line.label,
  });
}

function useDefault(line: CompiledLine, result: Result, failed: boolean): void {
  if (failed) return;
  if (line.default !== undefined) {
    result.unique.push({
      attribute: line.target,
      candidates: [String(line.default)],
      givenByClient: false,
      apply: 'create',
      mapping: line.label,
    });
  } else if (line.target.toLowerCase() === 'rdn') {
    result.problems.push({ mapping: line.label, detail: 'no name could be made: every candidate is empty' });
  } else if (line.clearWhenEmpty && line.apply === 'always') {
    result.attributes.push(attributeOf(line, [], 'always'));
  }
}

/**
 * A clash is the client's to mend when the value is its own: mapped directly, or the userName
 * itself, with or without a suffix added (`jane@corp.example` made of `jane`).
 */
function isGivenByClient(
  line: CompiledLine,
  candidates: readonly string[],
  context: EvaluationContext,
): boolean {
  if (candidates.length !== 1 || line.target.toLowerCase() === 'rdn') return false;
  if (line.direct) return true;
  const value = (candidates[0] ?? '').toLowerCase();
  const userName = context.resource.attribute('username');
  if (typeof userName !== 'string' || !value.includes('@')) return false;
  return value === userName.toLowerCase() || value.startsWith(`${userName.toLowerCase()}@`);
}

function mapReference(line: CompiledLine, context: EvaluationContext, result: Result): void {
  const value = valueOf(line, line.evaluate(context), result);
  if (value === undefined) return;
  const ids = valuesOf(value, line.multiValued).map((one) => textOf(one as Scalar));
  const resourceIds = ids.filter((id): id is string => id !== null && id !== '');
  if (resourceIds.length === 0 && !(line.clearWhenEmpty && line.apply === 'always')) return;
  result.references.push({ attribute: line.target, resourceIds, mapping: line.label });
}

function mapEnabled(line: CompiledLine, context: EvaluationContext, result: Result): void {
  result.enabledByLine = true;
  const value = valueOf(line, line.evaluate(context), result);
  if (value === undefined) return;
  const meant = isEmpty(value) ? line.default : firstOf(value);
  if (meant === undefined || meant === null) return;
  const enabled = booleanOf(meant);
  if (enabled === undefined) {
    result.problems.push({ mapping: line.label, detail: `${quoted(meant)} is neither True nor False` });
  } else result.enabled = enabled !== line.inverted;
}

function withEnabled(
  mapping: CompiledMapping,
  resource: MappedResource,
  result: Result,
): { enabled?: boolean } {
  if (result.enabledByLine) return result.enabled === undefined ? {} : { enabled: result.enabled };
  const active = resource.attribute('active');
  if (active === undefined && mapping.resourceType !== 'User') return {};
  return {
    enabled: booleanOf(typeof active === 'string' || typeof active === 'boolean' ? active : null) ?? true,
  };
}

function containerOf(
  mapping: CompiledMapping,
  context: EvaluationContext,
  result: Result,
): string | undefined {
  const outcome = mapping.container?.(context);
  if (outcome === undefined || outcome.kind === 'ignored') return undefined;
  const text = outcome.kind === 'value' ? textOf(outcome.value) : null;
  if (text !== null && text.trim() !== '') return text;
  const detail = outcome.kind === 'problem' ? outcome.detail : 'the expression gives no place';
  result.problems.push({ mapping: 'container', detail });
  return undefined;
}

/** Undefined when the attribute is left alone: ignored, or not computable (then noted as a problem). */
function valueOf(line: CompiledLine, outcome: Outcome, result: Result): Value | undefined {
  if (outcome.kind === 'value') return outcome.value;
  if (outcome.kind === 'problem') {
    const detail = line.secret ? 'the value could not be computed' : outcome.detail;
    result.problems.push({ mapping: line.label, detail });
  }
  return undefined;
}

function addMatch(line: CompiledLine, value: string | null, result: Result): void {
  if (value === null || value === '' || line.match === undefined) return;
  result.match.push({ attribute: line.target, value, precedence: line.match });
}

function inOrder(match: Result['match']): MappedAccount['match'] {
  return [...match]
    .sort((a, b) => a.precedence - b.precedence)
    .map(({ attribute, value }) => ({ attribute, value }));
}
