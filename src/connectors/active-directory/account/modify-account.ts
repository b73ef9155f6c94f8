import type { Control } from 'ldapts';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { POLICY_HINTS, PolicyHintsControl } from '../values/controls.js';
import { guidDn } from '../values/guid.js';
import { FENCE_ATTRIBUTES, type Fence } from './fence.js';
import { changesOf } from './ldap-changes.js';
import type { AccountSteps } from './steps.js';

/** A lost compare-and-swap is read again and repeated so often. */
const RACES = 3;

/** Attributes, password and state in one modify: it is carried out as a whole or not at all. */
export async function modifyAccount(
  directory: Directory,
  fence: Fence,
  session: AdSession,
  steps: AccountSteps,
): Promise<void> {
  for (let race = 1; ; race++) {
    const entry = await guardedAccount(directory, fence, session, steps);
    const changes = changesOf(steps, entry);
    if (changes.length === 0) return;
    try {
      await session.modify(
        guidDn(entry.guid),
        changes,
        steps.password ? 'modify unicodePwd' : 'modify',
        steps.password ? passwordControls(directory, session) : [],
      );
      return;
    } catch (error) {
      if (!(error instanceof AdError) || !error.lostRace || race >= RACES) throw error;
    }
  }
}

function passwordControls({ settings }: Directory, session: AdSession): Control[] {
  return settings.passwords.history && session.supports(POLICY_HINTS) ? [new PolicyHintsControl()] : [];
}

/** Where the object really is, read right before the write. */
export async function guardedAccount(
  directory: Directory,
  fence: Fence,
  session: AdSession,
  steps: AccountSteps,
): Promise<AdEntry> {
  const entry = await directory.byGuid(session, steps.guid!, FENCE_ATTRIBUTES);
  if (!entry) throw await directory.notFound(`The account of "${steps.label}" is gone.`);
  fence.assert(entry, steps.kind, steps.label);
  return entry;
}
