import { Change } from 'ldapts';
import { ConnectorError, type Applied, type KnownAccount, type Plan, type Subject } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSession } from '../session/ad-session.js';
import { PlainControl, SHOW_DELETED } from '../values/controls.js';
import { childDn } from '../values/dn.js';
import { appliedTo, FACTS } from './applied.js';
import { findDeleted } from './deleted.js';
import type { Fence } from './fence.js';
import { attribute } from './ldap-changes.js';
import { digestOf, type AccountSteps } from './steps.js';

const NO_BIN =
  'the domain has no recycle bin: what the mapping does not write, the password among it, is gone';

/** Brings a deleted account back with its GUID and SID (MS-ADTS §3.1.1.5.3.7): its access survives, a new account's would not. */
export class Restoring {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
  ) {}

  async plan(session: AdSession, subject: Subject, account: KnownAccount): Promise<Plan> {
    const { anchor, createdByUs } = account;
    const deleted = await findDeleted(this.directory, session, anchor);
    if (!deleted || deleted.recycled) throw this.nothingLeft(subject, deleted !== undefined);
    const { settings } = this.directory;
    const place = subject.kind === 'Group' ? settings.groups : settings.users;
    const former = deleted.parent;
    const kept = former !== undefined && this.fence.covers(subject.kind, former);
    const parent = kept ? former : (place?.container ?? '');
    const dn = childDn(deleted.name, parent);
    this.fence.assert(deleted.entry, subject.kind, subject.label, dn);
    const { recycleBin } = await this.directory.facts(session);
    const steps: AccountSteps = {
      type: 'account',
      kind: subject.kind,
      label: subject.label,
      stamp: subject.stamp,
      guid: anchor,
      createdByUs,
      restore: { dn },
      writes: [],
      leaves: [],
      unique: {},
      warnings: recycleBin ? [] : [NO_BIN],
    };
    const changes = [{ attribute: 'distinguishedName', old: [deleted.entry.dn], new: [dn] }];
    const effects = { disables: 0, deletes: 0, memberRemovals: 0 };
    return {
      action: 'restore',
      anchor,
      account: dn,
      changes,
      effects,
      digest: digestOf(steps, changes),
      steps,
    };
  }

  async execute(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    const doing = `restore "${steps.label}"`;
    return this.directory.run(signal, doing, async (session) => {
      const deleted = await findDeleted(this.directory, session, steps.guid!);
      if (deleted) await this.reanimate(session, deleted.entry.dn, steps, doing);
      const entry = await this.directory.byGuid(session, steps.guid!, FACTS);
      if (!entry) throw await this.directory.notFound(`The account of "${steps.label}" is gone.`);
      return appliedTo(entry, steps, false);
    });
  }

  /** By its deleted name, as both Windows and Samba want it, in one modify. */
  private async reanimate(
    session: AdSession,
    deletedDn: string,
    steps: AccountSteps,
    doing: string,
  ): Promise<void> {
    const changes = [
      new Change({ operation: 'delete', modification: attribute('isDeleted', []) }),
      new Change({ operation: 'replace', modification: attribute('distinguishedName', [steps.restore!.dn]) }),
    ];
    try {
      await session.modify(deletedDn, changes, 'modify', [new PlainControl(SHOW_DELETED, true)]);
    } catch (error) {
      if (!(error instanceof AdError) || error.resultCode !== 50) throw error;
      const { detail, diagnostic } = connectorError(error, { doing });
      throw new ConnectorError(
        {
          kind: 'rejected',
          detail,
          recommendedAction:
            'Grant the service account "Reanimate Tombstones" on the domain and the reading of its deleted objects, or restore the account by hand.',
          ...(diagnostic === undefined ? {} : { diagnostic }),
        },
        error,
      );
    }
  }

  private nothingLeft(subject: Subject, recycled: boolean): ConnectorError {
    const why = recycled
      ? 'it is recycled, and only a backup has the rest'
      : 'it is not among the deleted objects that the service account may see';
    return new ConnectorError({
      kind: 'rejected',
      detail: `The account of "${subject.label}" is gone and cannot be restored: ${why}.`,
      recommendedAction:
        'Let the service account read the deleted objects of the domain, restore the account by hand, or set whenMissing: recreate and retry.',
    });
  }
}
