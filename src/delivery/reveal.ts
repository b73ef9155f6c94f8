import type { ResourceStore, UnitOfWork } from '../identity/ports.js';
import { newId } from '../identity/id.js';
import type { Link } from './model.js';
import type { LogStore, SealedStore, StoreClock } from './ports.js';
import type { LinkStore } from './link-store.js';
import type { Sealing } from './sealing.js';

export interface RevealedPassword {
  target: string;
  label: string;
  account?: string;
  password: string;
  sealedAt: number;
}

export interface RevealParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  links: LinkStore;
  sealed: SealedStore;
  sealing: Sealing;
  logs: LogStore;
  clock: StoreClock;
}

/** Shows the initial password of an account once; it is erased with the showing, and the showing is logged. */
export class PasswordReveal {
  constructor(private readonly parts: RevealParts) {}

  async reveal(
    resourceId: string,
    by: { name: string; source: string; correlationId: string },
    target?: string,
  ): Promise<RevealedPassword[]> {
    const revealed: RevealedPassword[] = [];
    for (const link of await this.parts.links.ofResource(resourceId)) {
      if (target !== undefined && link.target !== target) continue;
      const one = await this.ofLink(link, by);
      if (one) revealed.push(one);
    }
    return revealed;
  }

  private async ofLink(
    link: Link,
    by: { name: string; source: string; correlationId: string },
  ): Promise<RevealedPassword | undefined> {
    const sealed = (await this.parts.sealed.ofLink(link.id)).find(
      (row) => row.purpose === 'initial' && row.delivered,
    );
    if (!sealed || sealed.expiresAt < (await this.parts.clock.now())) return undefined;
    const password = this.parts.sealing.open(sealed);
    if (password === undefined) return undefined;
    const first = await this.parts.unitOfWork.run(async (tx) => {
      if (!(await this.parts.sealed.erase(tx, sealed.id))) return false;
      await this.parts.logs.insert(tx, {
        id: newId(),
        at: await this.parts.clock.now(tx),
        correlationId: by.correlationId,
        caller: by.name,
        source: by.source,
        target: link.target,
        resourceId: link.resourceId,
        resourceType: link.resourceType,
        label: link.label,
        ...(link.anchor === undefined ? {} : { anchor: link.anchor }),
        action: 'reveal',
        outcome: 'success',
        durationMs: 0,
        attempt: 1,
        steps: [
          { name: 'apply', status: 'success', detail: `the initial password was revealed to ${by.name}` },
        ],
        changes: [],
      });
      return true;
    });
    if (!first) return undefined;
    return {
      target: link.target,
      label: link.label,
      ...(link.facts.distinguishedName ? { account: link.facts.distinguishedName } : {}),
      password,
      sealedAt: sealed.sealedAt,
    };
  }
}
