import { shown } from '../compose-plan.js';
import type { DesiredAccount, PlannedChange, TargetValue } from '../connector.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { isObject, member, parsePath, readPath, type ScimPath } from './scim-path.js';

/** What is to be in one place of a resource. */
export interface ScimWrite {
  path: ScimPath;
  values: readonly Json[];
  old: readonly Json[];
  apply: 'always' | 'create';
  mapping?: string;
  secret?: boolean;
}

type Wanted = Omit<ScimWrite, 'old'>;

function jsonOf(value: TargetValue): Json {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

function wantedOf(desired: DesiredAccount): Wanted[] {
  const wanted: Wanted[] = [
    ...Object.entries(desired.unique).map(([name, { value, apply, mapping }]) => ({
      path: parsePath(name),
      values: [value],
      apply,
      mapping,
    })),
    ...desired.attributes.map(({ name, values, ...rest }) => ({
      ...rest,
      path: parsePath(name),
      values: values.map(jsonOf),
    })),
    ...desired.references
      .filter(({ anchors, pending }) => anchors.length > 0 || pending.length === 0)
      .map(({ attribute, anchors, mapping }) => ({
        path: parsePath(attribute),
        values: anchors,
        apply: 'always' as const,
        mapping,
      })),
  ];
  if (desired.enabled !== undefined) {
    wanted.push({ path: parsePath('active'), values: [desired.enabled], apply: 'always' });
  }
  return wanted;
}

/** The writes that would change `resource`; without one, everything a create says. */
export function writesFor(desired: DesiredAccount, resource: JsonObject | undefined): ScimWrite[] {
  const wanted = wantedOf(desired);
  if (!resource) {
    return wanted.filter(({ values }) => values.length > 0).map((write) => ({ ...write, old: [] }));
  }
  return wanted
    .filter(({ apply }) => apply === 'always')
    .map((write) => ({ ...write, old: current(resource, write.path) }))
    .filter(({ values, old }) => !sameValues(values, old));
}

/** A server that does not say whether an account is active has it active (RFC 7643 §4.1.1 leaves it to the server). */
function current(resource: JsonObject, path: ScimPath): Json[] {
  const found = readPath(resource, path);
  return found.length === 0 && path.text === 'active' ? [true] : found;
}

export function isActive(resource: JsonObject): boolean {
  return sameValue(true, current(resource, parsePath('active'))[0] ?? true);
}

function sameValues(wanted: readonly Json[], found: readonly Json[]): boolean {
  if (wanted.length !== found.length) return false;
  const left = [...found];
  return wanted.every((value) => {
    const index = left.findIndex((other) => sameValue(value, other));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** A server may add sub-attributes of its own ($ref, display) and spell Booleans as text. */
function sameValue(wanted: Json, found: Json): boolean {
  if (isObject(wanted)) {
    return (
      isObject(found) &&
      Object.entries(wanted).every(([name, value]) => sameValue(value, member(found, name) ?? null))
    );
  }
  if (isObject(found)) return false;
  if (typeof wanted === 'boolean') return String(found).toLowerCase() === String(wanted);
  return String(found) === String(wanted);
}

export function changesOf(writes: readonly ScimWrite[]): PlannedChange[] {
  return writes.map(({ path, old, values, mapping, secret }) => ({
    attribute: path.text,
    old: shown(old.map(text), secret),
    new: shown(values.map(text), secret),
    ...(mapping === undefined ? {} : { mapping }),
  }));
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
