import type { KnownAccount, LeaverPolicy, Plan, PlannedChange, Subject } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { isWithin, nameOf } from '../values/dn.js';
import { isEnabled } from '../values/user-account-control.js';
import { isForbidden, type AttributeFence } from './attribute-fence.js';
import type { Fence } from './fence.js';
import { findAccount } from './find-account.js';
import { digestOf, type AccountSteps } from './steps.js';

/** What becomes of the account of a resource that is gone, by policy. */
export class RemovalPlanner {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly attributes: AttributeFence,
    private readonly settings: AdSettings,
  ) {}

  async plan(
    session: AdSession,
    subject: Subject,
    policy: LeaverPolicy,
    account: KnownAccount,
  ): Promise<Plan> {
    const leavers = this.leavers(subject);
    const entry = await findAccount(this.directory, session, account.anchor, subject, [
      ...leavers.scrub,
      'memberOf',
    ]);
    const steps: AccountSteps = {
      type: 'account',
      kind: subject.kind,
      label: subject.label,
      stamp: subject.stamp,
      formerStamps: subject.formerStamps ?? [],
      guid: account.anchor,
      createdByUs: account.createdByUs,
      writes: [],
      leaves: [],
      unique: {},
      warnings: [],
    };
    if (policy !== 'retain') {
      this.fence.assert(entry, subject.kind, subject.label);
      await this.fence.assertNotPrivileged(session, entry, subject.label);
    }
    if (policy === 'delete') return this.delete(steps, entry, leavers.deleteChildren);
    if (policy === 'disable') return this.disable(session, steps, entry, subject);
    return { ...empty(entry, account.anchor), digest: digestOf(steps, []), steps };
  }

  private leavers(subject: Subject) {
    const place = subject.kind === 'Group' ? this.settings.groups : this.settings.users;
    return place?.leavers ?? this.settings.users.leavers;
  }

  private delete(steps: AccountSteps, entry: AdEntry, withChildren: boolean): Plan {
    steps.remove = { withChildren };
    const changes = [{ attribute: 'distinguishedName', old: [entry.dn], new: [] }];
    return {
      ...empty(entry, entry.guid),
      action: 'delete',
      changes,
      effects: { disables: 0, deletes: 1, memberRemovals: 0 },
      digest: digestOf(steps, changes),
      steps,
    };
  }

  /** A group cannot be disabled: it is only moved, where the settings say so. */
  private async disable(
    session: AdSession,
    steps: AccountSteps,
    entry: AdEntry,
    subject: Subject,
  ): Promise<Plan> {
    const leavers = this.leavers(subject);
    const changes: PlannedChange[] = [];
    const disables = subject.kind !== 'Group' && isEnabled(entry.number('userAccountControl') ?? 0);
    if (disables) {
      steps.enable = false;
      changes.push({ attribute: 'accountEnabled', old: ['true'], new: ['false'] });
    }
    const scrub = leavers.scrub.filter(
      (name) => !isForbidden(name) && this.attributes.allows(subject.kind, name),
    );
    for (const name of scrub) {
      if (entry.raw(name).length === 0) continue;
      steps.writes = [...steps.writes, { name, values: [] }];
      changes.push({ attribute: name, old: entry.all(name), new: [] });
    }
    if (leavers.stripGroups) await this.leaveGroups(session, steps, entry, changes);
    if (leavers.moveTo !== undefined && !isWithin(entry.dn, leavers.moveTo)) {
      steps.place = { name: nameOf(entry.dn), parent: leavers.moveTo };
      changes.push({
        attribute: 'distinguishedName',
        old: [entry.dn],
        new: [`CN=${nameOf(entry.dn)},${leavers.moveTo}`],
      });
    }
    const action = changes.length === 0 ? 'none' : disables ? 'disable' : 'update';
    return {
      ...empty(entry, entry.guid),
      action,
      changes,
      effects: { disables: disables ? 1 : 0, deletes: 0, memberRemovals: steps.leaves.length },
      digest: digestOf(steps, changes),
      steps,
    };
  }

  private async leaveGroups(
    session: AdSession,
    steps: AccountSteps,
    entry: AdEntry,
    changes: PlannedChange[],
  ): Promise<void> {
    const leaves: string[] = [];
    for (const dn of entry.all('memberOf')) {
      if (!this.fence.covers('Group', dn)) continue;
      const group = await this.directory.readOne(session, dn, ['objectGUID']);
      if (!group) continue;
      leaves.push(group.guid);
      changes.push({ attribute: 'memberOf', old: [dn], new: [] });
    }
    steps.leaves = leaves;
  }
}

function empty(entry: AdEntry, anchor: string): Omit<Plan, 'digest' | 'steps'> {
  return {
    action: 'none',
    anchor,
    account: entry.dn,
    changes: [],
    effects: { disables: 0, deletes: 0, memberRemovals: 0 },
  };
}
