import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import {
  describeClass,
  ruleName,
  rulesOf,
  type Rule,
  type SettingDescription,
  type SettingsClass,
  type Shape,
} from './describe-class.js';
import { explainRule, worst } from './explain-rule.js';
import { nearest } from './nearest.js';
import type { ConfigProblem } from './problem.js';
import { secretRule } from './secrets.js';
import type { Path, YamlFile } from './yaml-file.js';

type Block = Record<string, unknown>;

/** Turns a block of a file into an instance of its class; every problem of the block at once, one line for each key. */
export function checkClass<T extends object>(
  type: SettingsClass<T>,
  block: unknown,
  file: YamlFile,
  at: Path,
  problems: ConfigProblem[],
): T {
  if (!isBlock(block)) {
    problems.push(file.problem(at, 'must be a block of settings'));
    return new type();
  }
  const check = new Check(file, problems);
  const given = withoutEmpty(block) as Block;
  check.names(type, given, at);
  const instance = plainToInstance(type, given);
  for (const error of validateSync(instance, { forbidUnknownValues: false })) check.report(error, at);
  return instance;
}

class Check {
  /** Printed keys that are missing because a misspelt one stands in their place. */
  private readonly misspelt = new Set<string>();

  constructor(
    private readonly file: YamlFile,
    private readonly problems: ConfigProblem[],
  ) {}

  /** Unknown keys, through nested blocks. */
  names(type: SettingsClass, block: Block, at: Path): void {
    const settings = describeClass(type);
    for (const [key, value] of Object.entries(block)) {
      const setting = settings.find(({ name }) => name === key);
      if (setting) this.within(setting.shape, value, [...at, key]);
      else this.unknown(key, settings, block, at);
    }
  }

  private within(shape: Shape, value: unknown, at: Path): void {
    if (shape.kind === 'block' && isBlock(value)) this.names(shape.type, value, at);
    if (shape.kind === 'list' && Array.isArray(value)) {
      value.forEach((item, index) => this.within(shape.of, item, [...at, index]));
    }
  }

  private unknown(key: string, settings: readonly SettingDescription[], block: Block, at: Path): void {
    const free = settings.filter(({ name }) => !(name in block));
    const meant = nearest(
      key,
      free.map(({ name }) => name),
    );
    const setting = settings.find(({ name }) => name === meant);
    if (setting?.required) this.misspelt.add(JSON.stringify([...at, setting.name]));
    this.problems.push(
      this.file.problem([...at, key], unknownKey(key, meant, setting?.required === true, settings)),
    );
  }

  report(error: ValidationError, at: Path): void {
    const path = [...at, Array.isArray(error.target) ? Number(error.property) : error.property];
    for (const child of error.children ?? []) this.report(child, path);
    const broken = Object.keys(error.constraints ?? {});
    if (broken.length === 0 || this.misspelt.has(JSON.stringify(path))) return;
    const type = error.target?.constructor as SettingsClass;
    const setting = describeClass(type).find(({ name }) => name === error.property);
    if (error.value === undefined) return this.push(path, missing(setting));
    if (setting?.secret) return this.push(path, secretRule);
    const rule = worst(
      rulesOf(type).filter((one) => one.propertyName === error.property && broken.includes(ruleName(one))),
    );
    if (!rule) return this.push(path, Object.values(error.constraints!)[0]!);
    const item = rule.each ? faultyItem(rule, error) : undefined;
    const value: unknown = item === undefined ? error.value : (error.value as unknown[])[item];
    this.push(
      item === undefined ? path : [...path, item],
      explainRule(rule, value, error.constraints![ruleName(rule)], error.property),
    );
  }

  private push(path: Path, detail: string): void {
    this.problems.push(this.file.problem(path, detail));
  }
}

/** class-validator tells that an item of a list is wrong, but not which. */
function faultyItem(rule: Rule, { value, target, property }: ValidationError): number | undefined {
  if (!Array.isArray(value) || typeof rule.constraintCls !== 'function') return undefined;
  const constraint = new (
    rule.constraintCls as new () => { validate(item: unknown, about: object): boolean }
  )();
  const about = {
    value: value as unknown,
    constraints: rule.constraints,
    object: target,
    property,
    targetName: '',
  };
  const index = value.findIndex((item) => !constraint.validate(item, about));
  return index < 0 ? undefined : index;
}

function unknownKey(
  key: string,
  meant: string | undefined,
  required: boolean,
  settings: readonly SettingDescription[],
): string {
  if (meant !== undefined)
    return `is not a setting; did you mean "${meant}"?${required ? ' (required)' : ''}`;
  const inner = settings.find(
    ({ shape }) => shape.kind === 'block' && describeClass(shape.type).some(({ name }) => name === key),
  );
  if (inner) return `is not a setting here; did you mean "${inner.name}.${key}"?`;
  return `is not a setting. Settings here: ${settings.map(({ name }) => name).join(', ')}`;
}

function missing(setting: SettingDescription | undefined): string {
  const example = setting?.example === undefined ? '' : `, e.g. ${String(setting.example)}`;
  return `is missing${setting?.description ? `: ${setting.description.replace(/\.$/, '')}` : ''}${example}`;
}

const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A key with nothing behind it counts as absent, so that its default holds. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutEmpty(inner)]),
  );
}
