import { ConnectorError, type DesiredAccount, type Subject } from '../../connectors/connector.js';
import type { Employment } from '../../employment/index.js';
import type { Resource } from '../../identity/model.js';
import type { MappedAccount, MappingInput } from '../../mapping/types.js';
import type { JsonObject } from '../../schema/types.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';
import type { Reserved } from './reserve.js';

/** A mapping input, and why the dates of the resource make of `active` what they do. */
export interface SeenResource extends MappingInput {
  employment?: Employment;
}

/** The resource as mapping sees it today: with external ids, facts of other targets and, where asked for, its groups. */
export async function mappingInput(
  parts: Pick<AttemptParts, 'resources' | 'links' | 'calendar'>,
  target: RunningTarget,
  resource: Resource,
): Promise<SeenResource> {
  const definition = target.definition.objects[resource.type]!;
  const externalIds = Object.entries(await parts.resources.externalIds(undefined, resource.id));
  const links = await parts.links.ofResource(resource.id);
  const groups = definition.needsGroups ? await parts.resources.groups(resource.id) : undefined;
  const seen = await parts.calendar.seen(resource.attributes);
  const attributes: JsonObject = {
    ...seen.attributes,
    id: resource.id,
    meta: {
      created: new Date(resource.created).toISOString(),
      lastModified: new Date(resource.lastModified).toISOString(),
    },
    ...(externalIds[0] ? { externalId: externalIds[0][1] } : {}),
  };
  return {
    ...seen,
    id: resource.id,
    resourceType: resource.type,
    attributes,
    ...(groups
      ? { groups: groups.map((group) => ({ id: group.value, displayName: group.display ?? '' })) }
      : {}),
    facts: Object.fromEntries(links.map((link) => [link.target, link.facts])),
  };
}

/** Asked where the resource itself is not being delivered: an account that is out of scope is left as it is. */
export async function isOutOfScope(
  parts: Pick<AttemptParts, 'resources' | 'links' | 'calendar'>,
  target: RunningTarget,
  { resourceType, resourceId }: Pick<Link, 'resourceType' | 'resourceId'>,
): Promise<boolean> {
  const definition = target.definition.objects[resourceType];
  if (!definition?.scoped) return false;
  const resource = await parts.resources.load(undefined, resourceType, resourceId, '');
  return resource !== undefined && !definition.map(await mappingInput(parts, target, resource)).scope.inScope;
}

/** Throws what makes the resource impossible to apply: mapping problems. */
export function refuseProblems(mapped: MappedAccount): void {
  const first = mapped.problems[0];
  if (!first) return;
  throw new ConnectorError({
    kind: 'rejected',
    scimType: 'invalidValue',
    detail: `The attribute mapping ${first.mapping} cannot be computed: ${first.detail}`,
    recommendedAction: 'Correct the value at the source, or the mapping in the target file.',
  });
}

/** Adds anchors to references; what has no account yet is pending, and comes back when it has. */
export async function desiredAccount(
  parts: AttemptParts,
  target: RunningTarget,
  mapped: MappedAccount,
  reserved: Reserved,
): Promise<DesiredAccount> {
  const ids = mapped.references.flatMap((reference) => reference.resourceIds);
  const anchors = ids.length > 0 ? await parts.links.anchors(target.name, ids) : new Map<string, string>();
  return {
    ...(mapped.container === undefined ? {} : { container: mapped.container }),
    ...(mapped.enabled === undefined ? {} : { enabled: mapped.enabled }),
    attributes: mapped.attributes,
    unique: reserved.unique,
    references: mapped.references.map((reference) => ({
      attribute: reference.attribute,
      mapping: reference.mapping,
      anchors: reference.resourceIds.flatMap((id) => anchors.get(id) ?? []),
      pending: reference.resourceIds.filter((id) => !anchors.has(id)),
    })),
  };
}

export function subjectOf(
  parts: AttemptParts,
  link: Link,
  desired: Subject['desired'],
  match: Subject['match'] = [],
): Subject {
  return {
    kind: link.resourceType,
    resourceId: link.resourceId,
    stamp: `${parts.storeId}:${link.resourceId}`,
    formerStamps: link.formerOwners.map((id) => `${parts.storeId}:${id}`),
    label: link.label,
    desired,
    match,
  };
}
