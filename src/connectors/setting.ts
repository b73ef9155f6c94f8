import 'reflect-metadata';

const secrets = Symbol('landfall:secrets');

/** Marks a setting that is a secret: the file names where it lives (`env:NAME`, `file:path`), the class receives its value. */
export function Secret(): PropertyDecorator {
  return (target, property) => {
    const known = (Reflect.getMetadata(secrets, target.constructor) as string[] | undefined) ?? [];
    Reflect.defineMetadata(secrets, [...known, String(property)], target.constructor);
  };
}

/** Whatever is called a password, secret or token is one, marked or not. */
const speaking = /(password|secret|token)$/i;

/** Names of the secret settings of an instance. */
export function secretsOf(instance: object): string[] {
  const marked = (Reflect.getMetadata(secrets, instance.constructor) as string[] | undefined) ?? [];
  const named = Object.entries(instance).filter(([name, value]) => speaking.test(name) && typeof value === 'string');
  return [...new Set([...marked, ...named.map(([name]) => name)])];
}
