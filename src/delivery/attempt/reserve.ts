import { createHash } from 'node:crypto';
import { ConnectorError, type UniqueCandidates, type UniqueValue } from '../../connectors/connector.js';
import type { Transaction } from '../../identity/ports.js';
import type { MappedAccount } from '../../mapping/types.js';
import type { Link, ReservedValue } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';
import { passesOn, takeOver } from './take-over.js';
import { WaitsFor, willMove } from './waits-for.js';

export interface Reserved {
  /** For the connector. */
  unique: Record<string, UniqueValue>;
  /** For the link row. */
  values: Record<string, ReservedValue>;
  /** A removing or retained link that held the client's own value: its account passes to this one. */
  takenOver?: Link;
  /** A temporary value breaks a circle of renames: the link stays due. */
  temporary?: boolean;
}

/** Values the target said belong to somebody else, by attribute: not tried again in this attempt. */
export type Taken = Map<string, Set<string>>;

/**
 * Chooses and reserves a value for each unique attribute before the first write.
 * A link that holds a reservation keeps it, and chooses again only when an input changed.
 * `hasAccount`: also one that is not in the link yet; such a link takes over nobody's.
 */
export async function reserve(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  { container, unique: wanted }: Pick<MappedAccount, 'container' | 'unique'>,
  hasAccount: boolean,
  taken: Taken,
): Promise<Reserved> {
  return parts.unitOfWork.run(async (tx) => {
    const reserved: Reserved = { unique: {}, values: {} };
    for (const candidates of wanted)
      await reserveOne(parts, tx, target, link, container, candidates, hasAccount, taken, reserved);
    // An account whose create was not answered bears these: a better candidate that becomes free is not for it.
    if (link.anchor === undefined && wanted.length > 0) await parts.links.chose(tx, link.id, reserved.values);
    return reserved;
  });
}

async function reserveOne(
  parts: AttemptParts,
  tx: Transaction,
  target: RunningTarget,
  link: Link,
  container: string | undefined,
  wanted: UniqueCandidates,
  hasAccount: boolean,
  taken: Taken,
  reserved: Reserved,
): Promise<void> {
  const { kind, settings } = target.definition;
  const { attribute } = wanted;
  const nameSpace = kind.nameSpace(settings, link.resourceType, attribute, container) ?? attribute;
  const expanded =
    kind.expandCandidates?.(settings, link.resourceType, attribute, [...wanted.candidates]) ??
    wanted.candidates;
  const digest = createHash('sha256')
    .update(JSON.stringify([nameSpace, wanted.candidates]))
    .digest('base64url');
  const held = link.uniqueValues[attribute];
  const refused = taken.get(attribute);
  const accept = (value: ReservedValue) => {
    reserved.values[attribute] = value;
    reserved.unique[attribute] = {
      value: value.value,
      givenByClient: wanted.givenByClient,
      apply: wanted.apply,
      mapping: wanted.mapping,
    };
  };
  const keep =
    held &&
    !refused?.has(held.value) &&
    (held.digest === digest || (wanted.apply === 'create' && link.anchor !== undefined));
  if (keep) return accept(held);
  let owner: { link: Link; value: ReservedValue } | undefined;
  for (const candidate of expanded) {
    if (refused?.has(candidate)) continue;
    const value: ReservedValue = {
      value: candidate,
      digest,
      nameSpace,
      folded: kind.fold(attribute, candidate),
    };
    const holderId = await parts.reservations.reserve(tx, target.name, link.id, attribute, value);
    if (holderId === undefined) return accept(value);
    if (!wanted.givenByClient) continue;
    const holder = await parts.links.get(holderId, tx);
    if (!holder)
      throw new ConnectorError({ kind: 'unavailable', detail: `"${candidate}" was given up just now` });
    if (!hasAccount && (await takenOver(parts, tx, link, holder, reserved))) return accept(value);
    // One temporary value is enough: with it, nothing that the others wait for is left here.
    if (held?.digest !== temporaryDigest && (await waitsForUs(parts, tx, link, holder)))
      return accept(await temporary(parts, tx, link, value, attribute, reserved));
    if (willMove(holder)) throw new WaitsFor(holder, attribute, value);
    owner ??= { link: holder, value };
  }
  throw owner ? new WaitsFor(owner.link, attribute, owner.value) : noneLeft(attribute, expanded[0] ?? '');
}

/** DELETE, then POST with the same name. */
async function takenOver(
  parts: AttemptParts,
  tx: Transaction,
  link: Link,
  holder: Link,
  reserved: Reserved,
): Promise<boolean> {
  if (reserved.takenOver?.id === holder.id) return true;
  // Nobody gets two accounts: one of the leavers is removed first.
  if (reserved.takenOver || !passesOn(holder)) return false;
  await takeOver(parts, tx, holder, link);
  reserved.takenOver = holder;
  return true;
}

/** Breaks a circle of renames: whoever waits for us goes on, and so do we after that. */
async function temporary(
  parts: AttemptParts,
  tx: Transaction,
  link: Link,
  wanted: ReservedValue,
  attribute: string,
  reserved: Reserved,
): Promise<ReservedValue> {
  const name = `tmp-${createHash('sha256').update(`${link.id}${link.generation}`).digest('hex').slice(0, 8)}`;
  const suffix = wanted.value.includes('@') ? wanted.value.slice(wanted.value.indexOf('@')) : '';
  const value = `${name}${suffix}`;
  const { nameSpace } = wanted;
  const chosen: ReservedValue = { value, digest: temporaryDigest, nameSpace, folded: value.toLowerCase() };
  await parts.reservations.reserve(tx, link.target, link.id, attribute, chosen);
  reserved.temporary = true;
  return chosen;
}

const longestCircle = 20;
const temporaryDigest = 'temporary';

async function waitsForUs(parts: AttemptParts, tx: Transaction, link: Link, holder: Link): Promise<boolean> {
  let next: Link | undefined = holder;
  for (let hops = 0; next?.error?.waitsFor !== undefined && hops < longestCircle; hops++) {
    if (next.error.waitsFor === link.id) return true;
    next = await parts.links.get(next.error.waitsFor, tx);
  }
  return false;
}

function noneLeft(attribute: string, value: string): ConnectorError {
  return new ConnectorError({
    kind: 'conflict',
    attribute,
    scimType: 'uniqueness',
    detail: `The value "${value}" of ${attribute} is in use in the target. Every candidate is taken; extend the rule that makes them.`,
  });
}
