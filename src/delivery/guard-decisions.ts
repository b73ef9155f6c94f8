import type { UnitOfWork } from '../identity/ports.js';
import type { Link } from './model.js';
import type { LinkStore } from './ports.js';

export interface GuardParts {
  unitOfWork: UnitOfWork;
  links: LinkStore;
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
    await this.parts.unitOfWork.run((tx) =>
      this.parts.links.setState(tx, link.id, link.removal ? 'removing' : 'due', {
        held: { ...held, allowed },
      }),
    );
    this.parts.wake();
  }

  /** Leaves the account as it is until something about the resource changes again. */
  async discard(link: Link): Promise<void> {
    const state = link.removal ? 'retained' : 'applied';
    await this.parts.unitOfWork.run((tx) => this.parts.links.setState(tx, link.id, state, { held: null }));
  }
}
