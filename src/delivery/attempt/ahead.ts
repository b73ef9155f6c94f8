import { ConnectorError, type Match } from '../../connectors/connector.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';

/** The target knows more than the store: it was put back to a former state without `landfall restore`. Nothing is to be made now. */
export class AheadOfStore extends ConnectorError {}

type AheadParts = Pick<
  AttemptParts,
  'storeId' | 'resources' | 'links' | 'logs' | 'jobs' | 'clock' | 'settings'
>;

/** Throws where the account that was met bears our stamp for a resource that this store has never heard of. */
export async function refuseAhead(
  parts: AheadParts,
  target: RunningTarget,
  type: string,
  met: { stamp?: string | undefined; description: string },
): Promise<void> {
  const resourceId = met.stamp === undefined ? undefined : stampedFor(met.stamp, parts.storeId);
  if (resourceId === undefined || !(await unheardOf(parts, target, type, resourceId))) return;
  throw new AheadOfStore({
    kind: 'misconfigured',
    detail: `${met.description} Its account bears the stamp of the resource ${resourceId}, of which this store has never heard: the target is ahead of a store that was put back to a former state. Nothing is written.`,
    recommendedAction: `Run \`landfall reconcile ${target.name}\`, look at the orphans, then \`landfall target resume ${target.name} --accept\`.`,
  });
}

/** The same for a value that somebody has: before the next candidate is tried. */
export async function refuseAheadHolder(
  parts: AheadParts,
  target: RunningTarget,
  type: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ConnectorError) || error.kind !== 'conflict') return;
  await refuseAhead(parts, target, type, { stamp: error.holderStamp, description: error.detail });
}

export const describedMatch = (match: Match): { stamp?: string | undefined; description: string } =>
  match.kind === 'none'
    ? { description: '' }
    : {
        stamp: match.stamp,
        description: match.kind === 'found' ? `${match.description} matches.` : `${match.detail}.`,
      };

async function unheardOf(
  parts: AheadParts,
  target: RunningTarget,
  type: string,
  resourceId: string,
): Promise<boolean> {
  const made = madeAt(resourceId);
  const now = await parts.clock.now();
  // What the log has forgotten by its retention cannot be told from what it never knew.
  if (made === undefined || made < now - parts.settings.retention.logMs) return false;
  if (await parts.resources.load(undefined, type, resourceId, '')) return false;
  if ((await parts.links.ofResource(resourceId)).length > 0) return false;
  if ((await parts.logs.list({ resourceId, limit: 1 })).length > 0) return false;
  // Somebody has looked at what the target holds since: an ordinary orphan.
  const looks = await parts.jobs.list({ kind: 'reconcile', target: target.name, state: 'done', limit: 20 });
  return !looks.some(({ createdAt, progress }) => createdAt >= made && !progress.apply);
}

function stampedFor(stamp: string, storeId: string): string | undefined {
  const [store, resourceId, ...rest] = stamp.split(':');
  return store === storeId && rest.length === 0 ? resourceId : undefined;
}

/** Ids are UUIDv7 (RFC 9562, 5.7): the first 48 bits are milliseconds. */
function madeAt(id: string): number | undefined {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)
    ? Number.parseInt(id.replace('-', '').slice(0, 12), 16)
    : undefined;
}
