import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

export type SecretResult = { value: string; warning?: string } | { problem: string };

const reference = /^(env|file):(.+)$/;

export const secretRule =
  'must name where the secret lives, e.g. "env:NAME" or "file:secrets/name"; the secret itself never stands in the file';

export const isReference = (value: unknown): value is string =>
  typeof value === 'string' && reference.test(value);

/** `env:NAME` or `file:path` (relative to the configuration folder). The value never appears in a message. */
export function resolveSecret(given: unknown, folder: string, env: NodeJS.ProcessEnv): SecretResult {
  const match = typeof given === 'string' ? reference.exec(given) : null;
  if (!match) return { problem: secretRule };
  const name = match[2]!;
  return match[1] === 'env' ? fromEnvironment(name, env) : fromFile(name, folder);
}

function fromEnvironment(name: string, env: NodeJS.ProcessEnv): SecretResult {
  const value = env[name];
  return value === undefined || value === ''
    ? { problem: `the environment variable ${name} is not set` }
    : { value };
}

function fromFile(name: string, folder: string): SecretResult {
  const path = isAbsolute(name) ? name : join(folder, name);
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (value === '') return { problem: `the file ${name} is empty` };
    return {
      value,
      ...(openToOthers(path)
        ? { warning: `the file ${name} can be read by other accounts of this machine; chmod 600 it` }
        : {}),
    };
  } catch (error) {
    return {
      problem: `the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    };
  }
}

function openToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0;
}
