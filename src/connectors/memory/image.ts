import type { DesiredAccount, Subject, TargetValue } from '../connector.js';
import type { PlannedChange } from '../connector.js';
import { HIDDEN, shown } from '../compose-plan.js';
import type { MemoryAccount } from './memory-target.js';

/** What is to be written into one attribute. */
export interface Write {
  attribute: string;
  values: readonly string[];
  apply: 'always' | 'create';
  mapping: string;
  secret?: boolean;
}

function text(value: TargetValue): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Plain values, unique values and references are all attributes in the end. A pending reference is left for later. */
export function writesOf(desired: DesiredAccount): Write[] {
  return [
    ...Object.entries(desired.unique).map(([attribute, { value, apply, mapping }]) => ({
      attribute,
      values: [value],
      apply,
      mapping,
    })),
    ...desired.attributes.map(({ name, values, ...rest }) => ({
      ...rest,
      attribute: name,
      values: values.map(text),
    })),
    ...desired.references
      .filter(({ anchors, pending }) => anchors.length > 0 || pending.length === 0)
      .map(({ attribute, anchors, mapping }) => ({
        attribute,
        values: anchors,
        apply: 'always' as const,
        mapping,
      })),
  ];
}

/** The writes that would change something. `account` undefined: all of a create. */
export function differing(writes: readonly Write[], account: MemoryAccount | undefined): Write[] {
  if (!account) return writes.filter(({ values }) => values.length > 0);
  return writes.filter(
    ({ attribute, values, apply }) =>
      apply === 'always' && JSON.stringify(account.attributes[attribute] ?? []) !== JSON.stringify(values),
  );
}

export function changesOf(
  writes: readonly Write[],
  account: MemoryAccount | undefined,
  subject: Subject,
): PlannedChange[] {
  const changes: PlannedChange[] = writes.map(({ attribute, values, mapping, secret }) => ({
    attribute,
    old: shown(account?.attributes[attribute] ?? [], secret),
    new: shown(values, secret),
    mapping,
  }));
  if (subject.password) changes.push({ attribute: 'password', old: [], new: [HIDDEN] });
  return changes;
}
