import { IdentityError } from './identity.errors.js';
import type { Caller, Resource } from './model.js';
import type { Change, FormerImage, KeyClash, MembershipChange } from './ports.js';

/** A change as delivery is told of it. */
export function change(
  kind: Change['kind'],
  id: string,
  resource: Resource,
  caller: Caller,
  at: number,
  more: Pick<Change, 'edges' | 'decidable' | 'decideBy'> & {
    secrets?: Change['secrets'];
    former?: FormerImage;
    replaces?: boolean;
  },
): Change {
  return { id, kind, resource, caller, at, versionAfter: resource.version, ...more };
}

/** What an undo restores: only what the change touched. */
export function formerImage(
  current: Resource,
  externalIdNow: string | undefined,
  attributes: boolean,
  edges: readonly MembershipChange[],
): FormerImage {
  return {
    ...(attributes ? { attributes: current.attributes, ...authorshipOf(current) } : {}),
    ...(externalIdNow === current.externalId ? {} : { externalId: current.externalId ?? null }),
    edges: edges.map((edge) => ({ ...edge, present: !edge.present })),
  };
}

const authorshipOf = ({ authorship }: Resource): Pick<FormerImage, 'authorship'> =>
  authorship === undefined ? {} : { authorship };

export function notFound(type: string, id: string): IdentityError {
  return new IdentityError('notFound', `${type} "${id}" does not exist.`);
}

export function notUnique(type: string, clash: KeyClash): IdentityError {
  return new IdentityError('notUnique', `Another ${type} has the same ${clash.path} already.`, {
    attribute: clash.path,
    scimType: 'uniqueness',
  });
}

/** On PostgreSQL a key can be lost to a transaction that committed in between. */
export function clashed(error: unknown): unknown {
  const clash = (error as { clash?: KeyClash }).clash;
  return error instanceof Error && error.name === 'LostKey' && clash ? notUnique('resource', clash) : error;
}
