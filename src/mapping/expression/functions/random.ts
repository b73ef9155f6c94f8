import { randomInt, randomUUID } from 'node:crypto';
import { EvaluationError } from '../expression-problem.js';
import { integerOf, textOf, type Value } from '../value.js';
import { argumentOf, type EagerFunction } from './definition.js';

/** Another value at every evaluation: allowed where a value is written once, at the create. */
export const RANDOM_FUNCTIONS: readonly EagerFunction[] = [
  { name: 'Guid', arity: [0, 0], usage: 'Guid()', volatile: true, call: () => randomUUID() },
  {
    name: 'RandomString',
    arity: [5, 6],
    usage:
      'RandomString(length, minimumNumbers, minimumSpecialCharacters, minimumCapital, minimumLowerCase, charactersToAvoid)',
    volatile: true,
    call: randomString,
  },
];

const NUMBERS = '0123456789';
/** Windows' list in "Password must meet complexity requirements". */
const SPECIAL = '~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = CAPITALS.toLowerCase();
const LONGEST = 256;

function randomString(args: readonly Value[]): string {
  const length = integerOf(argumentOf(args, 0), 'length of RandomString');
  const minima = [1, 2, 3, 4].map((index) => integerOf(argumentOf(args, index), 'a minimum of RandomString'));
  const avoid = textOf(argumentOf(args, 5)) ?? '';
  const least = minima.reduce((sum, minimum) => sum + minimum, 0);
  if (length < 1 || length > LONGEST)
    throw new EvaluationError(`RandomString makes 1 to ${LONGEST} characters`);
  if (minima.some((minimum) => minimum < 0))
    throw new EvaluationError('a minimum of RandomString is negative');
  if (least > length) throw new EvaluationError('the minima of RandomString add up to more than its length');
  const alphabets = [NUMBERS, SPECIAL, CAPITALS, LOWER].map((set) =>
    [...set].filter((char) => !avoid.includes(char)),
  );
  const chosen = alphabets.flatMap((set, index) => pick(set, minima[index] ?? 0));
  const filler = minima[1] === 0 ? [alphabets[0], alphabets[2], alphabets[3]] : alphabets;
  return shuffled([
    ...chosen,
    ...pick(
      filler.flatMap((set) => set ?? []),
      length - chosen.length,
    ),
  ]).join('');
}

function pick(set: readonly string[], count: number): string[] {
  if (count > 0 && set.length === 0)
    throw new EvaluationError('RandomString avoids every character that it needs');
  return Array.from({ length: count }, () => set[randomInt(set.length)] ?? '');
}

function shuffled(chars: string[]): string[] {
  for (let index = chars.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [chars[index], chars[other]] = [chars[other] ?? '', chars[index] ?? ''];
  }
  return chars;
}
