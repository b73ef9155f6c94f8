import { durationPattern } from './units.js';
import { nearest } from './nearest.js';
import { ruleName, type Rule } from './describe-class.js';

/** What a value has to be comes before what is asked of a right one: only the first broken rule is told. */
const order = [
  'isDefined',
  'isObject',
  'nestedValidation',
  'isArray',
  'isString',
  'isInt',
  'isNumber',
  'isBoolean',
  'isIn',
];

export function worst(rules: readonly Rule[]): Rule | undefined {
  const rank = (rule: Rule) => {
    const at = order.indexOf(ruleName(rule));
    return at < 0 ? order.length : at;
  };
  return [...rules].sort((a, b) => rank(a) - rank(b))[0];
}

const words: Record<string, (rule: Rule, value: unknown) => string> = {
  isObject: () => 'must be a block of settings',
  nestedValidation: ({ each }) =>
    each ? 'must be a list of blocks of settings' : 'must be a block of settings',
  isArray: ({ each }) =>
    each ? 'must be a list of lists' : 'must be a list: [one, other], or lines that begin with "- "',
  isString: (_rule, value) =>
    isScalar(value) ? `must be text: put it in quotes, '${String(value)}'` : 'must be text',
  isInt: () => 'must be a whole number',
  isNumber: () => 'must be a number',
  isBoolean: () => 'must be true or false',
  isIn: (rule, value) => choice(rule.constraints[0] as unknown[], value),
  min: ({ constraints }) => `must be at least ${constraints[0]}`,
  max: ({ constraints }) => `must be at most ${constraints[0]}`,
  isUrl: () => 'must be an address such as https://host.example/path',
  isIso8601: () => 'must be a date such as 2027-11-30 or 2027-11-30T08:00:00Z',
  isDuration: (_rule, value) =>
    `must be a duration such as 500ms, 8s, 5m, 2h or 30d${durationPattern.test(`${String(value)}s`) ? '; the unit is missing' : ''}`,
  isTimeZone: () => 'must be a time zone of the IANA database such as Europe/Berlin',
  isSize: () => 'must be a size such as 64KB or 8MB',
  isScalar: () => 'must be text, a number, true or false',
  arrayUnique: () => 'names something twice',
  arrayNotEmpty: () => 'must not be empty',
  arrayMinSize: ({ constraints }) => `must have at least ${constraints[0]}`,
  isNotEmpty: () => 'must not be empty',
};

/** A broken rule in words. The class's own words come first; the value is repeated only where it is no secret. */
export function explainRule(rule: Rule, value: unknown, given: string | undefined, property: string): string {
  if (rule.message !== undefined && ruleName(rule) !== 'nestedValidation')
    return trimmed(given ?? '', property);
  return words[ruleName(rule)]?.(rule, value) ?? trimmed(given ?? 'is wrong', property);
}

function choice(choices: readonly unknown[], value: unknown): string {
  const meant = nearest(String(value), choices.map(String));
  return `must be one of ${choices.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

const isScalar = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';

/** class-validator begins its messages with the property, which the report names already. */
function trimmed(text: string, property: string): string {
  const own = text.replace(/^each value in /, '');
  return own.startsWith(`${property} `) ? own.slice(property.length + 1) : own;
}
