import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkClass } from './check-class.js';
import type { SettingsClass } from './describe-class.js';
import { nearest } from './nearest.js';
import { printable } from './printable.js';
import type { ConfigProblem } from './problem.js';
import { resolveReferences } from './references.js';
import { printPath, YamlFile, type Path } from './yaml-file.js';

export interface FolderOptions {
  env: NodeJS.ProcessEnv;
  /** Secrets and files are not looked up. */
  withoutSecrets: boolean;
}

const yamlName = /\.ya?ml$/;
/** One file for each module; the rest stands in `targets`, `sources` and `schemas`. */
export const fileNames = [
  'server.yaml',
  'auth.yaml',
  'store.yaml',
  'scim.yaml',
  'delivery.yaml',
  'events.yaml',
  'rule-groups.yaml',
  'authority.yaml',
] as const;

/** The files of a configuration folder, read once, and everything that is wrong in them. */
export class ConfigFolder {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  private readonly files = new Map<string, YamlFile>();

  constructor(
    readonly path: string,
    readonly options: FolderOptions,
  ) {
    if (existsSync(path)) this.strangers();
    else this.report('.', [], 'the folder does not exist; name another with --config or LANDFALL_CONFIG');
  }

  /** A module's file, with the references that stand in it and with what they name. One that is absent has its defaults. */
  read<T extends object>(name: string, type: SettingsClass<T>): { settings: T; unresolved: object } {
    const file = existsSync(join(this.path, name)) ? this.parse(name) : undefined;
    if (!file?.readable) return { settings: new type(), unresolved: new type() };
    const settings = checkClass(type, file.content, file, [], this.problems);
    const unresolved = printable(settings);
    this.resolve(settings, file, []);
    return { settings, unresolved };
  }

  parse(name: string): YamlFile {
    const file = new YamlFile(name, readFileSync(join(this.path, name), 'utf8'));
    this.files.set(name, file);
    this.problems.push(...file.problems);
    return file;
  }

  /** `targets/ad.yaml`, … in the order of their names. The name without its ending is the target's or source's. */
  yamlFiles(folder: string): string[] {
    const files = this.list(folder, yamlName);
    const first = new Map<string, string>();
    return files.filter((file) => {
      const name = file.replace(yamlName, '');
      const other = first.get(name);
      if (other === undefined) first.set(name, file);
      else this.report(file, [], `bears the same name as ${other}: one of the two has to go`);
      return other === undefined;
    });
  }

  schemas(): { file: string; content: unknown }[] {
    return this.list('schemas', /\.json$/).flatMap((name) => {
      try {
        return [{ file: name, content: JSON.parse(readFileSync(join(this.path, name), 'utf8')) as unknown }];
      } catch (error) {
        this.report(name, [], `is not JSON: ${(error as Error).message}`);
        return [];
      }
    });
  }

  /** Replaces references to secrets and files by what they name; those of a target that is off are only looked at. */
  resolve(instance: object, file: YamlFile, at: Path, off = false): void {
    const options = off ? { ...this.options, withoutSecrets: true } : this.options;
    const { problems, warnings } = resolveReferences(instance, this.path, options);
    for (const { path, detail } of problems) this.problems.push(file.problem([...at, ...path], detail));
    for (const { path, detail } of warnings) this.warnings.push(file.problem([...at, ...path], detail));
  }

  /** A problem at a key, wherever it stands in the file. */
  report(name: string, path: Path, detail: string): void {
    const file = this.files.get(name) ?? new YamlFile(name, '');
    this.problems.push(file.problem(path, detail));
  }

  warn(name: string, path: Path, detail: string): void {
    const file = this.files.get(name) ?? new YamlFile(name, '');
    this.warnings.push(file.problem(path, detail));
  }

  /** Something was found at this key, or within it, already. */
  reported(name: string, path: Path): boolean {
    const key = printPath(path);
    return this.problems.some(
      (problem) => problem.file === name && (problem.key === key || problem.key.startsWith(`${key}.`)),
    );
  }

  /** Every problem once, in the order in which a person walks through the files. */
  sorted(): ConfigProblem[] {
    const order = ['.', ...fileNames] as string[];
    const rank = ({ file }: ConfigProblem) => (order.includes(file) ? order.indexOf(file) : order.length);
    const distinct = new Map(this.problems.map((problem) => [JSON.stringify(problem), problem]));
    return [...distinct.values()].sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
        a.line - b.line ||
        a.column - b.column,
    );
  }

  private list(folder: string, pattern: RegExp): string[] {
    if (!existsSync(join(this.path, folder))) return [];
    return readdirSync(join(this.path, folder))
      .filter((name) => pattern.test(name) && !name.startsWith('.'))
      .sort()
      .map((name) => `${folder}/${name}`);
  }

  /** A misspelt file would silently mean its defaults. */
  private strangers(): void {
    for (const name of readdirSync(this.path).filter((one) => yamlName.test(one) && !one.startsWith('.'))) {
      if ((fileNames as readonly string[]).includes(name)) continue;
      const meant = nearest(name, fileNames);
      this.report(
        name,
        [],
        `is not a configuration file${meant === undefined ? `; files: ${fileNames.join(', ')}` : `; did you mean "${meant}"?`}`,
      );
    }
  }
}
