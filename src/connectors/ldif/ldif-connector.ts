import { refuseAborted } from '../abort.js';
import { composePlan, HIDDEN, shown } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type DesiredAccount,
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
} from '../connector.js';
import {
  addRecord,
  differing,
  enables,
  passwordValue,
  placeOf,
  updateRecords,
  wantedAccount,
} from './account-records.js';
import type { Journal, Knowledge } from './journal.js';
import { comment, ldifText, type LdifRecord } from './ldif-text.js';
import { planMembers } from './member-records.js';
import type { LdifSettings } from './settings.js';
import { dnOf, type WrittenAccount } from './written-account.js';

/** Records and what they mean, worked out while planning. */
export interface LdifStep {
  /** The account is to be as it was planned against; undefined: it is to be new. */
  expects: { anchor: string; dn: string } | undefined;
  /** The DN that must be free. */
  claims?: string;
  records: readonly LdifRecord[];
  knowledge: Knowledge;
  facts: Readonly<Record<string, string>>;
  remark: string;
  passwordSet?: boolean;
}

/** Writes what would be done to a directory as LDIF (RFC 2849). Nothing answers, so the anchor is the resource's id. */
export class LdifConnector implements Connector, Lists {
  constructor(
    private readonly settings: LdifSettings,
    private readonly journal: Journal,
  ) {}

  async check(): Promise<Finding[]> {
    const subject = this.settings.folder;
    try {
      await this.journal.writable();
      await this.journal.open();
      return [{ severity: 'ok', subject, detail: 'can be written to' }];
    } catch (error) {
      return [
        {
          severity: 'error',
          subject,
          detail: String(error),
          remedy: 'Make the folder writable for the gateway.',
        },
      ];
    }
  }

  async match(subject: Subject): Promise<Match> {
    await this.opened();
    const found = this.journal.byStamp(subject.stamp);
    return found
      ? { kind: 'found', anchor: found.anchor, rule: 'stamp', description: dnOf(found) }
      : { kind: 'none' };
  }

  async plan(subject: Subject, account: KnownAccount | undefined): Promise<Plan> {
    await this.opened();
    const former = account && this.existing(account.anchor);
    if ('removal' in subject.desired) return this.planRemoval(subject.desired.removal.policy, former);
    return this.planAccount(subject, subject.desired, former);
  }

  async planMembers(group: GroupAccount, edges: readonly MembershipEdge[]): Promise<Plan> {
    await this.opened();
    return planMembers(this.journal, this.existing(group.anchor), edges);
  }

  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    refuseAborted(signal);
    const step = plan.steps as LdifStep | undefined;
    if (!step) return { anchor: plan.anchor, facts: {}, warnings: [] };
    await this.opened();
    const anchor = step.knowledge.put?.anchor ?? step.knowledge.members?.of;
    if (step.knowledge.gone !== undefined && !this.journal.account(step.knowledge.gone))
      return { facts: {}, warnings: [] };
    const file = await this.write(step);
    return {
      ...(anchor === undefined ? {} : { anchor }),
      ...(step.expects ? {} : { createdByUs: true }),
      facts: { ...step.facts, file },
      passwordSet: step.passwordSet ?? false,
      warnings: [],
    };
  }

  async *list(kind: ResourceKind): AsyncIterable<ListedAccount> {
    await this.opened();
    for (const account of this.journal.all()) {
      if (account.kind !== kind) continue;
      yield {
        anchor: account.anchor,
        stamp: account.stamp,
        description: dnOf(account),
        enabled: account.enabled,
        attributes: account.attributes,
        members: each(this.journal.membersOf(account.anchor)),
      };
    }
  }

  async close(): Promise<void> {}

  private async opened(): Promise<void> {
    try {
      await this.journal.open();
    } catch (error) {
      throw folderFailure(error, this.settings.folder);
    }
  }

  private existing(anchor: string): WrittenAccount {
    const account = this.journal.account(anchor);
    if (!account)
      throw new ConnectorError({
        kind: 'missing',
        detail: `no file says anything about an account ${anchor}`,
      });
    return account;
  }

  private planAccount(subject: Subject, desired: DesiredAccount, former: WrittenAccount | undefined): Plan {
    const { settings, journal } = this;
    const wanted = wantedAccount(subject, desired, placeOf(subject.kind, settings), former);
    const password = passwordValue(subject, settings);
    const records = former
      ? updateRecords(former, wanted, settings, journal, password)
      : [addRecord(wanted, settings, journal, password)];
    const anchor = former?.anchor;
    const account = dnOf(wanted);
    if (records.length === 0) return composePlan({ action: 'none', anchor, account });
    const waits =
      subject.kind === 'User' && !former && wanted.enabled && !enables(wanted, settings, password);
    const note = waits ? 'stays disabled: the record has no password' : undefined;
    const steps: LdifStep = {
      expects: former && { anchor: former.anchor, dn: dnOf(former) },
      ...(former && dnOf(former) === account ? {} : { claims: account }),
      records,
      knowledge: { put: wanted },
      facts: { distinguishedName: account },
      remark: [subject.label, note].filter(Boolean).join('; '),
      passwordSet: password !== undefined,
    };
    const switched = former !== undefined && former.enabled !== wanted.enabled;
    return composePlan({
      action: !former ? 'create' : !switched ? 'update' : wanted.enabled ? 'enable' : 'disable',
      anchor,
      account,
      changes: changesOf(former, wanted, desired, password !== undefined, note),
      disables: switched && !wanted.enabled ? 1 : 0,
      steps,
    });
  }

  private planRemoval(policy: LeaverPolicy, former: WrittenAccount | undefined): Plan {
    if (!former || policy === 'retain') return composePlan({ action: 'none', anchor: former?.anchor });
    const { anchor } = former;
    const dn = dnOf(former);
    const plan = { expects: { anchor, dn }, facts: {}, remark: `leaver, policy ${policy}` };
    if (policy === 'delete') {
      const steps: LdifStep = {
        ...plan,
        records: [{ changetype: 'delete', dn }],
        knowledge: { gone: anchor },
      };
      return composePlan({ action: 'delete', anchor, account: dn, deletes: 1, steps });
    }
    if (former.kind !== 'User' || !former.enabled)
      return composePlan({ action: 'none', anchor, account: dn });
    const put = { ...former, enabled: false };
    const records = updateRecords(former, put, this.settings, this.journal, undefined);
    const changes = [{ attribute: 'enabled', old: ['true'], new: ['false'] }];
    const steps: LdifStep = { ...plan, records, knowledge: { put } };
    return composePlan({ action: 'disable', anchor, account: dn, changes, disables: 1, steps });
  }

  private async write(step: LdifStep): Promise<string> {
    try {
      return await this.journal.write(() => {
        this.verify(step);
        const text = comment(step.remark) + step.records.map(ldifText).join('\n');
        return { text, knowledge: step.knowledge };
      });
    } catch (error) {
      throw folderFailure(error, this.settings.folder);
    }
  }

  /** Between plan and execute another account may have taken the name, or this one have been removed. */
  private verify({ expects, claims }: LdifStep): void {
    if (expects) {
      const now = this.existing(expects.anchor);
      if (dnOf(now) !== expects.dn)
        throw new ConnectorError({
          kind: 'rejected',
          detail: `${expects.dn} was moved meanwhile`,
          outcomeKnown: false,
        });
    }
    const holder = claims === undefined ? undefined : this.journal.holder(claims);
    if (holder === undefined || holder === expects?.anchor) return;
    const detail = `the files already make an account ${claims}`;
    throw new ConnectorError({ kind: 'conflict', scimType: 'uniqueness', attribute: 'rdn', holder, detail });
  }
}

function changesOf(
  former: WrittenAccount | undefined,
  wanted: WrittenAccount,
  desired: DesiredAccount,
  password: boolean,
  note: string | undefined,
): PlannedChange[] {
  const secret = new Set(desired.attributes.filter((one) => one.secret).map(({ name }) => name));
  const mapping = new Map([
    ...desired.attributes.map(({ name, mapping: line }) => [name, line] as const),
    ...desired.references.map(({ attribute, mapping: line }) => [attribute, line] as const),
    ...Object.entries(desired.unique).map(([name, { mapping: line }]) => [name, line] as const),
  ]);
  const named = (attribute: string, old: readonly string[], next: readonly string[]): PlannedChange => ({
    attribute,
    old: shown(old, secret.has(attribute)),
    new: shown(next, secret.has(attribute)),
    ...(mapping.has(attribute) ? { mapping: mapping.get(attribute)! } : {}),
  });
  const formerDn = former ? [dnOf(former)] : [];
  return [
    ...(formerDn[0] === dnOf(wanted) ? [] : [named('dn', formerDn, [dnOf(wanted)])]),
    ...differing(former?.attributes ?? {}, wanted.attributes).map(([name, values]) =>
      named(name, former?.attributes[name] ?? [], values),
    ),
    ...differing(former?.references ?? {}, wanted.references).map(([name, values]) =>
      named(name, former?.references[name] ?? [], values),
    ),
    ...(former?.enabled === wanted.enabled || wanted.kind !== 'User'
      ? []
      : [
          {
            attribute: 'enabled',
            old: former ? [String(former.enabled)] : [],
            new: [String(wanted.enabled)],
            ...(note === undefined ? {} : { note }),
          },
        ]),
    ...(password ? [{ attribute: 'password', old: [], new: [HIDDEN] }] : []),
  ];
}

function folderFailure(error: unknown, folder: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const kind = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'].includes(code)
    ? 'unavailable'
    : 'misconfigured';
  const recommendedAction = 'Make the folder writable for the gateway.';
  return new ConnectorError(
    { kind, detail: `${folder} cannot be written: ${String(error)}`, recommendedAction },
    error,
  );
}

async function* each(values: Iterable<string>): AsyncIterable<string> {
  yield* values;
}
