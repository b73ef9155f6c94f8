import { createHash } from 'node:crypto';
import type { EdgeOutcome, Plan, PlanAction, PlannedChange } from './connector.js';

export interface PlanParts {
  action: PlanAction;
  anchor?: string;
  account?: string;
  changes?: readonly PlannedChange[];
  disables?: number;
  deletes?: number;
  memberRemovals?: number;
  /** Read by the connector's own `execute`. */
  steps?: unknown;
  edges?: readonly EdgeOutcome[];
}

/**
 * A plan with its digest. The digest is made of what a person sees, not of the steps: those hold secrets, and an
 * allowed plan stays allowed when only a generated password differs.
 */
export function composePlan(parts: PlanParts): Plan {
  const { action, anchor, account, changes = [], steps, edges } = parts;
  const seen = changes.map((change) => [change.attribute, change.old, change.new, change.note]);
  return {
    action,
    ...(anchor === undefined ? {} : { anchor }),
    ...(account === undefined ? {} : { account }),
    changes,
    effects: {
      disables: parts.disables ?? 0,
      deletes: parts.deletes ?? 0,
      memberRemovals: parts.memberRemovals ?? 0,
    },
    digest: createHash('sha256')
      .update(JSON.stringify([action, anchor, account, seen]))
      .digest('base64url'),
    steps,
    ...(edges === undefined ? {} : { edges }),
  };
}

/** What plan and log show in place of a secret value. */
export const HIDDEN = '•••';

export function shown(values: readonly string[], secret: boolean | undefined): readonly string[] {
  return secret ? values.map(() => HIDDEN) : values;
}
