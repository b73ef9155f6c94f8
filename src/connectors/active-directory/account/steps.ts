import { createHash } from 'node:crypto';
import type { PasswordToSet, PlannedChange, ResourceKind, UniqueValue } from '../../connector.js';
import type { EntryValue } from '../session/entry.js';

export interface AttributeWrite {
  name: string;
  values: readonly EntryValue[];
}

/** What `execute` is to do with one account, in this order. */
export interface AccountSteps {
  type: 'account';
  kind: ResourceKind;
  label: string;
  stamp: string;
  /** See `Subject`. */
  formerStamps?: readonly string[];
  /** The account; absent for a create. */
  guid?: string;
  createdByUs: boolean;
  create?: CreateStep;
  /** Class that an adopted group needs to bear the stamp among the writes. */
  addClass?: string;
  writes: readonly AttributeWrite[];
  password?: PasswordToSet;
  enable?: boolean;
  /** The name and place it is to have. */
  place?: { name: string; parent: string };
  /** GUIDs of the groups it leaves. */
  leaves: readonly string[];
  /** Where a deleted account comes back. */
  restore?: { dn: string };
  remove?: { withChildren: boolean };
  unique: Readonly<Record<string, UniqueValue>>;
  warnings: readonly string[];
}

export interface CreateStep {
  name: string;
  parent: string;
  enabled: boolean;
}

/** As a person reads it. Binary values are shown by their size, secret ones not at all. */
export function shown(values: readonly EntryValue[], secret = false): string[] {
  if (secret) return values.map(() => '•••');
  return values.map((value) => (typeof value === 'string' ? value : `${value.length} bytes`));
}

/** Equal plans have equal digests: secrets are in it by their presence, bytes by their digest. */
export function digestOf(steps: AccountSteps, changes: readonly PlannedChange[]): string {
  const writes = steps.writes.map(({ name, values }) => [
    name,
    values.map((value) => (typeof value === 'string' ? value : hash(value))),
  ]);
  return hash(
    JSON.stringify([
      steps.guid ?? null,
      steps.create ?? null,
      writes,
      Boolean(steps.password),
      steps.enable ?? null,
      steps.place ?? null,
      steps.leaves,
      steps.remove ?? null,
      steps.restore ?? null,
      changes,
    ]),
  );
}

export function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url');
}
