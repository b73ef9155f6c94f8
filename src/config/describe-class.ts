import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { isSecret, settingNote } from '../connectors/setting.js';

export type SettingsClass<T extends object = object> = new () => T;
/** One rule of a setting, as class-validator keeps it. */
export type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What may stand behind a key. */
export type Shape =
  | { kind: 'text'; pattern?: RegExp; format?: 'uri' | 'date' | 'duration' | 'size' }
  | { kind: 'number'; whole: boolean; min?: number; max?: number }
  | { kind: 'flag' }
  | { kind: 'choice'; choices: readonly unknown[] }
  | { kind: 'scalar' }
  | { kind: 'block'; type: SettingsClass }
  | { kind: 'list'; of: Shape }
  /** A block whose keys are not ours to know. */
  | { kind: 'free' };

export interface SettingDescription {
  name: string;
  description: string;
  example?: unknown;
  required: boolean;
  /** Undefined: none. */
  default: unknown;
  secret: boolean;
  shape: Shape;
}

const described = new WeakMap<SettingsClass, readonly SettingDescription[]>();

/** What a class of settings says about itself: the one source of checks, editor schemas and reference. */
export function describeClass(type: SettingsClass): readonly SettingDescription[] {
  const known = described.get(type);
  if (known) return known;
  const byName = grouped(rulesOf(type));
  const defaults = new type();
  const descriptions = [...byName].map(([name, rules]) => describe(type, name, rules, defaults));
  described.set(type, descriptions);
  return descriptions;
}

export function rulesOf(type: SettingsClass): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
}

function grouped(rules: readonly Rule[]): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) groups.set(rule.propertyName, [...(groups.get(rule.propertyName) ?? []), rule]);
  return groups;
}

function describe(
  type: SettingsClass,
  name: string,
  rules: readonly Rule[],
  defaults: object,
): SettingDescription {
  const shape = shapeOf(type, name, rules);
  const note = settingNote(type, name);
  return {
    name,
    description: note?.description ?? '',
    ...(note?.example === undefined ? {} : { example: note.example }),
    required: !rules.some((rule) => rule.type === 'conditionalValidation'),
    default: Reflect.get(defaults, name),
    secret: shape.kind === 'text' && isSecret(type, name),
    shape,
  };
}

function shapeOf(type: SettingsClass, name: string, rules: readonly Rule[]): Shape {
  const list = rules.some((rule) => rule.each || (ruleName(rule) === 'isArray' && !rule.each));
  const lists = rules.some((rule) => rule.each && ruleName(rule) === 'isArray');
  if (!list) return single(rules, nestedClass(type, name, {}));
  const item = single(
    rules.filter((rule) => rule.each && ruleName(rule) !== 'isArray'),
    nestedClass(type, name, [{}]),
  );
  return { kind: 'list', of: lists ? { kind: 'list', of: item } : item };
}

/** class-transformer knows the class of a nested block; asking it to make one is its public way to tell. */
function nestedClass(type: SettingsClass, name: string, probe: object): SettingsClass | undefined {
  const made: unknown = Reflect.get(plainToInstance(type, { [name]: probe }), name);
  const nested: unknown = Array.isArray(made) ? made[0] : made;
  const constructor = typeof nested === 'object' && nested !== null ? nested.constructor : Object;
  return constructor === Object || constructor === Array ? undefined : (constructor as SettingsClass);
}

export const ruleName = (rule: Rule): string => rule.name ?? rule.type;

function single(rules: readonly Rule[], nested: SettingsClass | undefined): Shape {
  const find = (...names: string[]) => rules.find((rule) => names.includes(ruleName(rule)));
  if (nested) return { kind: 'block', type: nested };
  const choice = find('isIn');
  if (choice) return { kind: 'choice', choices: choice.constraints[0] as unknown[] };
  if (find('isBoolean')) return { kind: 'flag' };
  if (find('isInt', 'isNumber', 'min', 'max')) {
    const bound = (name: string) => find(name)?.constraints[0] as number | undefined;
    return {
      kind: 'number',
      whole: find('isInt') !== undefined,
      ...defined({ min: bound('min'), max: bound('max') }),
    };
  }
  if (find('isScalar')) return { kind: 'scalar' };
  if (find('isObject')) return { kind: 'free' };
  return text(find);
}

function text(find: (...names: string[]) => Rule | undefined): Shape {
  if (find('isDuration')) return { kind: 'text', format: 'duration' };
  if (find('isSize')) return { kind: 'text', format: 'size' };
  if (find('isUrl')) return { kind: 'text', format: 'uri' };
  if (find('isIso8601')) return { kind: 'text', format: 'date' };
  const pattern = find('matches')?.constraints[0] as RegExp | undefined;
  return { kind: 'text', ...(pattern ? { pattern } : {}) };
}

const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
