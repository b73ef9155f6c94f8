import { CONVERSION_FUNCTIONS } from './conversion.js';
import { DATE_FUNCTIONS } from './dates.js';
import { MANY, type FunctionDefinition } from './definition.js';
import { LIST_FUNCTIONS } from './lists.js';
import { LOGIC_FUNCTIONS } from './logic.js';
import { RANDOM_FUNCTIONS } from './random.js';
import { REPLACE } from './replace.js';
import { TEXT_FUNCTIONS } from './text.js';

/** Answered from the target's configuration. */
const DEFAULT_DOMAIN: FunctionDefinition = {
  name: 'DefaultDomain',
  arity: [0, 0],
  usage: 'DefaultDomain()',
  compile:
    (_args, { defaultDomain }) =>
    () =>
      defaultDomain ?? null,
};

/** Only the outermost function of a mapping; `compileExpression` turns its rules into candidates. */
export const SELECT_UNIQUE_VALUE = 'SelectUniqueValue';
const SELECT: FunctionDefinition = {
  name: SELECT_UNIQUE_VALUE,
  arity: [2, MANY],
  usage: 'SelectUniqueValue(rule1, rule2, …)',
  compile: ([first]) => first?.evaluate ?? (() => null),
};

/** Every function by its name, which is case-sensitive. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...TEXT_FUNCTIONS,
    ...LOGIC_FUNCTIONS,
    ...LIST_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...CONVERSION_FUNCTIONS,
    ...RANDOM_FUNCTIONS,
    REPLACE,
    DEFAULT_DOMAIN,
    SELECT,
  ].map((definition) => [definition.name, definition]),
);
