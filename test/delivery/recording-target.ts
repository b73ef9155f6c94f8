import { createHash, randomUUID } from 'node:crypto';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type GroupAccount,
  type KnownAccount,
  type Match,
  type MembershipEdge,
  type Plan,
  type Subject,
} from '../../src/connectors/connector.js';
import type { ConnectorKind } from '../../src/connectors/kind.js';

export interface RecordedAccount {
  anchor: string;
  stamp: string;
  enabled: boolean;
  attributes: Record<string, string>;
  members: Set<string>;
  password?: string;
}

type Step =
  | { kind: 'create'; subject: Subject }
  | { kind: 'update'; anchor: string; subject: Subject }
  | { kind: 'delete'; anchor: string; stamps: string[] }
  | { kind: 'disable'; anchor: string }
  | { kind: 'restore'; anchor: string }
  | { kind: 'members'; anchor: string; edges: readonly MembershipEdge[] };

/** A target in memory that writes down every operation and fails when it is told to: what delivery is tested against. */
export class RecordingTarget implements Connector {
  readonly accounts = new Map<string, RecordedAccount>();
  /** What is left of accounts that somebody deleted: memberships are not. */
  readonly deleted = new Map<string, RecordedAccount>();
  /** Every write that was carried out, in order. */
  readonly writes: string[] = [];
  /** Whoever is disabled leaves all groups. */
  stripsGroups = false;
  /** Called before each execute; throws what is to go wrong. */
  before: (plan: Plan) => Promise<void> | void = () => undefined;
  /** Called after an execute was carried out, before the answer: a throw loses the answer. */
  after: (plan: Plan) => Promise<void> | void = () => undefined;

  byName(name: string): RecordedAccount | undefined {
    return [...this.accounts.values()].find((account) => account.attributes.name === name);
  }

  async check() {
    return [];
  }

  async match(subject: Subject): Promise<Match> {
    const accounts = [...this.accounts.values()];
    const stamped = accounts.find((account) => account.stamp === subject.stamp);
    if (stamped) return { kind: 'found', anchor: stamped.anchor, rule: 'stamp', description: stamped.anchor };
    for (const { attribute: rule, value } of subject.match) {
      const found = accounts.find(({ attributes }) => attributes[rule] === value);
      if (found) return { kind: 'found', anchor: found.anchor, rule, description: found.anchor };
    }
    return { kind: 'none' };
  }

  async plan(subject: Subject, account: KnownAccount | undefined): Promise<Plan> {
    if (!account) return this.planned('create', { kind: 'create', subject });
    const known = this.accounts.get(account.anchor);
    if (!known) throw new ConnectorError({ kind: 'missing', detail: 'it is not there' });
    if ('removal' in subject.desired) {
      const { policy } = subject.desired.removal;
      const stamps = [subject.stamp, ...(subject.formerStamps ?? [])];
      if (policy === 'delete')
        return this.planned('delete', { kind: 'delete', anchor: account.anchor, stamps });
      if (policy === 'disable' && known.enabled)
        return this.planned('disable', { kind: 'disable', anchor: account.anchor });
      return this.planned('none', undefined, account.anchor);
    }
    const same =
      subject.stamp === known.stamp &&
      JSON.stringify(attributesOf(subject)) === JSON.stringify(known.attributes) &&
      (subject.desired.enabled ?? known.enabled) === known.enabled &&
      (subject.password === undefined || subject.password.value === known.password);
    return same
      ? this.planned('none', undefined, account.anchor)
      : this.planned('update', { kind: 'update', anchor: account.anchor, subject }, account.anchor);
  }

  async planRestore(_subject: Subject, { anchor }: KnownAccount): Promise<Plan> {
    if (!this.deleted.has(anchor)) throw new ConnectorError({ kind: 'rejected', detail: 'nothing is left' });
    return this.planned('restore', { kind: 'restore', anchor }, anchor);
  }

  /** As an administrator does behind the gateway's back. */
  deleteByHand(name: string): void {
    const account = this.byName(name)!;
    this.accounts.delete(account.anchor);
    this.accounts.forEach((group) => group.members.delete(account.anchor));
    this.deleted.set(account.anchor, account);
  }

  async planMembers(group: GroupAccount, edges: readonly MembershipEdge[]): Promise<Plan> {
    const known = this.accounts.get(group.anchor)!;
    const work = edges.filter((edge) => known.members.has(edge.memberAnchor) !== edge.present);
    if (work.length === 0) return this.planned('none', undefined, group.anchor);
    return this.planned('members', { kind: 'members', anchor: group.anchor, edges: work }, group.anchor);
  }

  async execute(plan: Plan): Promise<Applied> {
    await this.before(plan);
    const applied = this.carryOut(plan.steps as Step);
    await this.after(plan);
    return applied;
  }

  async close() {}

  private planned(action: Plan['action'], step: Step | undefined, anchor?: string): Plan {
    const removals =
      step?.kind === 'members'
        ? step.edges.filter((edge) => !edge.present).length
        : step?.kind === 'disable' && this.stripsGroups
          ? [...this.accounts.values()].filter(({ members }) => members.has(step.anchor)).length
          : 0;
    return {
      action,
      ...(anchor === undefined ? {} : { anchor }),
      changes: step ? [{ attribute: action, old: [], new: [] }] : [],
      effects: {
        disables: action === 'disable' ? 1 : 0,
        deletes: action === 'delete' ? 1 : 0,
        memberRemovals: removals,
      },
      digest: createHash('sha256')
        .update(JSON.stringify([action, step]))
        .digest('hex'),
      steps: step,
    };
  }

  private carryOut(step: Step): Applied {
    if (step.kind === 'create') return this.create(step.subject);
    if (step.kind === 'restore') return this.restore(step.anchor);
    const account = this.accounts.get(step.anchor)!;
    const name = account.attributes.name;
    if (step.kind === 'delete') {
      if (!step.stamps.includes(account.stamp))
        throw new ConnectorError({ kind: 'rejected', detail: 'it bears the mark of another resource' });
      this.accounts.delete(step.anchor);
      this.accounts.forEach((group) => group.members.delete(step.anchor));
      this.writes.push(`delete ${name}`);
      return { facts: {}, warnings: [] };
    }
    if (step.kind === 'members') {
      for (const edge of step.edges) {
        if (edge.present) account.members.add(edge.memberAnchor);
        else account.members.delete(edge.memberAnchor);
        this.writes.push(`${edge.present ? 'add' : 'remove'} member of ${name}`);
      }
      return { anchor: step.anchor, facts: {}, warnings: [] };
    }
    if (step.kind === 'disable') {
      account.enabled = false;
      if (this.stripsGroups) this.accounts.forEach((group) => group.members.delete(step.anchor));
    } else this.update(account, step.subject);
    this.writes.push(`${step.kind} ${account.attributes.name}`);
    return {
      anchor: step.anchor,
      facts: { name: account.attributes.name ?? '' },
      passwordSet: true,
      warnings: [],
    };
  }

  private restore(anchor: string): Applied {
    const account = this.deleted.get(anchor)!;
    this.deleted.delete(anchor);
    this.accounts.set(anchor, account);
    this.writes.push(`restore ${account.attributes.name}`);
    return { anchor, facts: {}, warnings: [] };
  }

  private create(subject: Subject): Applied {
    const account: RecordedAccount = {
      anchor: randomUUID(),
      stamp: subject.stamp,
      enabled: true,
      attributes: {},
      members: new Set(),
    };
    this.update(account, subject);
    if ([...this.accounts.values()].some((other) => other.attributes.name === account.attributes.name)) {
      throw new ConnectorError({
        kind: 'conflict',
        attribute: 'name',
        scimType: 'uniqueness',
        detail: 'the name is taken',
      });
    }
    this.accounts.set(account.anchor, account);
    this.writes.push(`create ${account.attributes.name}`);
    return {
      anchor: account.anchor,
      createdByUs: true,
      facts: { name: account.attributes.name ?? '' },
      passwordSet: Boolean(subject.password),
      warnings: [],
    };
  }

  private update(account: RecordedAccount, subject: Subject): void {
    account.stamp = subject.stamp;
    account.attributes = attributesOf(subject);
    if (!('removal' in subject.desired)) account.enabled = subject.desired.enabled ?? account.enabled;
    if (subject.password) account.password = subject.password.value;
  }

  async generatePassword(): Promise<string> {
    return `P-${randomUUID()}`;
  }
}

function attributesOf(subject: Subject): Record<string, string> {
  if ('removal' in subject.desired) return {};
  const { attributes, unique, references } = subject.desired;
  return Object.fromEntries([
    ...Object.entries(unique).map(([name, { value }]) => [name, value]),
    ...attributes.map(({ name, values }) => [name, values.map(String).join(',')]),
    ...references.map(({ attribute, anchors }) => [attribute, anchors.join(',')]),
  ]) as Record<string, string>;
}

export const recordingKind: ConnectorKind = {
  kind: 'recording',
  Settings: Object,
  defaultMapping: {
    User: {
      mapping: [
        { target: 'name', source: 'userName', unique: true },
        { target: 'title', source: 'title' },
        {
          target: 'manager',
          reference: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value',
        },
      ],
    },
    Group: { mapping: [{ target: 'name', source: 'displayName', unique: true }] },
  },
  nameSpace: (_settings, _kind, attribute) => (attribute === 'name' ? 'name' : undefined),
  fold: (_attribute, value) => value.toLowerCase(),
  create: () => new RecordingTarget(),
};
