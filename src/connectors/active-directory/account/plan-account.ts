import {
  ConnectorError,
  type DesiredAccount,
  type DesiredReference,
  type KnownAccount,
  type Plan,
  type Subject,
} from '../../connector.js';
import type { Directory, DomainFacts } from '../domain/directory.js';
import { commonName } from '../names.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { isWithin, nameOf, parentOf, sameDn } from '../values/dn.js';
import { isEnabled } from '../values/user-account-control.js';
import type { AttributeFence } from './attribute-fence.js';
import { desiredValues, type DesiredValue } from './desired-values.js';
import { holds } from './difference.js';
import type { Fence } from './fence.js';
import { hasPassword } from './has-password.js';
import { groupType } from './group-type.js';
import { loopGuardWrites } from './loop-guard.js';
import type { Marking } from './marking.js';
import { addWrite, draftOf, finished, needsPassword, own, uniqueWithName, type Draft } from './draft.js';
import { findAccount } from './find-account.js';
import { planReferences, type ReferenceRules } from './references.js';
import { shown } from './steps.js';
import { findClash } from './uniqueness.js';

/** Mark of a password that goes with a create. */
const absent = 'no account';

/** Compares the account as it should be with what it is, and works out the fewest writes. */
export class AccountPlanner {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly attributes: AttributeFence,
    private readonly settings: AdSettings,
    private readonly marking: Marking,
  ) {}

  async plan(
    session: AdSession,
    subject: Subject,
    desired: DesiredAccount,
    account: KnownAccount | undefined,
  ): Promise<Plan> {
    const facts = await this.directory.facts(session);
    const names = [
      ...desired.attributes.map(({ name }) => name),
      ...Object.keys(desired.unique),
      ...desired.references.map(({ attribute }) => attribute),
    ];
    await this.directory.schema.load(session, this.schemaNames(names));
    const values = desiredValues(desired, {
      kind: subject.kind,
      schema: this.directory.schema,
      fence: this.attributes,
      upnSuffixes: facts.upnSuffixes,
    });
    const placed = inDomain(desired, facts);
    return account
      ? this.planUpdate(session, subject, placed, values, account)
      : this.planCreate(session, subject, placed, values);
  }

  private rules(session: AdSession): ReferenceRules {
    const { anchorAttribute: stampAttribute } = this.settings;
    return { session, directory: this.directory, fence: this.attributes, stampAttribute };
  }

  private schemaNames(names: readonly string[]): string[] {
    return [
      ...names.flatMap((name) =>
        name.toLowerCase() === 'country' ? ['c', 'co', 'countryCode'] : name.split('+'),
      ),
      this.settings.anchorAttribute,
    ];
  }

  private async planCreate(
    session: AdSession,
    subject: Subject,
    desired: DesiredAccount,
    values: readonly DesiredValue[],
  ): Promise<Plan> {
    const draft = draftOf(subject, undefined, desired);
    const parent = this.container(subject, desired);
    const name = this.nameOf(subject, desired);
    const clash = await findClash(this.directory, session, {
      unique: uniqueWithName(desired, name),
      parent,
      stampAttribute: this.settings.anchorAttribute,
    });
    if (clash) throw clash;
    const enabled = subject.kind !== 'Group' && (desired.enabled ?? subject.password !== undefined);
    if (enabled && !subject.password) throw needsPassword(subject);
    draft.steps.create = { name, parent, enabled };
    draft.changes.push({ attribute: 'distinguishedName', old: [], new: [`CN=${name},${parent}`] });
    for (const value of values) if (value.values.length > 0) addWrite(draft, value, []);
    await planReferences(this.rules(session), draft, desired.references, undefined);
    this.writeOwn(draft, subject);
    if (subject.kind === 'Group') {
      addWrite(draft, own('groupType', [groupType(this.settings.groups)]), []);
    } else {
      draft.changes.push({ attribute: 'accountEnabled', old: [], new: [String(enabled)] });
      this.password(draft, subject, undefined);
    }
    return finished(draft, 'create', `CN=${name},${parent}`);
  }

  private async planUpdate(
    session: AdSession,
    subject: Subject,
    desired: DesiredAccount,
    values: readonly DesiredValue[],
    account: KnownAccount,
  ): Promise<Plan> {
    const entry = await this.readAccount(session, account.anchor, subject, values, desired.references);
    const draft = draftOf(subject, account, desired);
    const always = values.filter(({ apply }) => apply === 'always');
    for (const value of always) {
      if (!holds(this.directory.schema, entry, value.name, value.values))
        addWrite(draft, value, shown(entry.raw(value.name), value.secret));
    }
    await planReferences(this.rules(session), draft, desired.references, entry);
    this.marking.plan(draft, subject, entry);
    this.place(draft, subject, desired, entry);
    await this.assertFree(session, draft, desired, entry);
    if (subject.kind !== 'Group') {
      this.enabled(draft, subject, desired, account, entry);
      this.password(draft, subject, entry);
    }
    const { enable } = draft.steps;
    const action =
      draft.changes.length === 0 ? 'none' : enable === undefined ? 'update' : enable ? 'enable' : 'disable';
    return finished(draft, action, entry.dn, account.anchor);
  }

  private async readAccount(
    session: AdSession,
    guid: string,
    subject: Subject,
    values: readonly DesiredValue[],
    references: readonly DesiredReference[],
  ): Promise<AdEntry> {
    const names = [
      ...values.map(({ name }) => name),
      ...references.map(({ attribute }) => this.directory.schema.spelling(attribute)),
    ];
    const entry = await findAccount(this.directory, session, guid, subject, [
      ...names,
      this.settings.anchorAttribute,
    ]);
    this.fence.assert(entry, subject.kind, subject.label);
    await this.fence.assertNotPrivileged(session, entry, subject.label);
    return entry;
  }

  /** Where a new account goes: what the mapping says, else the container of the settings. */
  private container(subject: Subject, desired: DesiredAccount): string {
    const place = subject.kind === 'Group' ? this.settings.groups : this.settings.users;
    if (!place) {
      throw new ConnectorError({
        kind: 'misconfigured',
        detail: `This target has no place for resources of type ${subject.kind}: add "groups" to its settings.`,
      });
    }
    const container = desired.container ?? place.container;
    if (this.fence.covers(subject.kind, container)) return container;
    throw this.outside(subject, container);
  }

  private outside(subject: Subject, container: string): ConnectorError {
    return new ConnectorError({
      kind: 'rejected',
      scimType: 'invalidValue',
      attribute: 'distinguishedName',
      detail: `The mapping places "${subject.label}" in ${container}, which is outside the managed scope.`,
      recommendedAction: 'Correct the container in the mapping, or add it to the bases of the target.',
    });
  }

  private nameOf(subject: Subject, desired: DesiredAccount, entry?: AdEntry): string {
    const rdn = Object.entries(desired.unique).find(([name]) => name.toLowerCase() === 'rdn')?.[1];
    if (entry && (!rdn || rdn.apply === 'create')) return nameOf(entry.dn);
    const name = commonName(rdn?.value ?? subject.label);
    if (name !== '') return name;
    throw new ConnectorError({
      kind: 'rejected',
      scimType: 'invalidValue',
      attribute: 'cn',
      detail: `"${subject.label}" has no visible name to make a common name of.`,
    });
  }

  /** Moves only where the mapping names a place, or out of the leavers' place: administrators may move accounts within the scope. */
  private place(draft: Draft, subject: Subject, desired: DesiredAccount, entry: AdEntry): void {
    const name = this.nameOf(subject, desired, entry);
    const now = parentOf(entry.dn);
    const settings = subject.kind === 'Group' ? this.settings.groups : this.settings.users;
    const { moveTo } = settings?.leavers ?? {};
    const back = moveTo !== undefined && isWithin(entry.dn, moveTo);
    const wanted = desired.container ?? (back ? settings!.container : now);
    if (!this.fence.covers(subject.kind, wanted)) throw this.outside(subject, wanted);
    const stays = sameDn(wanted, now);
    if (stays && name === nameOf(entry.dn)) return;
    draft.steps.place = { name, parent: stays ? now : wanted };
    draft.changes.push({
      attribute: 'distinguishedName',
      old: [entry.dn],
      new: [`CN=${name},${stays ? now : wanted}`],
    });
  }

  /** Only what changes is looked up: a value that the account has is its own. */
  private async assertFree(
    session: AdSession,
    draft: Draft,
    desired: DesiredAccount,
    entry: AdEntry,
  ): Promise<void> {
    const changed = new Set(draft.steps.writes.map(({ name }) => name.toLowerCase()));
    const unique = Object.fromEntries(
      Object.entries(uniqueWithName(desired, draft.steps.place?.name ?? '')).filter(([name]) =>
        name.toLowerCase() === 'rdn' ? draft.steps.place !== undefined : changed.has(name.toLowerCase()),
      ),
    );
    const clash = await findClash(this.directory, session, {
      unique,
      parent: draft.steps.place?.parent ?? '',
      guid: entry.guid,
    });
    if (clash) throw clash;
  }

  private enabled(
    draft: Draft,
    subject: Subject,
    desired: DesiredAccount,
    account: KnownAccount,
    entry: AdEntry,
  ): void {
    const now = isEnabled(entry.number('userAccountControl') ?? 0);
    if (desired.enabled === undefined || desired.enabled === now) return;
    const neverSet = !account.createdByUs && entry.one('pwdLastSet') === '0';
    if (desired.enabled && neverSet && !subject.password) throw needsPassword(subject);
    draft.steps.enable = desired.enabled;
    draft.changes.push({ attribute: 'accountEnabled', old: [String(now)], new: [String(desired.enabled)] });
  }

  /**
   * Its mark is pwdLastSet, compared with itself and with no other clock: the controller's time is not ours, and two
   * passwords may follow each other within one tick of either.
   */
  private password(draft: Draft, subject: Subject, entry: AdEntry | undefined): void {
    if (!subject.password) return;
    const mark = entry?.one('pwdLastSet') ?? absent;
    const { mark: former } = subject.password;
    const arrived = former === absent ? entry && hasPassword(entry) : former !== undefined && former !== mark;
    if (arrived && entry) {
      draft.password = { passwordArrived: true };
      return;
    }
    draft.password = { passwordMark: mark };
    draft.steps.password = subject.password;
    draft.changes.push({ attribute: 'password', old: [], new: ['•••'] });
  }

  /** The stamp goes with the same add, so that a create whose answer was lost is found again. */
  private writeOwn(draft: Draft, subject: Subject): void {
    addWrite(draft, own(this.settings.anchorAttribute, [subject.stamp]), []);
    for (const value of loopGuardWrites(this.settings.loopGuard.mark, subject))
      addWrite(draft, own(value.name, value.values as string[]), []);
  }
}

/** With the root of the domain where a container names it as Microsoft's provisioning does. */
function inDomain(desired: DesiredAccount, { baseDn }: DomainFacts): DesiredAccount {
  const { container } = desired;
  return container === undefined
    ? desired
    : { ...desired, container: container.replaceAll(/%DomainDN%/gi, () => baseDn) };
}
