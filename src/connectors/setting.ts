import 'reflect-metadata';
import { IsString } from 'class-validator';

/** What the reference, the editor schemas and the error messages say about a setting. */
export interface SettingNote {
  /** One or two sentences for an administrator. */
  description: string;
  /** A value as it would stand in the file, where the default does not show it. */
  example?: unknown;
}

const notes = Symbol('landfall:settings');
const secrets = Symbol('landfall:secrets');
const paths = Symbol('landfall:paths');

/** Documents a setting where it is declared: the reference is generated from it. */
export function Setting(description: string, more: Omit<SettingNote, 'description'> = {}): PropertyDecorator {
  return (target, property) => {
    const known = Reflect.getMetadata(notes, target.constructor) as Record<string, SettingNote> | undefined;
    Reflect.defineMetadata(
      notes,
      { ...known, [String(property)]: { description, ...more } },
      target.constructor,
    );
  };
}

/** Marks a setting that is a secret: the file names where it lives (`env:NAME`, `file:path`), the class receives its value. */
export function Secret(): PropertyDecorator {
  return mark(secrets);
}

/** Marks the path of a file that is read: relative to the configuration folder, the class receives it absolute. */
export function FilePath(): PropertyDecorator {
  return mark(paths);
}

function mark(as: symbol): PropertyDecorator {
  return (target, property) => {
    IsString()(target, property);
    const known = (Reflect.getMetadata(as, target.constructor) as string[] | undefined) ?? [];
    Reflect.defineMetadata(as, [...known, String(property)], target.constructor);
  };
}

const marked = (as: symbol, type: object, property: string) =>
  ((Reflect.getMetadata(as, type) as string[] | undefined) ?? []).includes(property);

/** What a class says about one of its settings. */
export function settingNote(type: object, property: string): SettingNote | undefined {
  return (Reflect.getMetadata(notes, type) as Record<string, SettingNote> | undefined)?.[property];
}

/** Whatever is called a password, secret or token is one, marked or not. */
export function isSecret(type: object, property: string): boolean {
  return marked(secrets, type, property) || /(password|secret|token)$/i.test(property);
}

/** Whatever is called `caFile`, `keyFile` … is a path, marked or not. */
export function isFilePath(type: object, property: string): boolean {
  return marked(paths, type, property) || /[a-z]File$/.test(property);
}

/** Names of the secret settings of an instance. */
export function secretsOf(instance: object): string[] {
  return Object.keys(instance).filter(
    (name) => isSecret(instance.constructor, name) && typeof Reflect.get(instance, name) === 'string',
  );
}
