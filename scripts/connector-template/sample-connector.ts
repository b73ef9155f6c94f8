import {
  composePlan,
  ConnectorError,
  refuseAborted,
  type Applied,
  type Connector,
  type DesiredAccount,
  type EdgeOutcome,
  type Finding,
  type GroupAccount,
  type KnownAccount,
  type LeaverPolicy,
  type ListedAccount,
  type Lists,
  type Match,
  type MembershipEdge,
  type Plan,
  type PlannedChange,
  type ResourceKind,
  type Subject,
} from '../../src/connectors/connector-kit.js';
import type { SampleAccount, SampleApplication } from './sample-application.js';

/** What `execute` carries out. Nobody else looks into it. */
type Step =
  | { kind: 'create'; type: ResourceKind; account: Omit<SampleAccount, 'id'> }
  | { kind: 'update'; type: ResourceKind; account: SampleAccount }
  | { kind: 'delete'; type: ResourceKind; anchor: string };

export class SampleConnector implements Connector, Lists {
  constructor(private readonly application: SampleApplication) {}

  /** Connects, signs in, proves rights; changes nothing. */
  async check(): Promise<Finding[]> {
    try {
      const users = await this.application.all('User');
      return [{ severity: 'ok', subject: 'connection', detail: `${users.length} users` }];
    } catch (error) {
      return [{ severity: 'error', subject: 'connection', detail: (error as Error).message }];
    }
  }

  /** Our own stamp first: a create whose answer was lost is found by it. Then the rules that the mapping opts into. */
  async match(subject: Subject, signal: AbortSignal): Promise<Match> {
    refuseAborted(signal);
    const stamped = await this.application.find(subject.kind, ({ stamp }) => stamp === subject.stamp);
    if (stamped.length > 0) return one(stamped, 'stamp', subject);
    for (const { attribute, value } of subject.match) {
      const found = await this.application.find(
        subject.kind,
        ({ attributes }) => attributes[attribute] === value,
      );
      if (found.length > 0) return one(found, attribute, subject);
    }
    return { kind: 'none' };
  }

  /** Reads the account and says what would be written. */
  async plan(subject: Subject, known: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    refuseAborted(signal);
    const account = known && (await this.existing(subject.kind, known.anchor));
    const { desired } = subject;
    if ('removal' in desired) return planRemoval(subject.kind, desired.removal.policy, account);
    return account ? planUpdate(subject, desired, account) : planCreate(subject, desired);
  }

  async planMembers(
    group: GroupAccount,
    edges: readonly MembershipEdge[],
    signal: AbortSignal,
  ): Promise<Plan> {
    refuseAborted(signal);
    const account = await this.existing('Group', group.anchor);
    const members = new Set(account.members);
    const refused: EdgeOutcome[] = [];
    const changes: PlannedChange[] = [];
    for (const edge of edges) {
      if (members.has(edge.memberAnchor) === edge.present) continue;
      if (edge.present && !(await this.application.get(edge.memberKind, edge.memberAnchor)))
        refused.push(refusal(edge));
      else if (edge.present) members.add(edge.memberAnchor);
      else members.delete(edge.memberAnchor);
    }
    for (const id of members)
      if (!account.members.includes(id)) changes.push({ attribute: 'members', old: [], new: [id] });
    const removed = account.members.filter((id) => !members.has(id));
    changes.push(...removed.map((id) => ({ attribute: 'members', old: [id], new: [] })));
    const step: Step = { kind: 'update', type: 'Group', account: { ...account, members: [...members] } };
    return composePlan({
      action: changes.length > 0 ? 'members' : 'none',
      anchor: group.anchor,
      account: group.label,
      changes,
      memberRemovals: removed.length,
      steps: step,
      edges: refused,
    });
  }

  /** Does what was planned; the only method that writes. */
  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    refuseAborted(signal);
    const step = plan.steps as Step | undefined;
    const nothing = { facts: {}, warnings: [] };
    if (!step) return { anchor: plan.anchor, ...nothing };
    if (step.kind === 'create') {
      const anchor = await this.application.create(step.type, step.account);
      return { anchor, createdByUs: true, ...nothing };
    }
    if (step.kind === 'delete') {
      await this.application.remove(step.type, step.anchor);
      return nothing;
    }
    await this.application.update(step.type, step.account);
    return { anchor: step.account.id, ...nothing };
  }

  /** Optional: for reconcile and import. */
  async *list(kind: ResourceKind): AsyncIterable<ListedAccount> {
    for (const { id, stamp, enabled, attributes, members } of await this.application.all(kind)) {
      yield {
        anchor: id,
        ...(stamp === undefined ? {} : { stamp }),
        description: attributes.name ?? id,
        enabled,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]])),
        members: each(members),
      };
    }
  }

  async close(): Promise<void> {}

  private async existing(kind: ResourceKind, anchor: string): Promise<SampleAccount> {
    const account = await this.application.get(kind, anchor);
    if (!account) throw new ConnectorError({ kind: 'missing', detail: `there is no ${kind} ${anchor}` });
    return account;
  }
}

/** An empty list of values clears; `apply: create` is for new accounts only; a pending reference waits. */
function attributesOf(desired: DesiredAccount, former: SampleAccount | undefined): Record<string, string> {
  const attributes = { ...former?.attributes };
  const set = (name: string, value: string | undefined, apply: 'always' | 'create') => {
    if (former && apply === 'create') return;
    if (value === undefined) delete attributes[name];
    else attributes[name] = value;
  };
  for (const [name, { value, apply }] of Object.entries(desired.unique)) set(name, value, apply);
  for (const { name, values, apply } of desired.attributes) set(name, values[0]?.toString(), apply);
  for (const { attribute, anchors, pending } of desired.references) {
    if (pending.length === 0) set(attribute, anchors[0], 'always');
  }
  return attributes;
}

function planCreate(subject: Subject, desired: DesiredAccount): Plan {
  const { kind: type, stamp } = subject;
  const account = {
    stamp,
    enabled: desired.enabled ?? true,
    attributes: attributesOf(desired, undefined),
    members: [],
  };
  const steps: Step = { kind: 'create', type, account };
  return composePlan({
    action: 'create',
    account: subject.label,
    changes: changesOf({}, account.attributes, desired),
    steps,
  });
}

function planUpdate(subject: Subject, desired: DesiredAccount, former: SampleAccount): Plan {
  const account = {
    ...former,
    enabled: desired.enabled ?? former.enabled,
    attributes: attributesOf(desired, former),
  };
  const changes = changesOf(former.attributes, account.attributes, desired);
  const anchor = former.id;
  const switched = former.enabled !== account.enabled;
  if (switched)
    changes.push({ attribute: 'enabled', old: [`${former.enabled}`], new: [`${account.enabled}`] });
  if (changes.length === 0) return composePlan({ action: 'none', anchor });
  return composePlan({
    action: !switched ? 'update' : account.enabled ? 'enable' : 'disable',
    anchor,
    account: former.attributes.name,
    changes,
    disables: switched && !account.enabled ? 1 : 0,
    steps: { kind: 'update', type: subject.kind, account } satisfies Step,
  });
}

function planRemoval(type: ResourceKind, policy: LeaverPolicy, account: SampleAccount | undefined): Plan {
  if (!account || policy === 'retain') return composePlan({ action: 'none', anchor: account?.id });
  const anchor = account.id;
  if (policy === 'delete') {
    const steps: Step = { kind: 'delete', type, anchor };
    return composePlan({ action: 'delete', anchor, account: account.attributes.name, deletes: 1, steps });
  }
  // A kind that cannot be disabled stays as it is.
  if (type !== 'User' || !account.enabled) return composePlan({ action: 'none', anchor });
  const steps: Step = { kind: 'update', type, account: { ...account, enabled: false } };
  const changes = [{ attribute: 'enabled', old: ['true'], new: ['false'] }];
  return composePlan({
    action: 'disable',
    anchor,
    account: account.attributes.name,
    changes,
    disables: 1,
    steps,
  });
}

function changesOf(
  former: Record<string, string>,
  wanted: Record<string, string>,
  desired: DesiredAccount,
): PlannedChange[] {
  const secret = new Set(desired.attributes.filter((one) => one.secret).map(({ name }) => name));
  const names = [...new Set([...Object.keys(former), ...Object.keys(wanted)])];
  const seen = (name: string, value: string | undefined) =>
    value === undefined ? [] : [secret.has(name) ? '•••' : value];
  return names
    .filter((name) => former[name] !== wanted[name])
    .map((name) => ({ attribute: name, old: seen(name, former[name]), new: seen(name, wanted[name]) }));
}

/** One account is adopted; several, and whoever bears another stamp, are refused. */
function one(found: readonly SampleAccount[], rule: string, subject: Subject): Match {
  const [account] = found;
  if (!account || found.length > 1) {
    return {
      kind: 'refused',
      detail: `${found.length} accounts match by ${rule}; more than one is never guessed`,
    };
  }
  if (account.stamp !== undefined && account.stamp !== subject.stamp) {
    return { kind: 'refused', detail: `the account bears the stamp ${account.stamp}` };
  }
  return { kind: 'found', anchor: account.id, rule, description: account.attributes.name ?? account.id };
}

function refusal({ memberId, memberAnchor }: MembershipEdge): EdgeOutcome {
  const detail = `there is no account ${memberAnchor}`;
  return { memberId, kind: 'failed', error: { kind: 'rejected', detail, outcomeKnown: true } };
}

async function* each(values: readonly string[]): AsyncIterable<string> {
  yield* values;
}
