import {
  ConnectorError,
  type ConnectorErrorKind,
  type KnownAccount,
  type PlannedChange,
  type UniqueValue,
} from '../connectors/connector.js';
import type { Employment } from '../employment/index.js';
import { newId } from '../identity/id.js';
import type { Resource } from '../identity/model.js';
import type { MappedAccount, ScopeVerdict } from '../mapping/types.js';
import { actionOff, removalOff } from './attempt/actions-off.js';
import type { AttemptParts } from './attempt/parts.js';
import { desiredAccount, mappingInput, subjectOf } from './attempt/subject.js';
import { labelOf } from './label.js';
import type { Link } from './model.js';
import type { RunningTarget } from './targets.js';

/** Why `active` is what mapping sees, and when that changes. */
export interface PreviewedEmployment {
  employed: boolean;
  reason: string;
  nextChangeAt?: string;
}

/** What a target would do about one resource. Nothing is written, nothing is reserved. */
export interface Preview {
  target: string;
  resourceId: string;
  label: string;
  scope: ScopeVerdict;
  /** What the dates of the resource say, where it has any. */
  employment?: PreviewedEmployment;
  match?: string;
  action: string;
  account?: string;
  container?: string;
  changes: PlannedChange[];
  /** Memberships that are due, of members that have an account. */
  members: number;
  problem?: string;
  /** Why nothing is done about what would have to be. */
  skipped?: string;
  /** Where the target is why. */
  problemKind?: ConnectorErrorKind;
}

/** Plans without executing: for `landfall plan` and the operations API. */
export class Previewing {
  constructor(private readonly parts: AttemptParts) {}

  async preview(resource: Resource, signal: AbortSignal, only?: string): Promise<Preview[]> {
    const targets = this.parts.targets
      .for(resource.type)
      .filter((target) => only === undefined || target.name === only);
    const previews: Preview[] = [];
    for (const target of targets) previews.push(await this.one(target, resource, signal));
    return previews;
  }

  /** With an account: as if the resource were linked to it. */
  async one(
    target: RunningTarget,
    resource: Resource,
    signal: AbortSignal,
    account?: KnownAccount,
  ): Promise<Preview> {
    const definition = target.definition.objects[resource.type]!;
    const link = {
      ...((await this.parts.links.find(target.name, resource.id)) ?? newLink(target.name, resource)),
      ...account,
    };
    const seen = await mappingInput(this.parts, target, resource);
    const mapped = definition.map(seen);
    const preview: Preview = {
      target: target.name,
      resourceId: resource.id,
      label: labelOf(resource),
      scope: mapped.scope,
      ...(seen.employment ? { employment: previewed(seen.employment) } : {}),
      action: 'none',
      ...(mapped.container === undefined ? {} : { container: mapped.container }),
      changes: [],
      members: mapped.scope.inScope && definition.actions.update ? await this.members(target, resource) : 0,
    };
    try {
      await this.plan(target, link, mapped, preview, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      preview.problem = error.detail;
      preview.problemKind = error.kind;
    }
    return preview;
  }

  private async members({ name }: RunningTarget, { id }: Resource): Promise<number> {
    const ids = (await this.parts.edges.due(name, id, 10_000)).map(({ memberId }) => memberId);
    return ids.length === 0 ? 0 : (await this.parts.links.anchors(name, ids)).size;
  }

  private async plan(
    target: RunningTarget,
    link: Link,
    mapped: MappedAccount,
    preview: Preview,
    signal: AbortSignal,
  ): Promise<void> {
    const { connector } = target.definition;
    const definition = target.definition.objects[link.resourceType]!;
    if (mapped.problems[0]) {
      preview.problem = `${mapped.problems[0].mapping}: ${mapped.problems[0].detail}`;
      return;
    }
    let account =
      link.anchor === undefined ? undefined : { anchor: link.anchor, createdByUs: link.createdByUs };
    if (!mapped.scope.inScope && (!account || definition.outOfScope === 'ignore')) return;
    const desired = mapped.scope.inScope
      ? await desiredAccount(this.parts, target, mapped, {
          unique: firstChoice(target, link, mapped),
          values: {},
        })
      : { removal: { policy: definition.outOfScope as 'delete' | 'disable' | 'retain' } };
    const subject = subjectOf(this.parts, link, desired, mapped.match);
    if (!account) {
      const match = await connector.match(subject, signal);
      if (match.kind === 'refused') {
        preview.problem = match.detail;
        return;
      }
      if (match.kind === 'found') {
        preview.match = `${match.description} by ${match.rule}`;
        account = { anchor: match.anchor, createdByUs: match.rule === 'stamp' };
      }
    }
    const plan = await connector.plan(subject, account, signal);
    const off = mapped.scope.inScope ? actionOff(definition, plan.action) : removalOff(definition);
    if (off !== undefined && plan.action !== 'none') {
      preview.skipped = `${plan.action}: ${off}`;
      return;
    }
    preview.action = plan.action;
    preview.changes = [...plan.changes];
    if (plan.account !== undefined) preview.account = plan.account;
  }
}

function previewed({ employed, reason, until }: Employment): PreviewedEmployment {
  return {
    employed,
    reason,
    ...(until === undefined ? {} : { nextChangeAt: new Date(until).toISOString() }),
  };
}

function newLink(target: string, resource: Resource): Link {
  return {
    id: newId(),
    target,
    resourceId: resource.id,
    resourceType: resource.type,
    label: labelOf(resource),
    createdByUs: true,
    generation: 0,
    state: 'due',
    priority: 0,
    attempts: 0,
    nextAttemptAt: 0,
    uniqueValues: {},
    formerOwners: [],
    facts: {},
    cause: { caller: '', source: '', correlationId: '' },
    updatedAt: 0,
  };
}

/** The value that holds already, else the first candidate: what would be tried first. */
function firstChoice(target: RunningTarget, link: Link, mapped: MappedAccount): Record<string, UniqueValue> {
  const { kind, settings } = target.definition;
  return Object.fromEntries(
    mapped.unique.map((wanted) => {
      const expanded =
        kind.expandCandidates?.(settings, link.resourceType, wanted.attribute, [...wanted.candidates]) ??
        wanted.candidates;
      const value = link.uniqueValues[wanted.attribute]?.value ?? expanded[0] ?? '';
      return [
        wanted.attribute,
        { value, givenByClient: wanted.givenByClient, apply: wanted.apply, mapping: wanted.mapping },
      ];
    }),
  );
}
