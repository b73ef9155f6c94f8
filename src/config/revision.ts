import { createHash } from 'node:crypto';
import type { ConnectorKind } from '../connectors/kind.js';
import { isFilePath, isSecret } from '../connectors/setting.js';
import type { ObjectBlock, TargetFile } from './files.js';

/**
 * Digest of what decides how accounts look: kind, settings, mappings. Comments, secrets, local paths, speed and switches
 * leave it as it is, so that changing them re-evaluates nobody.
 */
export function revisionOf(
  target: TargetFile,
  kind: ConnectorKind,
  settings: object,
  objects: Record<string, ObjectBlock>,
): string {
  const whole = Object.entries(objects).map(([type, block]) => [
    type,
    { ...kind.defaultMapping[type], ...block },
  ]);
  const meaning = {
    kind: target.kind,
    domain: target.defaultDomain,
    settings,
    objects: Object.fromEntries(whole) as object,
  };
  return createHash('sha256')
    .update(JSON.stringify(canonical(meaning)))
    .digest('base64url')
    .slice(0, 16);
}

/** Keys in order, so that two files that say the same have one digest. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const type = value.constructor;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, inner]) =>
          inner !== undefined &&
          !(typeof inner === 'string' && (isSecret(type, name) || isFilePath(type, name))),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, canonical(inner)]),
  );
}
