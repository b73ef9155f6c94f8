import { ConnectorError, type PlannedChange } from '../../connectors/connector.js';
import type { ConnectorKind } from '../../connectors/kind.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceService } from '../../identity/resource-service.js';
import { IdentityError } from '../../identity/identity.errors.js';
import { ScimError } from '../../schema/scim-error.js';
import type { AttemptParts } from '../attempt/parts.js';
import { putAt } from '../import/resource-place.js';
import type { ReverseMapping } from '../import/reverse-mapping.js';
import type { Job } from '../jobs/job.js';
import type { Link } from '../model.js';
import type { Preview, Previewing } from '../preview.js';
import type { RunningTarget } from '../targets.js';
import type { Findings } from '../jobs/findings.js';
import { jobCaller, raisedBy } from '../jobs/job-caller.js';

type Policy = 'enforce' | 'report' | 'adopt';

export interface LinkDriftParts extends Pick<AttemptParts, 'links' | 'unitOfWork' | 'resources'> {
  previewing: Previewing;
  identity: ResourceService;
}

/** Links that ordinary delivery, the guard or a person has in hand are not looked at. */
const inHand: Partial<Record<Link['state'], string>> = {
  due: 'due',
  parked: 'parked',
  held: 'held',
  removing: 'leaving',
  retained: 'leaving',
};

/** Compares one account with what the store wants, attribute by attribute, and does what the drift policies say. */
export class LinkDrift {
  constructor(private readonly parts: LinkDriftParts) {}

  /** True: the account is there and in scope, and its group may be compared. */
  async compare(
    job: Job,
    target: RunningTarget,
    reverse: ReverseMapping | undefined,
    link: Link,
    findings: Findings,
    signal: AbortSignal,
  ): Promise<boolean> {
    const aside = inHand[link.state];
    if (aside !== undefined) {
      findings.count(aside);
      return false;
    }
    const { resourceType, resourceId } = link;
    const resource = await this.parts.resources.load(undefined, resourceType, resourceId, '');
    if (!resource || !target.definition.objects[resourceType]) return false;
    const preview = await this.parts.previewing.one(target, resource, signal);
    if (preview.problemKind === 'unavailable' || preview.problemKind === 'unknown')
      throw new ConnectorError({ kind: preview.problemKind, detail: preview.problem! });
    if (preview.problem !== undefined) {
      await this.problem(job, link, preview, findings);
      return false;
    }
    if (preview.action === 'none') findings.count('inOrder');
    else await this.drifted(job, target, reverse, link, resource, preview, findings);
    return preview.scope.inScope && link.anchor !== undefined;
  }

  /** A missing account is confirmed, then parked or made again, by ordinary delivery. */
  private async problem(job: Job, link: Link, preview: Preview, findings: Findings): Promise<void> {
    const missing = preview.problemKind === 'missing';
    findings.list(missing ? 'missing' : 'problems', rowOf(link, preview, preview.problem!));
    if (missing && job.progress.apply) await this.raise(job, link);
  }

  private async drifted(
    job: Job,
    target: RunningTarget,
    reverse: ReverseMapping | undefined,
    link: Link,
    resource: Resource,
    preview: Preview,
    findings: Findings,
  ): Promise<void> {
    const { kind, objects } = target.definition;
    const { lines } = objects[link.resourceType]!;
    const policyOf = (attribute: string): Policy =>
      lines.find(({ target: name }) => writes(kind, name).includes(attribute.toLowerCase()))?.drift ??
      'enforce';
    const by: Record<Policy, PlannedChange[]> = { enforce: [], report: [], adopt: [] };
    for (const change of preview.changes) by[policyOf(change.attribute)].push(change);
    findings.list('drifted', rowOf(link, preview, described(preview)));
    for (const policy of ['enforce', 'report', 'adopt'] as const)
      if (by[policy].length > 0) findings.count(`${policy}Attributes`, by[policy].length);
    if (!job.progress.apply) return;
    if (by.adopt.length > 0) await this.adopt(job, resource, reverse, by.adopt, findings);
    if (by.enforce.length === 0 && preview.changes.length > 0) {
      if (by.report.length > 0) findings.count('leftAlone');
      return;
    }
    await this.raise(job, link);
    findings.count('repairing');
  }

  /** The target's value becomes the resource's, where a direct source line says whose it is. */
  private async adopt(
    job: Job,
    resource: Resource,
    reverse: ReverseMapping | undefined,
    changes: readonly PlannedChange[],
    findings: Findings,
  ): Promise<void> {
    const known = changes.flatMap(({ attribute, old }) => {
      const line = reverse?.line(attribute);
      return line && !line.secret ? [{ place: line.place, values: old }] : [];
    });
    if (known.length < changes.length) findings.count('notAdoptable', changes.length - known.length);
    if (known.length === 0) return;
    try {
      await this.parts.identity.edit(
        resource.type,
        resource.id,
        {
          apply: ({ attributes }) => {
            for (const { place, values } of known) putAt(attributes, place, values);
            return { attributes: reverse!.refuseInvalid(attributes) };
          },
          members: [],
        },
        {},
        jobCaller(job),
        { members: false, groups: false },
      );
      findings.count('adopted', known.length);
    } catch (error) {
      if (!(error instanceof IdentityError || error instanceof ScimError)) throw error;
      findings.list('notAdopted', { label: resource.id, resourceId: resource.id, detail: error.detail });
    }
  }

  private async raise(job: Job, link: Link): Promise<void> {
    await this.parts.unitOfWork.run((tx) => this.parts.links.raise(tx, raisedBy(job, link)));
  }
}

function writes(kind: ConnectorKind, target: string): string[] {
  return (kind.writes?.(target) ?? [target]).map((name) => name.toLowerCase());
}

function rowOf(link: Link, preview: Preview, detail: string) {
  const { label, resourceId } = link;
  return { label, resourceId, account: preview.account ?? link.anchor, detail };
}

const longest = 100;
const shortened = (values: readonly string[]) => {
  const text = values.join(', ');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

function described({ action, changes }: Preview): string {
  if (changes.length === 0) return action;
  return changes
    .slice(0, 20)
    .map(({ attribute, old, new: wanted }) => `${attribute}: ${shortened(old)} → ${shortened(wanted)}`)
    .join('; ');
}
