import type { Transaction, UnitOfWork } from '../identity/ports.js';
import type { Edge, Link } from './model.js';
import type { EdgeStore, StoreClock } from './ports.js';
import type { LinkStore } from './link-store.js';

/** Memberships of one group that one decision can concern. */
const mostEdges = 100_000;

export interface GuardParts {
  unitOfWork: UnitOfWork;
  links: LinkStore;
  edges: EdgeStore;
  clock: StoreClock;
  wake(): void;
}

/** What an administrator decides about held plans, item by item or all of a target. */
export class GuardDecisions {
  constructor(private readonly parts: GuardParts) {}

  held(target?: string): Promise<Link[]> {
    return this.parts.links.list({
      state: 'held',
      limit: 10_000,
      ...(target === undefined ? {} : { target }),
    });
  }

  /** Carries the held plan out if it is still the same one. */
  async allow(link: Link): Promise<void> {
    const held = link.held;
    if (!held) return;
    const allowed = { generation: link.generation + 1, digest: held.digest };
    await this.parts.unitOfWork.run(async (tx) => {
      if (!(await this.stillHeld(tx, link))) return;
      await this.parts.links.setState(tx, link.id, link.removal ? 'removing' : 'due', {
        held: { ...held, allowed },
      });
    });
    this.parts.wake();
  }

  /** Leaves the account, or the members of the group, as they are until something about them changes again. */
  async discard(link: Link): Promise<void> {
    const state = link.removal ? 'retained' : 'applied';
    const removals = link.held && link.held.effects.memberRemovals > 0 ? await this.removals(link) : [];
    await this.parts.unitOfWork.run(async (tx) => {
      if (!(await this.stillHeld(tx, link))) return;
      await this.park(tx, link, removals);
      await this.parts.links.setState(tx, link.id, state, { held: null });
    });
    this.parts.wake();
  }

  /** A change since the list was read is delivered as any other: nobody has decided about that one. */
  private async stillHeld(tx: Transaction, { id, generation }: Link): Promise<boolean> {
    const now = await this.parts.links.lock(tx, id);
    return now?.state === 'held' && now.generation === generation;
  }

  private async removals({ target, resourceId }: Link): Promise<Edge[]> {
    const due = await this.parts.edges.due(target, resourceId, mostEdges);
    const members = await this.parts.edges.present(
      resourceId,
      due.map(({ memberId }) => memberId),
    );
    return due.filter(({ memberId }) => !members.has(memberId));
  }

  private async park(tx: Transaction, { target }: Link, edges: readonly Edge[]): Promise<void> {
    const at = await this.parts.clock.now(tx);
    const detail = 'The removal was held by the guard and discarded by an administrator.';
    for (const edge of edges)
      await this.parts.edges.defer(tx, target, edge, 'parked', at, { kind: 'rejected', detail, at });
  }
}
