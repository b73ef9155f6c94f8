import { Change } from 'ldapts';
import { ConnectorError, type Subject } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { guidDn } from '../values/guid.js';
import { addWrite, own, type Draft } from './draft.js';
import type { Fence } from './fence.js';
import { attribute } from './ldap-changes.js';
import { guardedAccount } from './modify-account.js';
import { auxiliaryClass, canBearStamp, storeOf } from './stamp.js';
import type { AccountSteps } from './steps.js';

const UNMARKED =
  'the group stays unmarked, so another gateway could adopt it: the service account may not write its objectClass';
/** insufficientAccessRights, unwillingToPerform, objectClassModsProhibited (RFC 4511 §4.1.9). */
const REFUSED = new Set([50, 53, 69]);
const PRESENT = 20;

/**
 * The stamp of accounts that were there before us, so that no other gateway adopts them. They never get the mark of the
 * loop guard: a tool that copies this domain to Entra would delete there what it copied before.
 */
export class Marking {
  /** Groups whose class we may not write. The domain does not list objectClass among the effective rights, so it is tried once. */
  readonly #unmarkable = new Set<string>();

  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
  ) {}

  plan(draft: Draft, subject: Subject, entry: AdEntry): void {
    const { anchorAttribute } = this.directory.settings;
    const now = entry.one(anchorAttribute);
    if (now === subject.stamp) return;
    const store = now === undefined ? undefined : storeOf(now);
    if (store !== undefined && store !== storeOf(subject.stamp)) {
      throw new ConnectorError({
        kind: 'rejected',
        detail: `The account of "${subject.label}" (${entry.dn}) is managed by another gateway (${anchorAttribute}).`,
        recommendedAction: 'Let one gateway manage the account, and clear the mark if the other is gone.',
      });
    }
    const missing = canBearStamp(subject.kind, anchorAttribute, entry)
      ? undefined
      : auxiliaryClass(subject.kind, anchorAttribute);
    if (missing !== undefined) {
      if (this.#unmarkable.has(entry.guid)) return void draft.warnings.push(UNMARKED);
      draft.steps.addClass = missing;
      const old = entry.all('objectClass');
      draft.changes.push({ attribute: 'objectClass', old, new: [...old, missing] });
    }
    addWrite(draft, own(anchorAttribute, [subject.stamp]), now === undefined ? [] : [now]);
  }

  /** The class goes first: Samba judges a modify by the classes from before it. Refused, the group is managed without a mark. */
  async prepare(session: AdSession, steps: AccountSteps): Promise<AccountSteps> {
    const { addClass, ...rest } = steps;
    if (addClass === undefined) return steps;
    const { guid } = await guardedAccount(this.directory, this.fence, session, steps);
    const change = new Change({ operation: 'add', modification: attribute('objectClass', [addClass]) });
    try {
      await session.modify(guidDn(guid), [change]);
      return rest;
    } catch (error) {
      if (error instanceof AdError && error.resultCode === PRESENT) return rest;
      if (!(error instanceof AdError) || !REFUSED.has(error.resultCode ?? 0)) throw error;
      this.#unmarkable.add(guid);
      const { anchorAttribute } = this.directory.settings;
      const writes = rest.writes.filter(({ name }) => name !== anchorAttribute);
      return { ...rest, writes, warnings: [...rest.warnings, UNMARKED] };
    }
  }
}
