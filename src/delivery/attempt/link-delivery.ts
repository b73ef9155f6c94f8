import { ConnectorError, type KnownAccount, type Plan, type Subject } from '../../connectors/connector.js';
import type { MappedAccount } from '../../mapping/types.js';
import { doubtPeriod } from '../employment/doubt.js';
import type { Link, SealedPassword } from '../model.js';
import { removalOf, type ObjectDefinition } from '../target-definition.js';
import type { RunningTarget } from '../targets.js';
import { describedMatch, refuseAhead, refuseAheadHolder } from './ahead.js';
import { AttemptLog } from './attempt-log.js';
import { passGuard } from './guard.js';
import type { Outcome } from './outcome.js';
import type { AttemptParts } from './parts.js';
import { OutOfScope } from './out-of-scope.js';
import { overtaken } from './overtaken.js';
import { droppedByAdoption, passwordFor, rememberMark, type PasswordInUse } from './password.js';
import { reserve, type Reserved, type Taken } from './reserve.js';
import { desiredAccount, mappingInput, refuseProblems, subjectOf, type SeenResource } from './subject.js';
import { adoptFrom, passesOn, takeOver } from './take-over.js';
import { hasAccount } from './unanswered.js';

const mostCandidates = 50;

/** Makes the target equal to one resource as it is now. Returns what is to be recorded; writes nothing about the link itself. */
export class LinkDelivery {
  private readonly scopes: OutOfScope;

  constructor(private readonly parts: AttemptParts) {
    this.scopes = new OutOfScope(parts);
  }

  async deliver(target: RunningTarget, link: Link, log: AttemptLog, signal: AbortSignal): Promise<Outcome> {
    const resource = await this.parts.resources.load(undefined, link.resourceType, link.resourceId, '');
    const definition = target.definition.objects[link.resourceType];
    if (!definition) return { kind: 'gone' };
    if (!resource) return { kind: 'leaves', removal: removalOf(definition) };
    const seen = await mappingInput(this.parts, target, resource);
    log.step('import', 'success', `version ${resource.version} of the resource`);
    log.enter('scope');
    if (seen.employment) await doubtPeriod(this.parts, resource.id, seen.now.getTime());
    const mapped = definition.map(seen);
    if (!mapped.scope.inScope) {
      log.step('scope', 'success', `out of scope${because(seen)}`);
      return this.scopes.leave(target, link, definition, log, signal);
    }
    log.step('scope', 'success', `in scope${because(seen)}`);
    refuseProblems(mapped);
    return this.inScope(target, link, seen, definition, mapped, log, signal);
  }

  private async inScope(
    target: RunningTarget,
    link: Link,
    seen: SeenResource,
    definition: ObjectDefinition,
    mapped: MappedAccount,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const taken: Taken = new Map();
    log.enter('match');
    const owner = await hasAccount(this.parts, target, link, signal);
    for (let tries = 0; ; tries++) {
      const reserved = await reserve(this.parts, target, link, mapped, owner, taken);
      if (reserved.takenOver) {
        adoptFrom(link, reserved.takenOver);
        log.step('match', 'success', `takes over the account of the leaver "${reserved.takenOver.label}"`);
      }
      try {
        return await this.apply(target, link, seen, definition, mapped, reserved, log, signal);
      } catch (error) {
        await refuseAheadHolder(this.parts, target, link.resourceType, error);
        if (!this.nextCandidate(error, reserved, taken) || tries >= mostCandidates) throw error;
        log.step(
          'plan',
          'skipped',
          `the value of ${(error as ConnectorError).attribute} is in use; the next candidate is tried`,
        );
      }
    }
  }

  /** Somebody unknown to us owns a generated value: the next candidate may do. */
  private nextCandidate(error: unknown, reserved: Reserved, taken: Taken): boolean {
    if (!(error instanceof ConnectorError) || error.kind !== 'conflict' || !error.attribute) return false;
    const name = Object.keys(reserved.unique).find(
      (attribute) => attribute.toLowerCase() === error.attribute!.toLowerCase(),
    );
    if (name === undefined || reserved.unique[name]!.givenByClient) return false;
    const values = taken.get(name) ?? new Set();
    values.add(reserved.unique[name]!.value);
    taken.set(name, values);
    return true;
  }

  private async apply(
    target: RunningTarget,
    link: Link,
    seen: SeenResource,
    definition: ObjectDefinition,
    mapped: MappedAccount,
    reserved: Reserved,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { connector } = target.definition;
    const desired = await desiredAccount(this.parts, target, mapped, reserved);
    const subject = subjectOf(this.parts, link, desired, mapped.match);
    let account = knownAccount(link);
    let adopted = false;
    if (!account) {
      const found = await this.match(target, link, subject, log, signal);
      account = found?.account;
      adopted = found?.adopted ?? false;
      if (!account && !definition.actions.create)
        return { kind: 'skipped', reason: 'the object action create is off' };
    }
    if (account && link.anchor !== undefined && !definition.actions.update)
      return { kind: 'skipped', reason: 'the object action update is off' };
    const password = await passwordFor(
      this.parts,
      target,
      link,
      subject,
      { create: !account, adopted, begins: beginsLater(seen) },
      signal,
    );
    if (password) subject.password = password.toSet;
    const dropped = adopted ? await droppedByAdoption(this.parts, link, log) : [];
    if (adopted && !definition.actions.update)
      return this.done(reserved, account!.anchor, account, { password: undefined, dropped }, link.facts);
    log.enter('plan');
    const plan = await this.planned(target, link, seen, definition, subject, account, signal);
    if (plan === 'recreate') return { kind: 'recreate' };
    log.planned(plan);
    if (plan.action === 'restore') return this.restored(target, link, plan, log, signal);
    if (plan.action === 'none')
      return this.done(reserved, plan.anchor ?? account?.anchor, account, { password, dropped }, link.facts);
    if (await overtaken(this.parts, target, link)) return { kind: 'overtaken' };
    const held = await passGuard(this.parts, target, link, plan);
    if (held) return { kind: 'held', held };
    await rememberMark(this.parts, password, plan.passwordMark);
    const applied = await connector.execute(plan, signal);
    log.applied(plan.action, applied);
    const known = {
      anchor: applied.anchor ?? account?.anchor ?? '',
      createdByUs: applied.createdByUs ?? account?.createdByUs ?? true,
    };
    return this.done(
      reserved,
      known.anchor,
      known,
      { password: applied.passwordSet || plan.passwordArrived ? password : undefined, dropped },
      { ...link.facts, ...applied.facts },
    );
  }

  private done(
    reserved: Reserved,
    anchor: string | undefined,
    account: KnownAccount | undefined,
    { password, dropped }: { password: PasswordInUse | undefined; dropped: readonly SealedPassword[] },
    facts: Record<string, string>,
  ): Outcome {
    return {
      kind: 'applied',
      anchor,
      createdByUs: account?.createdByUs ?? true,
      uniqueValues: reserved.values,
      facts,
      marked: true,
      ...(password ? { passwordDelivered: password.sealed } : {}),
      passwordsDropped: dropped,
      ...(reserved.temporary ? { again: true } : {}),
    };
  }

  private async match(
    target: RunningTarget,
    link: Link,
    subject: Subject,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<{ account: KnownAccount; adopted: boolean } | undefined> {
    log.enter('match');
    const match = await target.definition.connector.match(subject, signal);
    if (match.kind === 'none') {
      log.step('match', 'success', 'no account yet');
      return undefined;
    }
    await refuseAhead(this.parts, target, link.resourceType, describedMatch(match));
    if (match.kind === 'refused') {
      const setting = match.setting ? ` (setting: ${match.setting})` : '';
      throw new ConnectorError({
        kind: 'conflict',
        scimType: 'uniqueness',
        detail: `${match.detail}${setting}`,
      });
    }
    const holder = await this.parts.links.byAnchor(target.name, match.anchor);
    if (holder && holder.id !== link.id) {
      if (!passesOn(holder)) {
        throw new ConnectorError({
          kind: 'conflict',
          scimType: 'uniqueness',
          detail: `${match.description} belongs to "${holder.label}" already`,
          holder: match.anchor,
        });
      }
      await this.parts.unitOfWork.run((tx) => takeOver(this.parts, tx, holder, link));
      adoptFrom(link, holder);
    }
    log.step('match', 'success', `adopts ${match.description} by ${match.rule}`);
    const ours = match.rule === 'stamp';
    const createdByUs = ours || (holder?.createdByUs ?? false);
    return { account: { anchor: match.anchor, createdByUs }, adopted: !ours && !holder };
  }

  /** A missing account never leads to a create in the same pass: policy decides, and the next pass carries it out. */
  private async planned(
    target: RunningTarget,
    link: Link,
    seen: SeenResource,
    definition: ObjectDefinition,
    subject: Subject,
    account: KnownAccount | undefined,
    signal: AbortSignal,
  ): Promise<Plan | 'recreate'> {
    try {
      return await target.definition.connector.plan(subject, account, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'missing') throw error;
      // Taken over or given up, and gone: its deletion had been carried out, and the answer was lost.
      if (definition.whenMissing === 'recreate' || link.formerOwners.length > 0) return 'recreate';
      const { connector } = target.definition;
      if (definition.whenMissing === 'restore' && account && connector.planRestore)
        return connector.planRestore(subject, account, signal);
      throw new ConnectorError(
        {
          kind: 'rejected',
          detail: `The account of "${link.label}" is gone from the target: ${error.detail}`,
          recommendedAction: `${error.recommendedAction ?? 'Restore the account'}, or set whenMissing: recreate for ${seen.resourceType} in the target file and retry.`,
          diagnostic: error.diagnostic,
        },
        error,
      );
    }
  }

  /** The password of this pass waits for the next one, which finds the account. */
  private async restored(
    target: RunningTarget,
    link: Link,
    plan: Plan,
    log: AttemptLog,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const applied = await target.definition.connector.execute(plan, signal);
    log.applied(plan.action, applied);
    return { kind: 'restored' };
  }
}

/** For the log: what is decided by dates can be seen there. */
const because = ({ employment }: SeenResource): string => (employment ? `; ${employment.reason}` : '');

/** When somebody who is not employed yet will be. */
const beginsLater = ({ employment }: SeenResource): number | undefined =>
  employment?.state === 'before' ? employment.until : undefined;

function knownAccount(link: Link): KnownAccount | undefined {
  return link.anchor === undefined ? undefined : { anchor: link.anchor, createdByUs: link.createdByUs };
}
