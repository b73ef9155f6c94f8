import type { Transaction } from '../../identity/ports.js';
import { sameJson } from '../../schema/same-json.js';
import { priorities, type Link, type LinkError, type Undecided } from '../model.js';
import type { AttemptLog } from './attempt-log.js';
import { decidable } from './decidable.js';
import type { Outcome } from './outcome.js';
import type { AttemptParts } from './parts.js';

/** Writes down what an attempt came to, in one transaction with everything that follows from it. */
export class Closing {
  constructor(private readonly parts: AttemptParts) {}

  /** Ids of changes that were decided; told after the commit. */
  success(link: Link, outcome: Outcome, log: AttemptLog, revision: string): Promise<string[]> {
    return this.parts.unitOfWork.run(async (tx) => {
      const now = await this.parts.clock.now(tx);
      if (outcome.kind === 'overtaken') return this.overtaken(tx, link, now);
      const seen = await decidable(this.parts, tx, link);
      const gone = outcome.kind === 'gone' || outcome.kind === 'leaves';
      if (gone && (await this.moved(tx, link))) return this.overtaken(tx, link, now);
      if (outcome.kind === 'leaves') return this.leaves(tx, link, outcome.removal);
      if (outcome.kind === 'removed' || outcome.kind === 'gone')
        return this.removed(tx, link, seen, log, now);
      if (outcome.kind === 'retained') await this.retained(tx, link, outcome, now);
      if (outcome.kind === 'recreate') await this.recreate(tx, link, now);
      if (outcome.kind === 'restored') await this.restored(tx, link, now);
      if (outcome.kind === 'held') await this.held(tx, link, outcome.held, now);
      if (outcome.kind === 'skipped') await this.skipped(tx, link, now, revision);
      if (outcome.kind === 'applied') await this.applied(tx, link, outcome, now, revision);
      await this.write(tx, link, log, outcome, now);
      if (outcome.kind === 'recreate' || outcome.kind === 'restored') return [];
      return this.keepDecided(tx, seen, edgesFollow(link, outcome));
    });
  }

  private async applied(
    tx: Transaction,
    link: Link,
    outcome: Outcome & { kind: 'applied' },
    now: number,
    revision: string,
  ): Promise<void> {
    const { links, edges, reservations, sealed, settings } = this.parts;
    if (outcome.marked) await edges.takeUp(tx, link.target, link.resourceId, now);
    const closed = await links.close(tx, link, this.parts.replica.name, {
      state: 'applied',
      attempts: 0,
      nextAttemptAt: now,
      error: null,
      // What was allowed for the members is carried out after this.
      ...(allowsMembers(link) ? {} : { held: null }),
      anchor: outcome.anchor,
      createdByUs: outcome.createdByUs,
      uniqueValues: outcome.uniqueValues,
      facts: outcome.facts,
      ...(outcome.marked || outcome.anchor === null ? { formerOwners: null } : {}),
      mappingRevision: revision,
    });
    if (outcome.leftGroups) await edges.keepOfMember(tx, link.target, link.resourceId, now);
    if (outcome.anchor === null) await this.accountGone(tx, link, now);
    else if (outcome.anchor !== undefined && outcome.anchor !== link.claimedAnchor) {
      await links.raiseReferring(tx, link.target, link.resourceId);
      await edges.wake(tx, link.target, link.resourceId, now);
    }
    if (!sameJson(outcome.facts, link.facts)) await this.tellDependents(tx, link);
    if (outcome.again) await links.setState(tx, link.id, 'due');
    if (closed === 'closed') {
      const kept = Object.values(outcome.uniqueValues);
      const givenUp = await reservations.keepOnly(tx, link.target, link.id, kept);
      if (givenUp > 0 || link.error) await links.wakeWaiting(tx, link.id);
    }
    for (const { id } of outcome.passwordsDropped ?? []) await sealed.erase(tx, id);
    if (!outcome.passwordDelivered) return;
    if (outcome.passwordDelivered.purpose === 'set') await sealed.arrived(tx, outcome.passwordDelivered);
    else await sealed.delivered(tx, outcome.passwordDelivered.id, now + settings.initialPasswordMs);
  }

  /** Targets whose mapping reads what this one decided look at the resource again. */
  private async tellDependents(tx: Transaction, link: Link): Promise<void> {
    const { target, resourceId, resourceType, label, cause } = link;
    for (const { name, dependsOn, objects } of this.parts.targets.recorded()) {
      const object = objects[resourceType];
      if (name === target || !object) continue;
      if (!dependsOn.includes(target) && !object.readsFactsOf.includes(target)) continue;
      await this.parts.links.raise(tx, {
        target: name,
        resourceId,
        resourceType,
        label,
        cause,
        priority: priorities.interactive,
      });
    }
  }

  private async recreate(tx: Transaction, link: Link, now: number): Promise<void> {
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'due',
      attempts: 0,
      nextAttemptAt: now,
      anchor: null,
      formerOwners: null,
      facts: {},
    });
    await this.accountGone(tx, link, now);
  }

  /** Its memberships went with it, and so did what refers to it: both wait for the next one. */
  private async accountGone(tx: Transaction, link: Link, now: number): Promise<void> {
    const { links, edges, sealed } = this.parts;
    await sealed.accountGone(tx, link.id);
    await links.raiseReferring(tx, link.target, link.resourceId);
    await edges.raiseAll(tx, link.target, link.resourceId, now);
  }

  /** Its memberships and whoever refers to it are looked at again: a target without a recycle bin has lost them. */
  private async restored(tx: Transaction, link: Link, now: number): Promise<void> {
    const { links, edges } = this.parts;
    const state = { state: 'due' as const, attempts: 0, nextAttemptAt: now, error: null };
    await links.close(tx, link, this.parts.replica.name, state);
    await links.raiseReferring(tx, link.target, link.resourceId);
    await edges.raiseAll(tx, link.target, link.resourceId, now);
  }

  private async held(
    tx: Transaction,
    link: Link,
    held: NonNullable<Link['held']>,
    now: number,
  ): Promise<void> {
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'held',
      attempts: link.attempts,
      nextAttemptAt: now,
      held,
    });
  }

  private async overtaken(tx: Transaction, link: Link, now: number): Promise<string[]> {
    const { attempts } = link;
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'due',
      attempts,
      nextAttemptAt: now,
    });
    return [];
  }

  private async skipped(tx: Transaction, link: Link, now: number, revision: string): Promise<void> {
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'applied',
      attempts: 0,
      nextAttemptAt: now,
      error: null,
      mappingRevision: revision,
    });
  }

  private async leaves(
    tx: Transaction,
    { target, resourceId, cause }: Link,
    removal: NonNullable<Link['removal']>,
  ): Promise<string[]> {
    await this.parts.links.beginRemoval(tx, target, resourceId, removal, cause);
    return [];
  }

  private async retained(
    tx: Transaction,
    link: Link,
    outcome: Outcome & { kind: 'retained' },
    now: number,
  ): Promise<void> {
    await this.parts.sealed.eraseOfLink(tx, link.id);
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'retained',
      attempts: 0,
      nextAttemptAt: now,
      error: null,
      removeAt: outcome.removeAt ?? null,
      ...(outcome.anchor === undefined ? {} : { anchor: outcome.anchor }),
    });
  }

  private async removed(
    tx: Transaction,
    link: Link,
    seen: readonly Undecided[],
    log: AttemptLog,
    now: number,
  ): Promise<string[]> {
    const { links, edges, reservations, sealed } = this.parts;
    if (await this.moved(tx, link)) {
      await links.close(tx, link, this.parts.replica.name, {
        state: 'due',
        attempts: 0,
        nextAttemptAt: now,
        anchor: null,
      });
      return [];
    }
    const decided = await this.keepDecided(tx, seen, false);
    await sealed.eraseOfLink(tx, link.id);
    await reservations.release(tx, link.id);
    await edges.forget(tx, link.target, link.resourceId);
    await links.raiseReferring(tx, link.target, link.resourceId);
    await links.wakeWaiting(tx, link.id);
    await links.delete(tx, link.id);
    if (log.noteworthy) await this.parts.logs.insert(tx, log.record('success', now));
    return decided;
  }

  private async moved(tx: Transaction, { id, generation }: Link): Promise<boolean> {
    const fresh = await this.parts.links.lock(tx, id);
    return fresh?.generation !== generation || fresh.leaseOwner !== this.parts.replica.name;
  }

  /** A change with edges is decided when its edges are, where they are carried out now. */
  private async keepDecided(
    tx: Transaction,
    seen: readonly Undecided[],
    edgesFollow: boolean,
  ): Promise<string[]> {
    const decided: string[] = [];
    for (const change of seen) {
      if (edgesFollow && (await this.parts.edges.ofChange(tx, change.changeId)).length > 0) continue;
      if (await this.parts.undecided.resolve(tx, change.changeId, 'kept')) decided.push(change.changeId);
    }
    return decided;
  }

  private async write(
    tx: Transaction,
    link: Link,
    log: AttemptLog,
    outcome: Outcome,
    now: number,
  ): Promise<void> {
    // A pass over everything has nothing to tell about those that are out of scope; a change has.
    const left = outcome.kind === 'skipped' && link.priority === priorities.interactive;
    if (!log.noteworthy && outcome.kind !== 'held' && !left) return;
    const anchor = outcome.kind === 'applied' ? (outcome.anchor ?? undefined) : undefined;
    const state = outcome.kind === 'held' ? 'pending' : outcome.kind === 'skipped' ? 'skipped' : 'success';
    await this.parts.logs.insert(tx, log.record(state, now, anchor, held(outcome, now)));
  }
}

/** Those of a group without an account, or of one that is held, wait. */
function edgesFollow({ anchor }: Link, outcome: Outcome): boolean {
  if (outcome.kind === 'applied') return typeof outcome.anchor === 'string';
  return outcome.kind === 'skipped' && anchor !== undefined;
}

const allowsMembers = ({ held }: Link) => held?.allowed !== undefined && held.effects.memberRemovals > 0;

function held(outcome: Outcome, now: number): LinkError | undefined {
  if (outcome.kind !== 'held') return undefined;
  return {
    kind: 'rejected',
    detail: `Held by the guard: ${outcome.held.summary}`,
    recommendedAction:
      'Look at `landfall guard list`, then `landfall guard allow` or `landfall guard discard`.',
    at: now,
  };
}
