import type { ListedAccount } from '../../connectors/connector.js';
import { IdentityError } from '../../identity/identity.errors.js';
import type { ResourceService } from '../../identity/resource-service.js';
import { ScimError } from '../../schema/scim-error.js';
import type { AttemptParts } from '../attempt/parts.js';
import type { Findings } from '../jobs/findings.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import type { Job } from '../jobs/job.js';
import { jobCaller, raisedBy } from '../jobs/job-caller.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import { putAt, type ResourcePlace } from './resource-place.js';
import type { ReverseMapping } from './reverse-mapping.js';

export interface ImportReferencesParts extends Pick<AttemptParts, 'links' | 'unitOfWork'> {
  inventory: InventoryStore;
  identity: ResourceService;
}

interface Read {
  place: ResourcePlace;
  resourceIds: string[];
}

/**
 * Managers and the like, when every account has its resource. Only then is an account that refers to others delivered: a
 * delivery before would clear what the resource does not say yet.
 */
export class ImportReferences {
  constructor(private readonly parts: ImportReferencesParts) {}

  async page(
    job: Job,
    target: RunningTarget,
    reverse: ReverseMapping,
    page: readonly ListedAccount[],
    findings: Findings,
  ): Promise<void> {
    const { inventory, links } = this.parts;
    const referring = page.flatMap((account) => {
      const referred = reverse.referred(account);
      return referred.length > 0 ? [{ account, referred }] : [];
    });
    const asked = referring.flatMap(({ account, referred }) => [
      account.anchor,
      ...referred.flatMap(({ anchors }) => anchors),
    ]);
    const linked = await inventory.linksByAnchor(target.name, asked);
    for (const { account, referred } of referring) {
      const resourceId = linked.get(account.anchor)?.resourceId;
      const link = resourceId === undefined ? undefined : await links.find(target.name, resourceId);
      if (!link || !isUndelivered(link)) continue;
      const read = referred.flatMap(({ target: name, place, anchors }): Read[] => {
        const resourceIds = anchors.flatMap((anchor) => linked.get(anchor)?.resourceId ?? []);
        if (resourceIds.length < anchors.length) tellForeign(link, account, name, findings);
        return resourceIds.length === 0 ? [] : [{ place, resourceIds }];
      });
      await this.deliver(job, link, reverse, read, findings);
    }
  }

  /** Either way the link becomes due. */
  private async deliver(
    job: Job,
    link: Link,
    reverse: ReverseMapping,
    read: readonly Read[],
    findings: Findings,
  ): Promise<void> {
    if (read.length > 0) {
      try {
        await this.parts.identity.edit(
          link.resourceType,
          link.resourceId,
          {
            apply: ({ attributes }) => {
              for (const { place, resourceIds } of read) putAt(attributes, place, resourceIds);
              return { attributes: reverse.refuseInvalid(attributes) };
            },
            members: [],
          },
          {},
          jobCaller(job),
          { members: false, groups: false },
        );
        findings.count('references', read.length);
        return;
      } catch (error) {
        if (!(error instanceof IdentityError || error instanceof ScimError)) throw error;
        findings.list('rejected', { label: link.label, resourceId: link.resourceId, detail: error.detail });
      }
    }
    await this.parts.unitOfWork.run((tx) => this.parts.links.raise(tx, raisedBy(job, link)));
  }
}

/** Made by this import, or by one that was broken off. What somebody has changed since is theirs to say. */
const isUndelivered = ({ cause, state, mappingRevision }: Link): boolean =>
  cause.caller === 'import' && state === 'applied' && mappingRevision === undefined;

function tellForeign(link: Link, account: ListedAccount, name: string, findings: Findings): void {
  findings.list('referencesNotOurs', {
    label: link.label,
    resourceId: link.resourceId,
    account: account.description,
    detail: `its ${name} refers to an account that was not imported`,
  });
}
