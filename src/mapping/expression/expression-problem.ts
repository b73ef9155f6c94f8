/** Where in an expression something is wrong; both count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** What is wrong with an expression, found before it is ever evaluated. */
export interface ExpressionProblem {
  detail: string;
  position: Position;
}

/** Thrown while reading an expression; never leaves `compileExpression`. */
export class ExpressionSyntaxError extends Error {
  constructor(
    readonly detail: string,
    readonly offset: number,
  ) {
    super(detail);
    this.name = 'ExpressionSyntaxError';
  }
}

/** Thrown while evaluating; never leaves `evaluate`, where it becomes an outcome. */
export class EvaluationError extends Error {
  constructor(readonly detail: string) {
    super(detail);
    this.name = 'EvaluationError';
  }
}

/** `IgnoreFlowIfNullOrEmpty` met an empty value: the attribute is left alone. */
export class FlowIgnored extends Error {
  constructor() {
    super('ignored');
    this.name = 'FlowIgnored';
  }
}

export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
