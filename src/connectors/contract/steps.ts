import { strict as assert } from 'node:assert';
import {
  ConnectorError,
  type Applied,
  type ConnectorErrorKind,
  type KnownAccount,
  type MembershipEdge,
  type Plan,
  type ResourceKind,
  type Subject,
} from '../connector.js';
import type { ContractHarness, Traits } from './harness.js';

let counter = 0;

/** Names that no other case uses, so cases may share one target and run in any order. */
export function fresh(prefix: string): { id: string; name: string } {
  const number = (Date.now() * 1000 + counter++).toString(16);
  return { id: `01920000-0000-7000-8000-${number.slice(-12)}`, name: `${prefix}-${number}` };
}

/** What delivery does with one resource, in order; the parts a case looks at are returned. */
export class Steps {
  private readonly marks = new Map<string, string>();

  constructor(readonly harness: ContractHarness) {}

  private signal(): AbortSignal {
    return AbortSignal.timeout(30_000);
  }

  match(subject: Subject) {
    return this.harness.connector().match(subject, this.signal());
  }

  /** With the mark of the first attempt to write the same password, as delivery keeps it. */
  async plan(subject: Subject, account?: KnownAccount): Promise<Plan> {
    const key = JSON.stringify([subject.resourceId, subject.password?.value]);
    const mark = this.marks.get(key);
    const marked: Subject =
      subject.password && mark !== undefined
        ? { ...subject, password: { ...subject.password, mark } }
        : subject;
    const plan = await this.harness.connector().plan(marked, account, this.signal());
    if (plan.passwordMark !== undefined) this.marks.set(key, plan.passwordMark);
    return plan;
  }

  execute(plan: Plan): Promise<Applied> {
    return this.harness.connector().execute(plan, this.signal());
  }

  async apply(subject: Subject, account?: KnownAccount): Promise<{ plan: Plan; account: KnownAccount }> {
    const plan = await this.plan(subject, account);
    if (plan.action === 'none')
      return { plan, account: account ?? { anchor: plan.anchor ?? '', createdByUs: true } };
    const applied = await this.execute(plan);
    const anchor = applied.anchor ?? account?.anchor;
    assert.ok(anchor, 'execute names the anchor of what it wrote');
    return { plan, account: { anchor, createdByUs: applied.createdByUs ?? account?.createdByUs ?? true } };
  }

  async create(
    kind: ResourceKind,
    traits: Partial<Traits> = {},
  ): Promise<{ traits: Traits; account: KnownAccount }> {
    const full: Traits = {
      ...fresh('kit'),
      title: 'Engineer',
      ...(kind === 'User' ? { enabled: true } : {}),
      ...traits,
    };
    const { account } = await this.apply(this.harness.subject(kind, full));
    return { traits: full, account };
  }

  removal(kind: ResourceKind, traits: Traits, policy: 'delete' | 'disable' | 'retain'): Subject {
    return { ...this.harness.subject(kind, traits), desired: { removal: { policy } }, match: [] };
  }

  planMembers(
    group: { traits: Traits; account: KnownAccount },
    edges: readonly MembershipEdge[],
  ): Promise<Plan> {
    const subject = this.harness.subject('Group', group.traits);
    const account = { ...group.account, resourceId: subject.resourceId, label: subject.label };
    return this.harness.connector().planMembers(account, edges, this.signal());
  }

  async applyMembers(group: { traits: Traits; account: KnownAccount }, edges: readonly MembershipEdge[]) {
    const plan = await this.planMembers(group, edges);
    const applied = plan.action === 'none' ? undefined : await this.execute(plan);
    return { plan, outcomes: [...(plan.edges ?? []), ...(applied?.edges ?? [])] };
  }

  edge(
    member: { traits: Traits; account: KnownAccount },
    present: boolean,
    kind: ResourceKind = 'User',
  ): MembershipEdge {
    const { resourceId } = this.harness.subject(kind, member.traits);
    return { memberId: resourceId, memberKind: kind, memberAnchor: member.account.anchor, present };
  }

  async members(group: { account: KnownAccount }): Promise<string[]> {
    const seen = await this.harness.read('Group', group.account.anchor);
    return [...(seen?.members ?? [])].sort();
  }

  read(kind: ResourceKind, account: KnownAccount) {
    return this.harness.read(kind, account.anchor);
  }
}

export function isQuiet(plan: Plan): void {
  assert.equal(
    plan.action,
    'none',
    `a second plan writes nothing, but it has ${JSON.stringify(plan.changes)}`,
  );
  assert.deepEqual(plan.effects, { disables: 0, deletes: 0, memberRemovals: 0 });
}

export async function failsWith(
  kind: ConnectorErrorKind,
  work: () => Promise<unknown>,
): Promise<ConnectorError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof ConnectorError, `a ConnectorError is thrown, not ${String(error)}`);
    assert.equal(error.kind, kind, error.detail);
    assert.notEqual(error.detail, '', 'an error has a detail for the administrator');
    return error;
  }
  throw new assert.AssertionError({ message: `fails with ${kind}` });
}
