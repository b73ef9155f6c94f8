import { isSecret } from '../connectors/setting.js';
import { isReference } from './secrets.js';

/** Settings as a person may see them, defaults included: a secret shows where it lives, never what it is. */
export function printable(value: unknown): object {
  return plain(value) as object;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const type = value.constructor;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]: [string, unknown]) => {
        const hidden = typeof inner === 'string' && isSecret(type, name) && !isReference(inner);
        return [name, hidden ? '•••' : plain(inner)];
      }),
  );
}
