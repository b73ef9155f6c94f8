import { randomInt } from 'node:crypto';
import { foldName } from './names.js';

export interface PasswordPolicy {
  minLength: number;
  /** Of which parts of names a password must be free. */
  names: readonly string[];
  length: number;
}

/** Without characters that are mistaken for one another when a person reads them out. */
const LETTERS = ['abcdefghijkmnopqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#$%*+-=?@_'];
const MOST_TRIES = 1000;

/**
 * A random password that meets the policy of the domain whatever it is: four kinds of characters, the minimum length,
 * and none of the parts of the account's names (MS-SAMR §3.1.1.8.8 and "Password must meet complexity requirements").
 */
export function passwordFor(policy: PasswordPolicy): string {
  const length = Math.max(policy.length, policy.minLength, 12);
  const parts = forbiddenParts(policy.names);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const password = randomPassword(length);
    const folded = foldName(password);
    if (!parts.some((part) => folded.includes(part))) return password;
  }
  throw new Error('no password can be made that is free of the names of the account');
}

function randomPassword(length: number): string {
  const all = LETTERS.join('');
  const characters = LETTERS.map(pick);
  while (characters.length < length) characters.push(pick(all));
  for (let at = characters.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other]!, characters[at]!];
  }
  return characters.join('');
}

function pick(from: string): string {
  return from[randomInt(from.length)]!;
}

/** Windows looks at the account name as a whole and at the parts of the display name of three characters or more. */
function forbiddenParts(names: readonly string[]): string[] {
  const parts = names.flatMap((name) => [name, ...name.split(/[\s,.\-_#@]+/)]).map(foldName);
  return [...new Set(parts.filter((part) => part.length >= 3))];
}
