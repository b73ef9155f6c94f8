import { compilePath, ResourcePathError, type PathOptions } from '../path/resource-path.js';
import {
  EvaluationError,
  ExpressionSyntaxError,
  FlowIgnored,
  positionOf,
  type ExpressionProblem,
} from './expression-problem.js';
import {
  CompileError,
  type Argument,
  type Evaluate,
  type EvaluationContext,
  type ExpressionSettings,
  type FunctionDefinition,
} from './functions/definition.js';
import { compare } from './functions/logic.js';
import { FUNCTIONS, SELECT_UNIQUE_VALUE } from './functions/registry.js';
import { concatenate } from './functions/text.js';
import { parseExpression, type Node } from './parser.js';
import { didYouMean } from './suggest.js';
import { bounded, type Value } from './value.js';

/** What one evaluation gives. Evaluation never throws. */
export type Outcome =
  { kind: 'value'; value: Value } | { kind: 'ignored' } | { kind: 'problem'; detail: string };

/** An expression read once, ready for any number of resources. */
export interface CompiledExpression {
  source: string;
  /** SCIM paths that it reads. */
  reads: readonly string[];
  /** Its outermost function is SelectUniqueValue. */
  selectsUniqueValue: boolean;
  /** Two evaluations give two values (Guid, RandomString). */
  volatile: boolean;
  /** Its value can change with time alone (Now). */
  timeDependent: boolean;
  /** Its value is not to be shown (Redact). */
  secret: boolean;
  evaluate(context: EvaluationContext): Outcome;
  /** The outcome of each rule of SelectUniqueValue, else the one outcome. */
  candidates(context: EvaluationContext): Outcome[];
}

export interface ExpressionOptions extends PathOptions, ExpressionSettings {}

export type Compilation =
  { ok: true; expression: CompiledExpression } | { ok: false; problem: ExpressionProblem };

export function compileExpression(source: string, options: ExpressionOptions): Compilation {
  try {
    return { ok: true, expression: new Compiler(options).whole(source) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { ok: false, problem: { detail: error.detail, position: positionOf(source, error.offset) } };
  }
}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['vbTextCompare', 'vbBinaryCompare', 'Unicode', 'ASCII', 'UTF8'].map((word): [string, Value] => [
    word,
    word,
  ]),
  ['True', true],
  ['False', false],
  ['Null', null],
]);

class Compiler {
  private readonly reads = new Set<string>();
  private volatile = false;
  private timeDependent = false;
  private secret = false;

  constructor(private readonly options: ExpressionOptions) {}

  whole(source: string): CompiledExpression {
    const node = parseExpression(source);
    const evaluate = this.node(node, true);
    const unique = node.kind === 'call' && node.name === SELECT_UNIQUE_VALUE;
    const rules = unique
      ? node.args.map((argument) => (argument ? this.node(argument) : nothing))
      : [evaluate];
    return {
      source,
      reads: [...this.reads],
      selectsUniqueValue: unique,
      volatile: this.volatile,
      timeDependent: this.timeDependent,
      secret: this.secret,
      evaluate: (context) => outcomeOf(evaluate, context),
      candidates: (context) => rules.map((rule) => outcomeOf(rule, context)),
    };
  }

  private node(node: Node, outermost = false): Evaluate {
    switch (node.kind) {
      case 'text':
      case 'number':
      case 'word': {
        const value = this.constant(node);
        return () => value;
      }
      case 'attribute':
        return this.attribute(node);
      case 'compare': {
        const [left, right] = [this.node(node.left), this.node(node.right)];
        return (context) => compare(node.operator, left(context), right(context));
      }
      case 'concatenate': {
        const parts = node.parts.map((part) => this.node(part));
        return (context) => bounded(concatenate(parts.map((part) => part(context))));
      }
      case 'call':
        return this.call(node, outermost);
    }
  }

  private constant(node: Extract<Node, { kind: 'text' | 'number' | 'word' }>): Value {
    if (node.kind === 'number') return node.value;
    if (node.kind === 'text') return withMacros(node.text, this.options);
    const value = WORDS.get(node.word);
    if (value !== undefined) return value;
    const hint = FUNCTIONS.has(node.word)
      ? `; ${node.word} needs (…)`
      : '; put text in quotes, attributes in [ ]';
    throw new ExpressionSyntaxError(`${node.word} is not a word known here${hint}`, node.offset);
  }

  private attribute(node: Extract<Node, { kind: 'attribute' }>): Evaluate {
    try {
      const path = compilePath(node.path, this.options);
      this.reads.add(path.path);
      return ({ resource }) => path.read(resource);
    } catch (error) {
      if (error instanceof ResourcePathError) {
        throw new ExpressionSyntaxError(error.detail, node.offset + 1 + error.offset);
      }
      throw error;
    }
  }

  private call(node: Extract<Node, { kind: 'call' }>, outermost: boolean): Evaluate {
    const definition = FUNCTIONS.get(node.name);
    if (!definition) {
      throw new ExpressionSyntaxError(
        `there is no function ${node.name}${didYouMean(node.name, FUNCTIONS.keys())}`,
        node.offset,
      );
    }
    if (node.name === SELECT_UNIQUE_VALUE && !outermost) {
      throw new ExpressionSyntaxError('SelectUniqueValue is the outermost function or none', node.offset);
    }
    checkArity(definition, node);
    this.volatile ||= definition.volatile ?? false;
    this.timeDependent ||= definition.timeDependent ?? false;
    this.secret ||= definition.secret ?? false;
    const args = node.args.map((argument) => this.argument(argument));
    return this.link(definition, args, node);
  }

  private argument(node: Node | undefined): Argument {
    if (!node) return { evaluate: nothing };
    const evaluate = this.node(node);
    const isConstant = node.kind === 'text' || node.kind === 'number' || node.kind === 'word';
    return isConstant ? { node, evaluate, constant: this.constant(node) } : { node, evaluate };
  }

  private link(
    definition: FunctionDefinition,
    args: readonly Argument[],
    node: Extract<Node, { kind: 'call' }>,
  ): Evaluate {
    if ('call' in definition) {
      const evaluators = args.map((argument) => argument.evaluate);
      return (context) =>
        bounded(
          definition.call(
            evaluators.map((evaluate) => evaluate(context)),
            context,
          ),
        );
    }
    try {
      const evaluate = definition.compile(args, this.options);
      return (context) => bounded(evaluate(context));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const at = error.argument === undefined ? undefined : node.args[error.argument];
      throw new ExpressionSyntaxError(error.detail, at?.offset ?? node.offset);
    }
  }
}

const nothing: Evaluate = () => null;

function checkArity(definition: FunctionDefinition, node: Extract<Node, { kind: 'call' }>): void {
  const [least, most] = definition.arity;
  const count = node.args.length;
  if (count < least || count > most) {
    const wanted =
      least === most
        ? `${least}`
        : most === Number.POSITIVE_INFINITY
          ? `at least ${least}`
          : `${least} to ${most}`;
    throw new ExpressionSyntaxError(
      `${node.name} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${count}: ${definition.usage}`,
      node.offset,
    );
  }
  const empty = node.args.findIndex((argument, index) => !argument && !definition.blank?.includes(index));
  if (empty !== -1) {
    throw new ExpressionSyntaxError(
      `argument ${empty + 1} of ${node.name} is empty: ${definition.usage}`,
      node.offset,
    );
  }
}

/** `%DomainFQDN%` of Microsoft's Entra-to-AD mapping. */
export function withMacros(text: string, settings: ExpressionSettings): string {
  const fqdn = settings.domainFqdn ?? settings.defaultDomain;
  return fqdn === undefined ? text : text.replace(/%DomainFQDN%/gi, () => fqdn);
}

function outcomeOf(evaluate: Evaluate, context: EvaluationContext): Outcome {
  try {
    return { kind: 'value', value: evaluate(context) };
  } catch (error) {
    if (error instanceof FlowIgnored) return { kind: 'ignored' };
    if (error instanceof EvaluationError) return { kind: 'problem', detail: error.detail };
    return {
      kind: 'problem',
      detail: `the expression failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
