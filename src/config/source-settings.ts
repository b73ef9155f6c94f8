import { checkClass } from './check-class.js';
import type { ConfigFolder } from './config-folder.js';
import type { SettingsClass } from './describe-class.js';
import type { SourceFile } from './files.js';
import { nearest } from './nearest.js';
import type { Path, TextPosition, YamlFile } from './yaml-file.js';

/** Something that is wrong in the settings of a source. */
export interface SourceFault {
  /** Keys within `settings`. */
  path: Path;
  detail: string;
  /** Within the text at that path. */
  position?: TextPosition;
}

/** A kind of source whose settings are checked. */
export interface SourceKind {
  kind: string;
  Settings: SettingsClass;
  check(settings: object): readonly SourceFault[];
}

/** The settings of a source as its kind wants them. A kind without settings (people come by HTTP) keeps them as they are. */
export function checkSourceSettings(
  source: SourceFile,
  file: YamlFile,
  folder: ConfigFolder,
  kinds: readonly SourceKind[],
): void {
  const kind = kinds.find((one) => one.kind === source.kind);
  if (!kind) {
    const names = kinds.map((one) => one.kind);
    const meant = typeof source.kind === 'string' ? nearest(source.kind, names) : undefined;
    if (meant !== undefined)
      folder.report(file.name, ['kind'], `is no kind of source; did you mean "${meant}"?`);
    return;
  }
  const before = folder.problems.length;
  const settings = checkClass(kind.Settings, source.settings, file, ['settings'], folder.problems);
  source.settings = settings as Record<string, unknown>;
  if (folder.problems.length > before) return;
  for (const { path, detail, position } of kind.check(settings)) {
    const at = ['settings', ...path];
    folder.problems.push(position ? file.problemWithin(at, position, detail) : file.problem(at, detail));
  }
}
