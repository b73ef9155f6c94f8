import {
  compileExpression,
  withMacros,
  type CompiledExpression,
  type ExpressionOptions,
  type Outcome,
} from './expression/compile.js';
import type { EvaluationContext } from './expression/functions/definition.js';
import { compilePath, ResourcePathError } from './path/resource-path.js';
import type { ConfigurationProblem } from './compile-mapping.js';
import type { MappingLine } from './types.js';

export interface LineContext {
  name: string;
  options: ExpressionOptions;
  problems: ConfigurationProblem[];
}

export interface CompiledLine {
  kind: 'value' | 'unique' | 'reference' | 'enabled';
  target: string;
  /** For plan and log: `users.mapping[3] displayName`. */
  label: string;
  apply: 'always' | 'create';
  clearWhenEmpty: boolean;
  multiValued: boolean;
  default?: string | number | boolean;
  /** Precedence when an account with this value may be adopted; lower is tried first. */
  match?: number;
  secret: boolean;
  /** A direct mapping: the value is the client's own. */
  direct: boolean;
  /** `accountDisabled`: the opposite of the value. */
  inverted: boolean;
  reads: readonly string[];
  timeDependent: boolean;
  evaluate(context: EvaluationContext): Outcome;
  candidates(context: EvaluationContext): Outcome[];
}

/** Where the value of a line comes from. */
type Origin = Pick<CompiledExpression, 'reads' | 'evaluate' | 'candidates'> &
  Partial<Pick<CompiledExpression, 'selectsUniqueValue' | 'volatile' | 'timeDependent' | 'secret'>>;

const ORIGINS = ['source', 'constant', 'expression', 'reference'] as const;
type OriginKey = (typeof ORIGINS)[number];

export function compileLine(
  line: MappingLine,
  index: number,
  context: LineContext,
): CompiledLine | undefined {
  const path = `mapping[${index}]`;
  const report = (detail: string, key?: string): void => {
    context.problems.push({ path: key === undefined ? path : `${path}.${key}`, detail });
  };
  if (typeof line?.target !== 'string' || line.target.trim() === '') {
    report('names no target attribute', 'target');
    return undefined;
  }
  const given = ORIGINS.filter((key) => line[key] !== undefined);
  const [key] = given;
  if (key === undefined || given.length > 1) {
    report(
      `needs exactly one of source, constant, expression, reference${given.length > 1 ? `, not ${given.join(' and ')}` : ''}`,
    );
    return undefined;
  }
  const origin = originOf(key, line, path, context);
  if (!origin) return undefined;
  const kind = kindOf(line, origin);
  const faults = faultsOf(line, kind, origin);
  faults.forEach(([where, detail]) => report(detail, where));
  return faults.length > 0 ? undefined : lineOf(line, kind, origin, `${context.name}.${path} ${line.target}`);
}

function lineOf(line: MappingLine, kind: CompiledLine['kind'], origin: Origin, label: string): CompiledLine {
  return {
    kind,
    target: line.target,
    label,
    apply: line.apply ?? 'always',
    clearWhenEmpty: line.clearWhenEmpty ?? true,
    multiValued: line.multiValued ?? false,
    default: line.default,
    match: precedenceOf(line.match),
    secret: (line.secret ?? false) || (origin.secret ?? false),
    direct: line.source !== undefined,
    inverted: line.target.toLowerCase() === 'accountdisabled',
    reads: origin.reads,
    timeDependent: origin.timeDependent ?? false,
    evaluate: origin.evaluate,
    candidates: origin.candidates,
  };
}

function precedenceOf(match: MappingLine['match']): number | undefined {
  if (match === undefined || match === false) return undefined;
  return match === true ? Number.MAX_SAFE_INTEGER : match;
}

function kindOf(line: MappingLine, origin: Origin): CompiledLine['kind'] {
  const target = line.target.toLowerCase();
  if (target === 'accountenabled' || target === 'accountdisabled') return 'enabled';
  if (line.reference !== undefined) return 'reference';
  return line.unique === true || origin.selectsUniqueValue === true || target === 'rdn' ? 'unique' : 'value';
}

/** Combinations that cannot mean anything, with the key at fault. */
function faultsOf(line: MappingLine, kind: CompiledLine['kind'], origin: Origin): [string, string][] {
  const faults: [string, string][] = [];
  const matches = line.match !== undefined && line.match !== false;
  if (typeof line.match === 'number' && !(line.match >= 1))
    faults.push(['match', 'a precedence counts from 1']);
  if (matches && origin.selectsUniqueValue) {
    faults.push([
      'match',
      'an account cannot be matched by SelectUniqueValue: the value is chosen after matching',
    ]);
  }
  if (matches && (kind === 'enabled' || kind === 'reference')) {
    faults.push(['match', `${line.target} does not tell one account from another`]);
  }
  if (matches && line.target.toLowerCase() === 'rdn')
    faults.push(['match', 'match by an attribute, not by rdn']);
  if (origin.volatile && (matches || line.apply !== 'create')) {
    faults.push([
      'expression',
      'Guid and RandomString give another value each time: they need apply: create and no match',
    ]);
  }
  if (kind === 'enabled' && line.apply === 'create') faults.push(['apply', `${line.target} always applies`]);
  if (kind === 'enabled' && (line.unique || line.multiValued)) {
    faults.push(['target', `${line.target} is one boolean`]);
  }
  if (kind === 'unique' && line.multiValued) faults.push(['multiValued', 'a unique attribute has one value']);
  if (kind === 'unique' && (line.secret || origin.secret)) {
    faults.push(['secret', 'a unique value is shown wherever it clashes, so it cannot be secret']);
  }
  if (kind === 'reference') faults.push(...referenceFaults(line));
  return faults;
}

function referenceFaults(line: MappingLine): [string, string][] {
  const faults: [string, string][] = [];
  if (line.default !== undefined) faults.push(['default', 'a reference has no default']);
  if (line.apply === 'create') faults.push(['apply', 'a reference always applies']);
  if (line.unique) faults.push(['unique', 'a reference cannot be unique']);
  if (/^members?\b/i.test(line.reference ?? '')) {
    faults.push(['reference', 'members are delivered as membership edges, not by a mapping line']);
  }
  return faults;
}

function originOf(key: OriginKey, line: MappingLine, path: string, context: LineContext): Origin | undefined {
  if (key === 'constant') {
    const constant = line.constant ?? null;
    const value = typeof constant === 'string' ? withMacros(constant, context.options) : constant;
    return single([], () => ({ kind: 'value', value }));
  }
  const text = line[key];
  if (typeof text !== 'string') {
    context.problems.push({ path: `${path}.${key}`, detail: 'has to be text' });
    return undefined;
  }
  if (key === 'expression') return expressionAt(text, `${path}.expression`, context);
  try {
    const read = compilePath(text, context.options);
    return single([read.path], ({ resource }) => ({ kind: 'value', value: read.read(resource) }));
  } catch (error) {
    if (!(error instanceof ResourcePathError)) throw error;
    context.problems.push({
      path: `${path}.${key}`,
      detail: error.detail,
      position: { line: 1, column: error.offset + 1 },
    });
    return undefined;
  }
}

function single(reads: readonly string[], evaluate: (context: EvaluationContext) => Outcome): Origin {
  return { reads, evaluate, candidates: (context) => [evaluate(context)] };
}

function expressionAt(text: string, path: string, context: LineContext): CompiledExpression | undefined {
  const compiled = compileExpression(text, context.options);
  if (compiled.ok) return compiled.expression;
  context.problems.push({ path, ...compiled.problem });
  return undefined;
}

/** An expression, or plain text: a DN needs neither brackets nor quotation marks. */
export function compileContainer(text: string, context: LineContext): Origin | undefined {
  if (typeof text === 'string' && !/[[\]"]|^\s*\p{L}\w*\s*\(/u.test(text)) {
    const value = withMacros(text, context.options);
    return single([], () => ({ kind: 'value', value }));
  }
  const expression = expressionAt(String(text), 'container', context);
  if (expression?.selectsUniqueValue || expression?.volatile) {
    context.problems.push({
      path: 'container',
      detail: 'a place cannot be chosen by SelectUniqueValue, Guid or RandomString',
    });
    return undefined;
  }
  return expression;
}
