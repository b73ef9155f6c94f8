import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isFilePath, isSecret } from '../connectors/setting.js';
import { isReference, resolveSecret } from './secrets.js';
import type { FolderOptions } from './config-folder.js';
import type { Path } from './yaml-file.js';

interface Finding {
  path: Path;
  detail: string;
}

interface Findings {
  problems: Finding[];
  warnings: Finding[];
}

/** Replaces references to secrets by their values and paths by absolute ones, through nested blocks. */
export function resolveReferences(instance: object, folder: string, options: FolderOptions): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  for (const { holder, name, path } of textsOf(instance, [])) {
    const type = holder.constructor;
    if (isSecret(type, name)) secret(holder, name, path, folder, options, findings);
    else if (isFilePath(type, name)) filePath(holder, name, path, folder, options, findings);
  }
  return findings;
}

function secret(
  holder: object,
  name: string,
  path: Path,
  folder: string,
  { env, withoutSecrets }: FolderOptions,
  { problems, warnings }: Findings,
): void {
  const given: unknown = Reflect.get(holder, name);
  if (withoutSecrets && isReference(given)) return;
  const resolved = resolveSecret(given, folder, env);
  if ('problem' in resolved) return void problems.push({ path, detail: resolved.problem });
  if (resolved.warning !== undefined) warnings.push({ path, detail: resolved.warning });
  Reflect.set(holder, name, resolved.value);
}

function filePath(
  holder: object,
  name: string,
  path: Path,
  folder: string,
  { withoutSecrets }: FolderOptions,
  { problems }: Findings,
): void {
  const given = String(Reflect.get(holder, name));
  const absolute = isAbsolute(given) ? given : join(folder, given);
  Reflect.set(holder, name, absolute);
  if (withoutSecrets) return;
  try {
    accessSync(absolute, constants.R_OK);
  } catch (error) {
    problems.push({
      path,
      detail: `the file ${given} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    });
  }
}

interface Text {
  holder: object;
  name: string;
  path: Path;
}

function textsOf(holder: object, at: Path): Text[] {
  return Object.entries(holder).flatMap(([name, value]: [string, unknown]) => {
    const path = [...at, Array.isArray(holder) ? Number(name) : name];
    if (typeof value === 'string') return Array.isArray(holder) ? [] : [{ holder, name, path }];
    return typeof value === 'object' && value !== null ? textsOf(value, path) : [];
  });
}
