import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { nearest } from './nearest.js';
import type { ConfigProblem } from './problem.js';
import type { Path, YamlFile } from './yaml-file.js';

type Class<T> = new () => T;

/** Turns a block of a file into an instance of its class; every problem of the block at once. */
export function checkClass<T extends object>(
  type: Class<T>,
  block: unknown,
  file: YamlFile,
  at: Path,
  problems: ConfigProblem[],
): T {
  if (typeof block !== 'object' || block === null || Array.isArray(block)) {
    problems.push(file.problem(at, 'must be a block of settings'));
    return new type();
  }
  const instance = plainToInstance(type, block);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  for (const error of errors) report(error, at, file, problems);
  return instance;
}

function report(error: ValidationError, at: Path, file: YamlFile, problems: ConfigProblem[]): void {
  const key =
    /^\d+$/.test(error.property) && Array.isArray(error.target) ? Number(error.property) : error.property;
  const path = [...at, key];
  for (const [constraint, text] of Object.entries(error.constraints ?? {})) {
    problems.push(
      file.problem(
        path,
        constraint === 'whitelistValidation' ? unknownKey(error) : sentence(text, error.property),
      ),
    );
  }
  for (const child of error.children ?? []) report(child, path, file, problems);
}

function unknownKey(error: ValidationError): string {
  const known = knownKeys(error.target);
  const meant = nearest(error.property, known);
  return meant
    ? `is not a setting; did you mean "${meant}"?`
    : `is not a setting here. Settings: ${known.join(', ')}`;
}

function knownKeys(target: object | undefined): string[] {
  if (!target) return [];
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))].sort();
}

/** class-validator begins its messages with the property, which the report names already. */
function sentence(text: string, property: string): string {
  return text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
}
