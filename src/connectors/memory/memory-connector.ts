import { refuseAborted } from '../abort.js';
import { composeMembersPlan, composePlan, type MembersStep } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type DesiredAccount,
  type EdgeOutcome,
  type Finding,
  type GroupAccount,
  type KnownAccount,
  type ListedAccount,
  type Lists,
  type Match,
  type MembershipEdge,
  type Plan,
  type ResourceKind,
  type Subject,
} from '../connector.js';
import { changesOf, differing, writesOf, type Write } from './image.js';
import type { MemoryAccount, MemoryTarget } from './memory-target.js';
import type { MemorySettings } from './settings.js';

/** What `execute` carries out: worked out while planning, never looked up again. */
type Step =
  | { kind: 'create'; subject: Subject; writes: readonly Write[]; enabled: boolean }
  | { kind: 'update'; anchor: string; writes: readonly Write[]; enabled?: boolean; subject?: Subject }
  | { kind: 'delete'; anchor: string }
  | MembersStep;

const plain = { facts: {}, warnings: [] };

/** The worked example: the whole contract against a map. */
export class MemoryConnector implements Connector, Lists {
  constructor(
    readonly target: MemoryTarget,
    private readonly settings: MemorySettings,
  ) {}

  async check(): Promise<Finding[]> {
    try {
      this.target.perform('read', () => undefined);
      return [
        { severity: 'ok', subject: 'connection', detail: `${this.target.accounts.size} accounts in memory` },
      ];
    } catch (error) {
      return [{ severity: 'error', subject: 'connection', detail: (error as Error).message }];
    }
  }

  async match(subject: Subject, signal: AbortSignal): Promise<Match> {
    refuseAborted(signal);
    return this.target.perform('read', () => {
      const stamped = this.target.find(subject.kind, ({ stamp }) => stamp === subject.stamp);
      if (stamped.length > 0) return one(stamped, 'stamp', subject);
      for (const { attribute, value } of subject.match) {
        const found = this.target.find(subject.kind, ({ attributes }) =>
          same(attributes[attribute]?.[0], value),
        );
        if (found.length > 0) return one(found, attribute, subject);
      }
      return { kind: 'none' };
    });
  }

  async plan(subject: Subject, known: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    refuseAborted(signal);
    const account = known && this.target.perform('read', () => this.existing(known.anchor));
    if ('removal' in subject.desired)
      return this.planRemoval(subject, subject.desired.removal.policy, account);
    return account ? planUpdate(subject, subject.desired, account) : planCreate(subject, subject.desired);
  }

  async planMembers(
    group: GroupAccount,
    edges: readonly MembershipEdge[],
    signal: AbortSignal,
  ): Promise<Plan> {
    refuseAborted(signal);
    const account = this.target.perform('read', () => this.existing(group.anchor));
    const wanted = [...new Map(edges.map((edge) => [edge.memberId, edge])).values()];
    const ghosts = wanted.filter(
      ({ present, memberAnchor }) => present && !this.target.accounts.has(memberAnchor),
    );
    const work = wanted.filter(
      (edge) => !ghosts.includes(edge) && account.members.has(edge.memberAnchor) !== edge.present,
    );
    return composeMembersPlan(group, work, ghosts.map(refusedGhost));
  }

  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    refuseAborted(signal);
    const step = plan.steps as Step | undefined;
    if (!step) return { anchor: plan.anchor, ...plain };
    if (step.kind === 'create') return this.target.perform('create', () => this.create(step));
    if (step.kind === 'delete') {
      this.target.perform('delete', () => this.target.remove(step.anchor));
      return plain;
    }
    if (step.kind === 'update') return this.target.perform('update', () => this.update(step));
    return this.target.perform('members', () => this.changeMembers(step));
  }

  async *list(kind: ResourceKind): AsyncIterable<ListedAccount> {
    for (const account of this.target.find(kind, () => true)) {
      yield {
        anchor: account.anchor,
        ...(account.stamp === undefined ? {} : { stamp: account.stamp }),
        description: label(account),
        enabled: account.enabled,
        attributes: account.attributes,
        members: each(account.members),
      };
    }
  }

  async close(): Promise<void> {}

  private planRemoval(subject: Subject, policy: string, account: MemoryAccount | undefined): Plan {
    const anchor = account?.anchor;
    if (!account || policy === 'retain') return composePlan({ action: 'none', anchor });
    if (policy === 'delete') {
      const step: Step = { kind: 'delete', anchor: account.anchor };
      return composePlan({ action: 'delete', anchor, account: label(account), deletes: 1, steps: step });
    }
    if (!account.enabled) return composePlan({ action: 'none', anchor });
    const step: Step = { kind: 'update', anchor: account.anchor, writes: [], enabled: false };
    return composePlan({
      action: 'disable',
      anchor,
      account: label(account),
      changes: [stateChange(false, true)],
      disables: 1,
      steps: step,
    });
  }

  private create({ subject, writes, enabled }: Step & { kind: 'create' }): Applied {
    this.refuseTaken(subject.kind, writes);
    const attributes = Object.fromEntries(writes.map(({ attribute, values }) => [attribute, values]));
    const password = subject.password?.value;
    const { kind, stamp } = subject;
    const account = this.target.insert({ kind, stamp, enabled, attributes, members: new Set(), password });
    return { anchor: account.anchor, createdByUs: true, passwordSet: password !== undefined, ...plain };
  }

  private update({ anchor, writes, enabled, subject }: Step & { kind: 'update' }): Applied {
    const account = this.existing(anchor);
    this.refuseTaken(account.kind, writes, account);
    for (const { attribute, values } of writes) {
      if (values.length > 0) account.attributes[attribute] = values;
      else delete account.attributes[attribute];
    }
    account.enabled = enabled ?? account.enabled;
    if (subject?.password) account.password = subject.password.value;
    return { anchor, passwordSet: subject?.password !== undefined, ...plain };
  }

  private changeMembers({ anchor, edges }: Step & { kind: 'members' }): Applied {
    const account = this.existing(anchor);
    for (const { memberAnchor, present } of edges) {
      if (present) account.members.add(memberAnchor);
      else account.members.delete(memberAnchor);
    }
    return { anchor, edges: edges.map(({ memberId }) => ({ memberId, kind: 'applied' })), ...plain };
  }

  private existing(anchor: string): MemoryAccount {
    const account = this.target.accounts.get(anchor);
    if (!account)
      throw new ConnectorError({ kind: 'missing', detail: `there is no account ${anchor} in memory` });
    return account;
  }

  private refuseTaken(kind: ResourceKind, writes: readonly Write[], own?: MemoryAccount): void {
    for (const { attribute, values } of writes.filter((write) =>
      this.settings.unique.includes(write.attribute),
    )) {
      const [holder] = this.target.find(
        kind,
        (account) => account !== own && same(account.attributes[attribute]?.[0], values[0]),
      );
      if (!holder) continue;
      throw new ConnectorError({
        kind: 'conflict',
        scimType: 'uniqueness',
        attribute,
        holder: holder.anchor,
        holderStamp: holder.stamp,
        detail: `${attribute} "${values[0]}" belongs to another account`,
      });
    }
  }
}

function planCreate(subject: Subject, desired: DesiredAccount): Plan {
  const writes = differing(writesOf(desired), undefined);
  const step: Step = { kind: 'create', subject, writes, enabled: desired.enabled ?? true };
  const changes = changesOf(writes, undefined, subject);
  return composePlan({ action: 'create', account: subject.label, changes, steps: step });
}

function planUpdate(subject: Subject, desired: DesiredAccount, account: MemoryAccount): Plan {
  const writes = differing(writesOf(desired), account);
  const changes = changesOf(writes, account, subject);
  const enabled = desired.enabled ?? account.enabled;
  if (enabled !== account.enabled) changes.push(stateChange(enabled, account.enabled));
  if (changes.length === 0) return composePlan({ action: 'none', anchor: account.anchor });
  const step: Step = { kind: 'update', anchor: account.anchor, writes, enabled, subject };
  return composePlan({
    action: enabled === account.enabled ? 'update' : enabled ? 'enable' : 'disable',
    anchor: account.anchor,
    account: label(account),
    changes,
    disables: account.enabled && !enabled ? 1 : 0,
    steps: step,
  });
}

function stateChange(enabled: boolean, before: boolean) {
  return { attribute: 'enabled', old: [String(before)], new: [String(enabled)] };
}

/** One account is adopted; several, or somebody else's, are refused. */
function one(found: readonly MemoryAccount[], rule: string, subject: Subject): Match {
  const [account] = found;
  if (!account || found.length > 1) {
    return {
      kind: 'refused',
      detail: `${found.length} accounts match by ${rule}; more than one is never guessed`,
    };
  }
  if (account.stamp !== undefined && account.stamp !== subject.stamp) {
    return { kind: 'refused', stamp: account.stamp, detail: `${label(account)} belongs to ${account.stamp}` };
  }
  return { kind: 'found', anchor: account.anchor, rule, description: label(account) };
}

function refusedGhost({ memberId, memberAnchor }: MembershipEdge): EdgeOutcome {
  const detail = `there is no account ${memberAnchor} in memory`;
  return { memberId, kind: 'failed', error: { kind: 'rejected', detail, outcomeKnown: true } };
}

function label(account: MemoryAccount): string {
  return account.attributes.userName?.[0] ?? account.attributes.displayName?.[0] ?? account.anchor;
}

function same(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && left.toLowerCase() === right?.toLowerCase();
}

async function* each(values: Iterable<string>): AsyncIterable<string> {
  yield* values;
}
