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
import type { SampleAccount, SampleApplication, SampleChange } from './sample-application.js';

/** What `execute` carries out. Nobody else looks into it. */
type Step =
  | { kind: 'create'; type: ResourceKind; account: Omit<SampleAccount, 'id'> }
  | { kind: 'update'; type: ResourceKind; anchor: string; change: SampleChange }
  | { kind: 'delete'; type: ResourceKind; anchor: string };

export class SampleConnector implements Connector, Lists {
  constructor(private readonly application: SampleApplication) {}

  /** Connects, signs in, proves rights; changes nothing. */
  async check(signal: AbortSignal): Promise<Finding[]> {
    try {
      await this.application.find('User', 'stamp', 'nobody', signal);
      return [{ severity: 'ok', subject: 'connection', detail: 'signed in, users can be searched' }];
    } catch (error) {
      return [{ severity: 'error', subject: 'connection', detail: (error as Error).message }];
    }
  }

  /** Our own stamp first: a create whose answer was lost is found by it. Then the rules that the mapping opts into. */
  async match(subject: Subject, signal: AbortSignal): Promise<Match> {
    refuseAborted(signal);
    const stamped = await this.application.find(subject.kind, 'stamp', subject.stamp, signal);
    if (stamped.length > 0) return one(stamped, 'stamp', subject);
    for (const { attribute, value } of subject.match) {
      const found = await this.application.find(subject.kind, attribute, value, signal);
      if (found.length > 0) return one(found, attribute, subject);
    }
    return { kind: 'none' };
  }

  /** Reads the account and says what would be written. */
  async plan(subject: Subject, known: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    refuseAborted(signal);
    const account = known && (await this.existing(subject.kind, known.anchor, signal));
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
    const account = await this.existing('Group', group.anchor, signal);
    const members = new Set(account.members);
    const refused: EdgeOutcome[] = [];
    for (const edge of edges) {
      if (members.has(edge.memberAnchor) === edge.present) continue;
      if (edge.present && !(await this.application.get(edge.memberKind, edge.memberAnchor, signal)))
        refused.push(refusal(edge));
      else if (edge.present) members.add(edge.memberAnchor);
      else members.delete(edge.memberAnchor);
    }
    const addMembers = [...members].filter((id) => !account.members.includes(id));
    const removeMembers = account.members.filter((id) => !members.has(id));
    const changes: PlannedChange[] = [
      ...addMembers.map((id) => ({ attribute: 'members', old: [], new: [id] })),
      ...removeMembers.map((id) => ({ attribute: 'members', old: [id], new: [] })),
    ];
    const change = { addMembers, removeMembers };
    const step: Step = { kind: 'update', type: 'Group', anchor: group.anchor, change };
    return composePlan({
      action: changes.length > 0 ? 'members' : 'none',
      anchor: group.anchor,
      account: group.label,
      changes,
      memberRemovals: removeMembers.length,
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
      const anchor = await this.application.create(step.type, step.account, signal);
      return { anchor, createdByUs: true, ...nothing };
    }
    if (step.kind === 'delete') {
      await this.application.remove(step.type, step.anchor, signal);
      return nothing;
    }
    await this.application.update(step.type, step.anchor, step.change, signal);
    return { anchor: step.anchor, ...nothing };
  }

  /** Optional: for reconcile and import. */
  async *list(kind: ResourceKind, signal: AbortSignal): AsyncIterable<ListedAccount> {
    for await (const { id, stamp, enabled, attributes, members } of this.application.all(kind, signal)) {
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

  private async existing(kind: ResourceKind, anchor: string, signal: AbortSignal): Promise<SampleAccount> {
    const account = await this.application.get(kind, anchor, signal);
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
  const attributes = attributesOf(desired, former);
  const enabled = desired.enabled ?? former.enabled;
  const changes = changesOf(former.attributes, attributes, desired);
  const change: SampleChange = {
    attributes: Object.fromEntries(changes.map(({ attribute: name }) => [name, attributes[name] ?? null])),
  };
  const switched = former.enabled !== enabled;
  if (switched) {
    change.enabled = enabled;
    changes.push({ attribute: 'enabled', old: [`${former.enabled}`], new: [`${enabled}`] });
  }
  const anchor = former.id;
  if (changes.length === 0) return composePlan({ action: 'none', anchor });
  return composePlan({
    action: !switched ? 'update' : enabled ? 'enable' : 'disable',
    anchor,
    account: former.attributes.name,
    changes,
    disables: switched && !enabled ? 1 : 0,
    steps: { kind: 'update', type: subject.kind, anchor, change } satisfies Step,
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
  const steps: Step = { kind: 'update', type, anchor, change: { enabled: false } };
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
