import { EvaluationError } from '../expression-problem.js';
import { compilePattern, expandReplacement, PatternError, type Pattern } from '../pattern.js';
import { isEmpty, LONGEST_TEXT, textOf, type Value } from '../value.js';
import { CompileError, eachText, type Argument, type Evaluate, type LazyFunction } from './definition.js';

const USAGE =
  'Replace(source, oldValue, regexPattern, regexGroupName, replacementValue, replacementAttributeName, template)';

/** Five functions in one; which one is meant is told by the arguments that are there. */
export const REPLACE: LazyFunction = {
  name: 'Replace',
  arity: [3, 7],
  blank: [1, 2, 3, 4, 5, 6],
  usage: USAGE,
  compile(args) {
    const [source, oldValue, regex, group, replacement, attribute, template] = args;
    if (!source) throw new CompileError('Replace needs a source');
    if (given(oldValue) && given(template)) return insertInto(source, oldValue, template);
    if (given(oldValue) && given(replacement)) return replaceText(source, oldValue, replacement);
    if (given(regex)) {
      const pattern = patternOf(regex, 2);
      if (given(group)) {
        const name = groupOf(group, pattern);
        if (given(attribute)) return fallBack(source, pattern, name, attribute);
        if (given(replacement)) return replaceGroup(source, pattern, name, replacement);
      } else if (given(replacement)) return replaceMatches(source, pattern, replacement);
    }
    throw new CompileError(
      'Replace needs oldValue with replacementValue or template, or regexPattern with replacementValue, ' +
        'or regexPattern and regexGroupName with replacementValue or replacementAttributeName',
    );
  },
};

function given(argument: Argument | undefined): argument is Argument {
  return argument?.node !== undefined;
}

/** Patterns are compiled once, so they are written out in the expression. */
export function patternOf(argument: Argument, index: number): Pattern {
  const source = argument.constant === undefined ? null : textOf(argument.constant);
  if (source === null) throw new CompileError('regexPattern has to be written out as text', index);
  try {
    return compilePattern(source);
  } catch (error) {
    if (error instanceof PatternError) throw new CompileError(`regular expression: ${error.detail}`, index);
    throw error;
  }
}

function groupOf(argument: Argument, pattern: Pattern): string {
  const name = argument.constant === undefined ? null : textOf(argument.constant);
  if (name === null) throw new CompileError('regexGroupName has to be written out as text', 3);
  if (pattern.groups.includes(name)) return name;
  throw new CompileError(`the pattern has no group (?<${name}>…)`, 3);
}

function replaceText(source: Argument, oldValue: Argument, replacement: Argument): Evaluate {
  return (context) => {
    const old = textOf(oldValue.evaluate(context)) ?? '';
    const fresh = textOf(replacement.evaluate(context)) ?? '';
    return eachText(source.evaluate(context), (text) => replaceAll(text, old, fresh));
  };
}

function insertInto(source: Argument, oldValue: Argument, template: Argument): Evaluate {
  return (context) => {
    const old = textOf(oldValue.evaluate(context)) ?? '';
    const frame = textOf(template.evaluate(context)) ?? '';
    return eachText(source.evaluate(context), (text) => replaceAll(frame, old, text));
  };
}

function replaceAll(text: string, old: string, fresh: string): string {
  if (old === '') return text;
  const pieces = text.split(old);
  return glue(pieces.flatMap((piece, index) => (index === 0 ? [piece] : [fresh, piece])));
}

function replaceMatches(source: Argument, pattern: Pattern, replacement: Argument): Evaluate {
  return (context) => {
    const template = textOf(replacement.evaluate(context)) ?? '';
    return eachText(source.evaluate(context), (text) =>
      splice(
        text,
        pattern.each(text).map((match) => ({
          start: match.start,
          end: match.end,
          fresh: expandReplacement(template, match, pattern.groups),
        })),
      ),
    );
  };
}

function replaceGroup(source: Argument, pattern: Pattern, name: string, replacement: Argument): Evaluate {
  return (context) => {
    const fresh = textOf(replacement.evaluate(context)) ?? '';
    return eachText(source.evaluate(context), (text) => {
      const spans = pattern.each(text).map((match) => match.group(name));
      return splice(
        text,
        spans.filter((span) => span !== null).map(({ start, end }) => ({ start, end, fresh })),
      );
    });
  };
}

function fallBack(source: Argument, pattern: Pattern, name: string, attribute: Argument): Evaluate {
  return (context) => {
    const own: Value = source.evaluate(context);
    if (!isEmpty(own)) return own;
    const other = textOf(attribute.evaluate(context));
    return other === null ? null : (pattern.each(other)[0]?.group(name)?.text ?? null);
  };
}

function splice(text: string, changes: readonly { start: number; end: number; fresh: string }[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, fresh } of changes) {
    pieces.push(text.slice(from, start), fresh);
    from = end;
  }
  return glue([...pieces, text.slice(from)]);
}

/** Joins only what fits, so that nested replacements cannot exhaust the memory. */
function glue(pieces: readonly string[]): string {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > LONGEST_TEXT)
    throw new EvaluationError(`the result is longer than ${LONGEST_TEXT} characters`);
  return pieces.join('');
}
