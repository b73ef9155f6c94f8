import { basename } from 'node:path';
import type { ConnectorKind } from '../connectors/kind.js';
import { checkClass } from './check-class.js';
import type { ConfigFolder } from './config-folder.js';
import { ObjectBlock, TargetFile } from './files.js';
import { nearest } from './nearest.js';
import { revisionOf } from './revision.js';
import { printable } from './printable.js';
import type { Path, TextPosition, YamlFile } from './yaml-file.js';

/** A target file, checked; its settings are an instance of the kind's class with secrets resolved. */
export interface LoadedTarget {
  name: string;
  file: TargetFile;
  kind: ConnectorKind;
  settings: object;
  /** By resource type: `users` is User, `groups` is Group. */
  objects: Record<string, ObjectBlock>;
  /** Changes with everything in the file that changes what is delivered. */
  revision: string;
}

export interface MappingFault {
  /** Within the block: `mapping[1].expression`. */
  path: string;
  detail: string;
  /** Within the text at that path. */
  position?: TextPosition;
}

/** Checks the mapping of a target's block. */
export type CheckMapping = (
  target: TargetFile,
  kind: ConnectorKind,
  type: string,
  block: ObjectBlock,
) => readonly MappingFault[];

export interface TargetOptions {
  kinds: readonly ConnectorKind[];
  /** Finds what `kind:` names; default: by the words of `kinds`. Connectors of packages have a second name. */
  kindOf?(name: string): ConnectorKind | undefined;
  /** Why the connector that `kind:` names could not be loaded. */
  kindFailure?(name: string): string | undefined;
  checkMapping?: CheckMapping;
}

export interface ReadTarget extends LoadedTarget {
  /** The file with its defaults as a person may see it: secrets by reference. */
  shown: object;
}

/** Reads targets/*.yaml. Targets that are off are checked too, but nothing that they name is looked up. */
export class TargetReader {
  constructor(
    private readonly folder: ConfigFolder,
    private readonly options: TargetOptions,
  ) {}

  all(): ReadTarget[] {
    return this.folder.yamlFiles('targets').flatMap((name) => this.read(name) ?? []);
  }

  private read(name: string): ReadTarget | undefined {
    const file = this.folder.parse(name);
    if (!file.readable) return undefined;
    const target = checkClass(TargetFile, file.content, file, [], this.folder.problems);
    const kind = this.kindOf(target, name);
    if (!kind) return undefined;
    const settings = checkClass(kind.Settings, target.settings, file, ['settings'], this.folder.problems);
    target.settings = settings;
    const holds = (type: string) => kind.holds?.(settings, type) ?? true;
    const objects = this.objectsOf(target, kind, holds, file);
    this.checkMappings(file, target, kind, objects);
    this.checkPolicies(file, target, kind, objects);
    this.checkRestoring(file, target, kind, objects);
    const shown = printable(target);
    const revision = revisionOf(target, kind, settings, objects);
    this.folder.resolve(settings, file, ['settings'], !target.enabled);
    return {
      name: basename(name).replace(/\.ya?ml$/, ''),
      file: target,
      kind,
      settings,
      objects,
      revision,
      shown,
    };
  }

  private kindOf({ kind }: TargetFile, file: string): ConnectorKind | undefined {
    if (typeof kind !== 'string') return undefined;
    const { kinds, kindOf = (name) => kinds.find((one) => one.kind === name) } = this.options;
    const found = kindOf(kind);
    if (found) return found;
    const failure = this.options.kindFailure?.(kind);
    if (failure !== undefined) {
      this.folder.report(file, ['kind'], failure);
      return undefined;
    }
    const names = kinds.map((one) => one.kind);
    const meant = nearest(kind, names);
    const remedy = meant === undefined ? `; kinds: ${names.join(', ')}` : `; did you mean "${meant}"?`;
    this.folder.report(file, ['kind'], `is no kind of target${remedy}`);
    return undefined;
  }

  /** A file that names neither users nor groups nor resources delivers what the kind can. */
  private objectsOf(
    target: TargetFile,
    kind: ConnectorKind,
    holds: (type: string) => boolean,
    file: YamlFile,
  ): Record<string, ObjectBlock> {
    const { users, groups, resources = {} } = target;
    if (!users && !groups && Object.keys(resources).length === 0) {
      const types = Object.keys(kind.defaultMapping).filter(holds);
      return Object.fromEntries(types.map((type) => [type, new ObjectBlock()]));
    }
    const others = Object.entries(resources).map(([type, block]): [string, ObjectBlock] => [
      type,
      checkClass(ObjectBlock, block, file, ['resources', type], this.folder.problems),
    ]);
    const objects = {
      ...(users ? { User: users } : {}),
      ...(groups ? { Group: groups } : {}),
      ...Object.fromEntries(others),
    };
    for (const type of Object.keys(objects).filter((name) => !holds(name)))
      this.folder.report(
        file.name,
        keyOf(target, type),
        `settings name no place for resources of the type ${type}`,
      );
    return objects;
  }

  /** A policy that the target cannot carry out leaves the account as it is, which nobody is to find out later. */
  private checkPolicies(
    file: YamlFile,
    target: TargetFile,
    kind: ConnectorKind,
    objects: Record<string, ObjectBlock>,
  ): void {
    if (!kind.disables || this.folder.reported(file.name, ['settings'])) return;
    for (const [type, block] of Object.entries(objects)) {
      if (kind.disables(target.settings, type)) continue;
      for (const policy of ['onDelete', 'outOfScope'] as const) {
        if (block[policy] !== 'disable' || (policy === 'onDelete' && block.deleteAfter !== undefined))
          continue;
        const detail = `a ${type} cannot be disabled in this target, so it stays as it is; say "retain", or "delete"`;
        this.folder.warn(file.name, [...keyOf(target, type), policy], detail);
      }
    }
  }

  private checkRestoring(
    file: YamlFile,
    target: TargetFile,
    kind: ConnectorKind,
    objects: Record<string, ObjectBlock>,
  ): void {
    if (kind.restores) return;
    for (const [type, block] of Object.entries(objects)) {
      if (block.whenMissing !== 'restore') continue;
      const detail = `a target of kind ${kind.kind} keeps nothing of deleted accounts to restore; say "park", or "recreate"`;
      this.folder.report(file.name, [...keyOf(target, type), 'whenMissing'], detail);
    }
  }

  private checkMappings(
    file: YamlFile,
    target: TargetFile,
    kind: ConnectorKind,
    objects: Record<string, ObjectBlock>,
  ): void {
    for (const [type, block] of Object.entries(objects)) {
      const key = keyOf(target, type);
      for (const { path, detail, position } of this.options.checkMapping?.(target, kind, type, block) ?? []) {
        const at = [...key, ...mappingSteps(path)];
        // A line that cannot be read has been reported; what the mapping makes of the rest would only repeat it.
        if (at.length > 1 && this.folder.reported(file.name, at.slice(0, -1))) continue;
        const problem = position ? file.problemWithin(at, position, detail) : file.problem(at, detail);
        this.folder.problems.push(problem);
      }
    }
  }
}

/** `mapping[1].expression` as the keys that lead there. */
export const mappingSteps = (path: string): Path =>
  path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function keyOf(target: TargetFile, type: string): string[] {
  if (type === 'User' && target.users) return ['users'];
  if (type === 'Group' && target.groups) return ['groups'];
  return ['resources', type];
}
