import type { Attribute } from 'ldapts';
import { ConnectorError, type Applied } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { childDn } from '../values/dn.js';
import { passwordValue } from '../values/password-value.js';
import { ACCOUNT_DISABLED, NORMAL_ACCOUNT } from '../values/user-account-control.js';
import { appliedTo, FACTS } from './applied.js';
import type { Fence } from './fence.js';
import { hasPassword, PASSWORD_FACTS } from './has-password.js';
import { attribute, isUniqueness, withApplied } from './ldap-changes.js';
import { modifyAccount } from './modify-account.js';
import { auxiliaryClass } from './stamp.js';
import type { AccountSteps } from './steps.js';
import { findClash } from './uniqueness.js';

const USER_CLASSES = ['top', 'person', 'organizationalPerson', 'user'];
const GROUP_CLASSES = ['top', 'group'];
/** How often a create without an answer is looked for: the controller may still be at it. */
const LOOKS = 4;
const LOOK_PAUSE_MS = 250;

/** Makes an account in one add where the controller takes it, and finds it again when the answer is lost. */
export class AccountCreation {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
  ) {}

  async create(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    try {
      return await this.directory.pool.use(signal, (session) => this.addAndReadBack(session, steps));
    } catch (error) {
      if (!(error instanceof AdError)) throw error;
      if (error.unknownOutcome) return this.lookForLostCreate(steps, signal, error);
      throw connectorError(error, { doing: `create "${steps.label}"` });
    }
  }

  private async addAndReadBack(session: AdSession, steps: AccountSteps): Promise<Applied> {
    const create = steps.create!;
    const dn = childDn(create.name, create.parent);
    if (!this.fence.covers(steps.kind, dn)) {
      throw new ConnectorError({
        kind: 'rejected',
        detail: `"${steps.label}" is not created at ${dn}: that is outside the managed scope.`,
      });
    }
    let passwordSet = steps.password !== undefined;
    try {
      await session.add(dn, this.attributesOf(steps, create.enabled, true));
    } catch (error) {
      if (!(error instanceof AdError) || error.resultCode === undefined) throw error;
      if (error.resultCode === 68 || isUniqueness(error)) return this.explainClash(session, steps, error);
      if (error.resultCode !== 53 || error.win32 === '0000052D' || !steps.password) throw error;
      passwordSet = false;
      await session.add(dn, this.attributesOf(steps, false, false));
    }
    const entry = await this.readBack(session, steps, dn);
    if (steps.password && !passwordSet) await this.finishInTwoSteps(session, steps, entry);
    return appliedTo(entry, steps, steps.password !== undefined);
  }

  /** Our own former add may be what holds the name: then it is not a clash but the answer. */
  private async explainClash(session: AdSession, steps: AccountSteps, error: AdError): Promise<Applied> {
    const ours = await this.byStamp(session, steps);
    if (ours) return this.foundAgain(session, steps, ours);
    const { name, parent } = steps.create!;
    const rdn = { value: name, givenByClient: false, apply: 'always' as const, mapping: '' };
    const clash = await findClash(this.directory, session, { unique: { ...steps.unique, rdn }, parent });
    throw clash ?? connectorError(error, { doing: `create "${steps.label}"` });
  }

  /** The add that went through may have been one without the password: of this attempt, or of one before. */
  private async foundAgain(session: AdSession, steps: AccountSteps, entry: AdEntry): Promise<Applied> {
    if (lacksPassword(steps, entry)) await this.finishInTwoSteps(session, steps, entry);
    return appliedTo(entry, steps, steps.password !== undefined);
  }

  private async finishInTwoSteps(session: AdSession, steps: AccountSteps, entry: AdEntry): Promise<void> {
    const applied = appliedTo(entry, steps, false);
    try {
      const enable = steps.create!.enabled ? { enable: true } : {};
      const { create: _done, ...rest } = steps;
      await modifyAccount(this.directory, this.fence, session, {
        ...rest,
        ...enable,
        guid: entry.guid,
        writes: [],
        leaves: [],
      });
    } catch (error) {
      if (!(error instanceof AdError)) throw error;
      throw withApplied(
        connectorError(error, { doing: `set the password of "${steps.label}"`, attribute: 'unicodePwd' }),
        applied,
      );
    }
  }

  private attributesOf(steps: AccountSteps, enabled: boolean, withPassword: boolean): Attribute[] {
    const attributes = steps.writes.map(({ name, values }) => attribute(name, values));
    if (steps.kind === 'Group') {
      const extra = auxiliaryClass(steps.kind, this.settings.anchorAttribute) ?? [];
      return [attribute('objectClass', GROUP_CLASSES.concat(extra)), ...attributes];
    }
    const control = enabled ? NORMAL_ACCOUNT : NORMAL_ACCOUNT | ACCOUNT_DISABLED;
    attributes.unshift(
      attribute('objectClass', USER_CLASSES),
      attribute('userAccountControl', [String(control)]),
    );
    if (steps.password && withPassword) {
      attributes.push(attribute('unicodePwd', [passwordValue(steps.password.value)]));
      if (steps.password.mustChange) attributes.push(attribute('pwdLastSet', ['0']));
    }
    return attributes;
  }

  /** Sent, no answer: looked for by the stamp, on another connection, before anybody repeats anything. */
  private async lookForLostCreate(steps: AccountSteps, signal: AbortSignal, lost: AdError): Promise<Applied> {
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS * look));
      signal.throwIfAborted();
      const found = await this.directory.pool
        .use(signal, async (session) => this.byStamp(session, steps))
        .catch(() => undefined);
      if (found) return this.finishLostCreate(steps, signal, found);
    }
    throw connectorError(lost, { doing: `create "${steps.label}"` });
  }

  /** Whatever fails from here on, the account is there: an error that hides it would have it made again. */
  private async finishLostCreate(steps: AccountSteps, signal: AbortSignal, found: AdEntry): Promise<Applied> {
    if (!lacksPassword(steps, found)) return appliedTo(found, steps, steps.password !== undefined);
    try {
      return await this.directory.pool.use(signal, (session) => this.foundAgain(session, steps, found));
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.applied) throw error;
      throw withApplied(error, appliedTo(found, steps, false));
    }
  }

  private async byStamp(session: AdSession, steps: AccountSteps): Promise<AdEntry | undefined> {
    const found = await this.directory.findByValue(session, this.settings.anchorAttribute, steps.stamp, [
      ...FACTS,
      ...PASSWORD_FACTS,
    ]);
    return found.length === 1 ? found[0] : undefined;
  }

  private async readBack(session: AdSession, steps: AccountSteps, dn: string): Promise<AdEntry> {
    const entry = (await this.directory.readOne(session, dn, FACTS)) ?? (await this.byStamp(session, steps));
    if (entry) return entry;
    throw new ConnectorError({
      kind: 'unknown',
      detail: `"${steps.label}" was created but cannot be read back.`,
      outcomeKnown: false,
    });
  }
}

function lacksPassword({ password }: AccountSteps, entry: AdEntry): boolean {
  return password !== undefined && !hasPassword(entry);
}
