import { createHash } from 'node:crypto';
import type {
  EdgeOutcome,
  GroupAccount,
  MembershipEdge,
  Plan,
  PlanAction,
  PlannedChange,
} from './connector.js';

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

/** The step of a plan of `composeMembersPlan`. */
export interface MembersStep {
  kind: 'members';
  anchor: string;
  edges: readonly MembershipEdge[];
}

/** A plan that writes `work`, the edges that are not so in the target yet; what is refused already is told with it. */
export function composeMembersPlan(
  { anchor, label }: GroupAccount,
  work: readonly MembershipEdge[],
  refused: readonly EdgeOutcome[] = [],
): Plan {
  const none: readonly string[] = [];
  return composePlan({
    action: work.length > 0 ? 'members' : 'none',
    anchor,
    account: label,
    changes: work.map(({ memberAnchor, present }) => ({
      attribute: 'members',
      old: present ? none : [memberAnchor],
      new: present ? [memberAnchor] : none,
    })),
    memberRemovals: work.filter(({ present }) => !present).length,
    steps: { kind: 'members', anchor, edges: work } satisfies MembersStep,
    edges: refused,
  });
}

/** What plan and log show in place of a secret value. */
export const HIDDEN = '•••';

export function shown(values: readonly string[], secret: boolean | undefined): readonly string[] {
  return secret ? values.map(() => HIDDEN) : values;
}
