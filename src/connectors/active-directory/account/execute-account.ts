import { Attribute, Change } from 'ldapts';
import { ConnectorError, type Applied } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry, EntryValue } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { PlainControl, TREE_DELETE } from '../values/controls.js';
import { childDn, sameDn } from '../values/dn.js';
import { guidDn } from '../values/guid.js';
import { passwordValue } from '../values/password-value.js';
import { ACCOUNT_DISABLED, NORMAL_ACCOUNT, withEnabled } from '../values/user-account-control.js';
import { FENCE_ATTRIBUTES, type Fence } from './fence.js';
import type { AccountSteps, AttributeWrite } from './steps.js';
import { findClash } from './uniqueness.js';

const CLASSES = { user: ['top', 'person', 'organizationalPerson', 'user'], group: ['top', 'group'] };
const FACTS = ['distinguishedName', 'sAMAccountName', 'userPrincipalName', 'mail', 'objectSid', 'objectGUID'];
const RACES = 3;
/** How often a create without an answer is looked for: the controller may still be at it. */
const LOOKS = 4;
const LOOK_PAUSE_MS = 250;

/** Carries out the steps of a plan. Whoever is interrupted here makes a new plan and finds done what was done. */
export class AccountExecutor {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
  ) {}

  async execute(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    if (steps.create) return this.create(steps, signal);
    if (steps.remove) return this.remove(steps, signal);
    return this.update(steps, signal);
  }

  private async create(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
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
      throw new ConnectorError({ kind: 'rejected', detail: `"${steps.label}" is not created at ${dn}: that is outside the managed scope.` });
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
    return this.applied(entry, steps, steps.password !== undefined);
  }

  /** Our own former add may be what holds the name: then it is not a clash but the answer. */
  private async explainClash(session: AdSession, steps: AccountSteps, error: AdError): Promise<Applied> {
    const ours = await this.byStamp(session, steps);
    if (ours) return this.applied(ours, steps, steps.password !== undefined);
    const { name, parent } = steps.create!;
    const rdn = { value: name, givenByClient: false, apply: 'always' as const, mapping: '' };
    const clash = await findClash(this.directory, session, { unique: { ...steps.unique, rdn }, parent });
    throw clash ?? connectorError(error, { doing: `create "${steps.label}"` });
  }

  private async finishInTwoSteps(session: AdSession, steps: AccountSteps, entry: AdEntry): Promise<void> {
    const applied = this.applied(entry, steps, false);
    try {
      const enable = steps.create!.enabled ? { enable: true } : {};
      const { create: _done, ...rest } = steps;
      await this.modify(session, { ...rest, ...enable, guid: entry.guid, writes: [], leaves: [] });
    } catch (error) {
      if (!(error instanceof AdError)) throw error;
      throw withApplied(connectorError(error, { doing: `set the password of "${steps.label}"`, attribute: 'unicodePwd' }), applied);
    }
  }

  private attributesOf(steps: AccountSteps, enabled: boolean, withPassword: boolean): Attribute[] {
    const attributes = steps.writes.map(({ name, values }) => attribute(name, values));
    if (steps.kind === 'Group') return [attribute('objectClass', CLASSES.group), ...attributes];
    const control = enabled ? NORMAL_ACCOUNT : NORMAL_ACCOUNT | ACCOUNT_DISABLED;
    attributes.unshift(attribute('objectClass', CLASSES.user), attribute('userAccountControl', [String(control)]));
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
      if (found) return this.applied(found, steps, steps.password !== undefined);
    }
    throw connectorError(lost, { doing: `create "${steps.label}"` });
  }

  private async byStamp(session: AdSession, steps: AccountSteps): Promise<AdEntry | undefined> {
    const found = await this.directory.findByValue(session, this.settings.anchorAttribute, steps.stamp, FACTS);
    return found.length === 1 ? found[0] : undefined;
  }

  private async readBack(session: AdSession, steps: AccountSteps, dn: string): Promise<AdEntry> {
    const entry = (await this.directory.readOne(session, dn, FACTS)) ?? (await this.byStamp(session, steps));
    if (entry) return entry;
    throw new ConnectorError({ kind: 'unknown', detail: `"${steps.label}" was created but cannot be read back.`, outcomeKnown: false });
  }

  private async update(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    const doing = `change "${steps.label}"`;
    return this.directory.run(signal, doing, async (session) => {
      const done: string[] = [];
      try {
        await this.modify(session, steps);
        if (steps.writes.length > 0 || steps.password || steps.enable !== undefined) done.push('modify');
        await this.leaveGroups(session, steps);
        await this.relocate(session, steps);
      } catch (error) {
        throw await this.explain(session, steps, error, doing, done.length > 0);
      }
      const entry = await this.directory.byGuid(session, steps.guid!, FACTS);
      if (!entry) throw await this.directory.notFound(`The account of "${steps.label}" is gone.`);
      return this.applied(entry, steps, steps.password !== undefined);
    });
  }

  private async explain(session: AdSession, steps: AccountSteps, error: unknown, doing: string, partly: boolean): Promise<unknown> {
    if (!(error instanceof AdError)) return error;
    let shown = connectorError(error, { doing });
    if (isUniqueness(error) && session.usable) {
      const rdn = steps.place && { value: steps.place.name, givenByClient: false, apply: 'always' as const, mapping: '' };
      const unique = { ...steps.unique, ...(rdn ? { rdn } : {}) };
      shown = (await findClash(this.directory, session, { unique, parent: steps.place?.parent ?? '', guid: steps.guid! })) ?? shown;
    }
    if (!partly) return shown;
    return withApplied(shown, { anchor: steps.guid!, createdByUs: steps.createdByUs, facts: {}, warnings: [] });
  }

  /** Attributes, password and state in one modify: it is carried out as a whole or not at all. */
  private async modify(session: AdSession, steps: AccountSteps): Promise<void> {
    for (let race = 1; ; race++) {
      const entry = await this.guarded(session, steps);
      const changes = changesOf(steps, entry);
      if (changes.length === 0) return;
      try {
        await session.modify(guidDn(entry.guid), changes, steps.password ? 'modify unicodePwd' : 'modify');
        return;
      } catch (error) {
        if (!(error instanceof AdError) || !error.lostRace || race >= RACES) throw error;
      }
    }
  }

  /** Where the object really is, read right before the write. */
  private async guarded(session: AdSession, steps: AccountSteps): Promise<AdEntry> {
    const entry = await this.directory.byGuid(session, steps.guid!, FENCE_ATTRIBUTES);
    if (!entry) throw await this.directory.notFound(`The account of "${steps.label}" is gone.`);
    this.fence.assert(entry, steps.kind, steps.label);
    return entry;
  }

  private async leaveGroups(session: AdSession, steps: AccountSteps): Promise<void> {
    for (const guid of steps.leaves) {
      const group = await this.directory.byGuid(session, guid, FENCE_ATTRIBUTES);
      if (!group || this.fence.refusal(group, 'Group') !== undefined) continue;
      const change = new Change({ operation: 'delete', modification: attribute('member', [guidDn(steps.guid!)]) });
      await session.modify(guidDn(guid), [change], 'modify member').catch((error: unknown) => {
        if (!(error instanceof AdError) || !error.satisfied) throw error;
      });
    }
  }

  private async relocate(session: AdSession, steps: AccountSteps): Promise<void> {
    if (!steps.place) return;
    const entry = await this.guarded(session, steps);
    const target = childDn(steps.place.name, steps.place.parent);
    if (!this.fence.covers(steps.kind, target)) {
      throw new ConnectorError({ kind: 'rejected', detail: `"${steps.label}" is not moved to ${target}: that is outside the managed scope.` });
    }
    if (sameDn(entry.dn, target) && entry.dn === target) return;
    await session.rename(guidDn(entry.guid), target);
  }

  private async remove(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    return this.directory.run(signal, `delete "${steps.label}"`, async (session) => {
      const entry = await this.directory.byGuid(session, steps.guid!, [...FENCE_ATTRIBUTES, this.settings.anchorAttribute]);
      if (!entry) {
        if (await this.directory.pool.mayLag()) throw await this.directory.notFound(`The account of "${steps.label}" is not visible.`);
        return { facts: {}, warnings: ['the account was gone already'] };
      }
      this.fence.assert(entry, steps.kind, steps.label);
      const stamp = entry.one(this.settings.anchorAttribute);
      if (stamp !== undefined && stamp !== steps.stamp && steps.createdByUs) {
        throw new ConnectorError({ kind: 'rejected', detail: `The account of "${steps.label}" (${entry.dn}) bears the mark of another resource and is not deleted.` });
      }
      const controls = steps.remove!.withChildren && session.supports(TREE_DELETE) ? [new PlainControl(TREE_DELETE, true)] : [];
      await session.delete(guidDn(entry.guid), controls);
      return { facts: {}, warnings: [] };
    });
  }

  private applied(entry: AdEntry, steps: AccountSteps, passwordSet: boolean): Applied {
    const facts: Record<string, string> = { distinguishedName: entry.dn, objectGUID: entry.guid, objectSid: entry.sid };
    for (const name of ['sAMAccountName', 'userPrincipalName', 'mail']) {
      const value = entry.one(name);
      if (value !== undefined) facts[name] = value;
    }
    return { anchor: entry.guid, createdByUs: steps.createdByUs, facts, ...(passwordSet ? { passwordSet } : {}), warnings: steps.warnings };
  }
}

function attribute(type: string, values: readonly EntryValue[]): Attribute {
  const bytes = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  return new Attribute({ type, values: bytes });
}

function changesOf(steps: AccountSteps, entry: AdEntry): Change[] {
  const replace = ({ name, values }: AttributeWrite) => new Change({ operation: 'replace', modification: attribute(name, values) });
  const changes = steps.writes.map(replace);
  if (steps.password) changes.push(replace({ name: 'unicodePwd', values: [passwordValue(steps.password.value)] }));
  const now = entry.number('userAccountControl') ?? NORMAL_ACCOUNT;
  const wanted = steps.enable === undefined ? now : withEnabled(now, steps.enable);
  if (wanted !== now) {
    changes.push(new Change({ operation: 'delete', modification: attribute('userAccountControl', [String(now)]) }));
    changes.push(new Change({ operation: 'add', modification: attribute('userAccountControl', [String(wanted)]) }));
  }
  if (steps.password?.mustChange) changes.push(replace({ name: 'pwdLastSet', values: ['0'] }));
  return changes;
}

function isUniqueness(error: AdError): boolean {
  return error.row.scimType === 'uniqueness' || error.resultCode === 68;
}

function withApplied(error: ConnectorError, applied: Applied): ConnectorError {
  const { kind, detail, attribute: name, scimType, holder, diagnostic, recommendedAction, outcomeKnown } = error;
  return new ConnectorError(
    {
      kind,
      detail,
      outcomeKnown,
      applied,
      ...(name === undefined ? {} : { attribute: name }),
      ...(scimType === undefined ? {} : { scimType }),
      ...(holder === undefined ? {} : { holder }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
      ...(recommendedAction === undefined ? {} : { recommendedAction }),
    },
    error.cause,
  );
}
