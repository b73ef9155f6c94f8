import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

export type SecretResult = { value: string } | { problem: string };

/** `env:NAME` or `file:path` (relative to the configuration folder). The value never appears in a message. */
export function resolveSecret(reference: unknown, folder: string, env: NodeJS.ProcessEnv): SecretResult {
  const match = typeof reference === 'string' ? /^(env|file):(.+)$/.exec(reference) : null;
  if (!match)
    return {
      problem:
        'must name where the secret lives, e.g. "env:NAME" or "file:secrets/name"; the secret itself never stands in the file',
    };
  const [, kind, name] = match as unknown as [string, 'env' | 'file', string];
  if (kind === 'env') {
    const value = env[name];
    return value === undefined || value === ''
      ? { problem: `the environment variable ${name} is not set` }
      : { value };
  }
  const path = isAbsolute(name) ? name : join(folder, name);
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { problem: `the file ${name} is empty` } : { value };
  } catch (error) {
    return {
      problem: `the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    };
  }
}
