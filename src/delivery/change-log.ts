import type { LeaverPolicy } from '../connectors/connector.js';
import type { Caller, Resource } from '../identity/model.js';
import { IdentityError } from '../identity/identity.errors.js';
import { ChangeLog, type Change, type Ticket, type Transaction } from '../identity/ports.js';
import { labelOf } from './label.js';
import { priorities, type Cause } from './model.js';
import { monotonic } from './monotonic.js';
import type { EdgeStore, SealedStore, StoreClock, UndecidedStore } from './ports.js';
import type { Lease } from './lease-store.js';
import type { LinkStore, LinkSubject, RaisedLink } from './link-store.js';
import type { Sealing } from './sealing.js';
import { removalOf, type DeliverySettings, type TargetDescription } from './target-definition.js';
import type { Replica, Targets } from './targets.js';

export interface ChangeLogParts {
  targets: Targets;
  links: LinkStore;
  edges: EdgeStore;
  undecided: UndecidedStore;
  sealed: SealedStore;
  sealing: Sealing;
  clock: StoreClock;
  replica: Replica;
  settings: DeliverySettings;
  wake(): void;
}

/** Records every change of identity as due work, in the change's own transaction. */
export class DeliveryChangeLog extends ChangeLog {
  constructor(private readonly parts: ChangeLogParts) {
    super();
  }

  async admit(type: string): Promise<void> {
    const deciding = this.parts.targets.deciding(type);
    if (!deciding) return;
    const state = await deciding.state();
    if (deciding.definition.whenUnavailable !== 'reject') return;
    if (state.state !== 'paused' && state.unavailableSince === undefined) return;
    const why =
      state.state === 'paused'
        ? `is paused: ${state.pause?.detail ?? 'by an administrator'}`
        : 'does not answer';
    throw new IdentityError(
      'targetUnavailable',
      `The target "${deciding.name}" ${why}. Nothing was changed; try again later.`,
      {
        retryAfterSeconds: 60,
      },
    );
  }

  async record(tx: Transaction, change: Change): Promise<Ticket | undefined> {
    const deciding = change.decidable ? this.parts.targets.deciding(change.resource.type) : undefined;
    const undecided =
      deciding !== undefined &&
      deciding.worthWaiting() &&
      timeLeft(deciding.definition, change) > 0 &&
      change.edges.length <= this.parts.settings.edgesPerPlan;
    let ticket: Ticket | undefined;
    for (const target of this.parts.targets.recorded()) {
      const waits = undecided && target === deciding.definition;
      const raised = await this.recordFor(tx, target, change, waits);
      const password = change.secrets?.password;
      // A target that is off needs no keys yet.
      if (raised && password !== undefined && takesPasswords(target) && this.seals(target))
        await this.seal(tx, target, raised, change, password, undecided);
      if (waits && raised) ticket = await this.undecided(tx, target, raised, change);
    }
    return ticket;
  }

  undecidedOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined> {
    return this.parts.undecided.pendingOn(tx, resourceIds);
  }

  async keep(tx: Transaction, changeId: string): Promise<void> {
    await this.parts.undecided.resolve(tx, changeId, 'kept');
  }

  async rearm(tx: Transaction, resource: Resource, caller: Caller): Promise<void> {
    for (const link of await this.parts.links.ofResource(resource.id, tx)) {
      if (link.state !== 'parked' && !(link.state === 'due' && link.attempts > 0)) continue;
      await this.parts.links.raise(tx, {
        target: link.target,
        resourceId: resource.id,
        resourceType: resource.type,
        label: labelOf(resource),
        cause: { caller: caller.name, source: caller.source, correlationId: caller.correlationId },
        priority: priorities.interactive,
      });
    }
  }

  wake(): void {
    this.parts.wake();
  }

  private async recordFor(
    tx: Transaction,
    target: TargetDescription,
    change: Change,
    waits: boolean,
  ): Promise<RaisedLink | undefined> {
    const { links, edges, clock } = this.parts;
    const definition = target.objects[change.resource.type];
    if (!definition) return undefined;
    if (change.kind === 'delete') {
      const removal = removalOf(definition);
      await links.beginRemoval(tx, target.name, change.resource.id, removal, causeOf(change));
      await this.recordEdges(tx, target, change, removal.policy);
      return undefined;
    }
    const lease: Lease | undefined = waits
      ? { owner: this.parts.replica.name, forMs: this.parts.settings.leaseMs }
      : undefined;
    const raised =
      change.kind === 'members'
        ? await this.raiseForMembers(tx, target, change, lease)
        : await links.raise(tx, subjectOf(target, change), lease);
    if (change.edges.length > 0)
      await edges.add(tx, target.name, change.edges, waits ? change.id : undefined, await clock.now(tx));
    return raised;
  }

  /** Only edges are due; a group that has no account yet is raised as a whole. */
  private async raiseForMembers(
    tx: Transaction,
    target: TargetDescription,
    change: Change,
    lease?: Lease,
  ): Promise<RaisedLink> {
    const { links } = this.parts;
    if (lease) {
      const leased = await links.leaseForEdges(tx, target.name, change.resource.id, lease);
      if (leased?.anchor) return leased;
    } else {
      const link = await links.find(target.name, change.resource.id, tx);
      if (link?.anchor)
        return { id: link.id, generation: link.generation, leased: false, anchor: link.anchor };
    }
    return links.raise(tx, subjectOf(target, change), lease);
  }

  /** A leaver's memberships are looked at by removal; those of a group matter only as long as its account stays. */
  private async recordEdges(
    tx: Transaction,
    target: TargetDescription,
    { edges: all, resource }: Change,
    policy: LeaverPolicy,
  ): Promise<void> {
    const { edges, clock } = this.parts;
    const stays = policy !== 'delete';
    const recorded = all.filter(
      ({ memberId, groupId }) => memberId === resource.id || (stays && groupId === resource.id),
    );
    if (recorded.length === 0) return;
    await edges.add(tx, target.name, recorded, undefined, await clock.now(tx));
    if (stays) await edges.keepOfGroup(tx, target.name, resource.id);
  }

  private seals({ name }: TargetDescription): boolean {
    return this.parts.sealing.ready || this.parts.targets.get(name) !== undefined;
  }

  private async seal(
    tx: Transaction,
    target: TargetDescription,
    raised: RaisedLink,
    change: Change,
    password: string,
    undecided: boolean,
  ): Promise<void> {
    const now = await this.parts.clock.now(tx);
    const sealed = this.parts.sealing.seal(password, {
      linkId: raised.id,
      resourceId: change.resource.id,
      target: target.name,
      purpose: 'set',
      ...(undecided ? { changeId: change.id } : {}),
      sealedAt: now,
      expiresAt: now + this.parts.settings.passwordWaitsMs,
    });
    await this.parts.sealed.insert(tx, sealed);
  }

  private async undecided(
    tx: Transaction,
    target: TargetDescription,
    raised: RaisedLink,
    change: Change,
  ): Promise<Ticket> {
    const now = await this.parts.clock.now(tx);
    const within = timeLeft(target, change);
    await this.parts.undecided.insert(tx, {
      changeId: change.id,
      resourceId: change.resource.id,
      linkId: raised.id,
      target: target.name,
      kind: change.kind as 'create' | 'update' | 'members',
      former: change.former,
      versionAfter: change.versionAfter,
      deadline: now + Math.ceil(within),
      caller: change.caller,
    });
    return { changeId: change.id, target: target.name, linkId: raised.id, deadline: monotonic() + within };
  }
}

const takesPasswords = ({ kind, settings }: TargetDescription): boolean =>
  kind.takesPasswords?.(settings) ?? true;

/** Milliseconds that the request still waits for the target's word. */
function timeLeft(target: TargetDescription, { decideBy = Infinity }: Change): number {
  return Math.min(target.answerWithinMs, decideBy - monotonic());
}

function causeOf(change: Change): Cause {
  return {
    caller: change.caller.name,
    source: change.caller.source,
    correlationId: change.caller.correlationId,
  };
}

function subjectOf(target: TargetDescription, change: Change): LinkSubject {
  return {
    target: target.name,
    resourceId: change.resource.id,
    resourceType: change.resource.type,
    label: labelOf(change.resource),
    cause: causeOf(change),
    priority: priorities.interactive,
  };
}
