import {
  ConnectorError,
  type DesiredAccount,
  type KnownAccount,
  type Plan,
  type PlanAction,
  type PlannedChange,
  type Subject,
} from '../../connector.js';
import type { DesiredValue } from './desired-values.js';
import { digestOf, shown, type AccountSteps } from './steps.js';

/** What a plan is made of while it grows. */
export interface Draft {
  steps: AccountSteps;
  changes: PlannedChange[];
  warnings: string[];
  /** See `Plan`. */
  password?: Pick<Plan, 'passwordMark' | 'passwordArrived'>;
}

/** Adds a write and shows it. */
export function addWrite(draft: Draft, value: DesiredValue, old: readonly string[]): void {
  draft.steps.writes = [...draft.steps.writes, { name: value.name, values: value.values }];
  const mapping = value.mapping === '' ? {} : { mapping: value.mapping };
  const shownValues = shown(value.values, value.secret);
  draft.changes.push({ attribute: value.name, old, new: shownValues, ...mapping });
}

export function draftOf(subject: Subject, account: KnownAccount | undefined, desired: DesiredAccount): Draft {
  const warnings: string[] = [];
  return {
    changes: [],
    warnings,
    steps: {
      type: 'account',
      kind: subject.kind,
      label: subject.label,
      stamp: subject.stamp,
      ...(account ? { guid: account.anchor } : {}),
      createdByUs: account?.createdByUs ?? true,
      writes: [],
      leaves: [],
      unique: desired.unique,
      warnings,
    },
  };
}

export function finished(
  { steps, changes, password }: Draft,
  action: PlanAction,
  account: string,
  anchor?: string,
): Plan {
  return {
    action,
    account,
    ...(anchor === undefined ? {} : { anchor }),
    changes,
    effects: { disables: action === 'disable' ? 1 : 0, deletes: 0, memberRemovals: 0 },
    digest: digestOf(steps, changes),
    steps,
    ...password,
  };
}

/** A value of our own, which no mapping line produced. */
export function own(name: string, values: string[]): DesiredValue {
  return { name, values, apply: 'always', mapping: '', secret: false };
}

/** The reserved name in the form in which it is written. */
export function uniqueWithName(desired: DesiredAccount, name: string): DesiredAccount['unique'] {
  return Object.fromEntries(
    Object.entries(desired.unique).map(([attribute, unique]) => [
      attribute.toLowerCase() === 'rdn' ? 'rdn' : attribute,
      attribute.toLowerCase() === 'rdn' ? { ...unique, value: name } : unique,
    ]),
  );
}

export function needsPassword(subject: Subject): ConnectorError {
  return new ConnectorError({
    kind: 'rejected',
    scimType: 'invalidValue',
    attribute: 'unicodePwd',
    detail: `"${subject.label}" cannot be enabled: the account has no password, and Windows refuses to enable an account without one.`,
    recommendedAction: 'Send a password, or set one in the domain.',
  });
}
