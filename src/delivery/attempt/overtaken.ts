import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';

/**
 * A change that another target has still to decide came while this attempt was under way, which may have read it. Asked
 * after everything was read and before anything is written; later changes have not been read.
 */
export async function overtaken(parts: AttemptParts, target: RunningTarget, link: Link): Promise<boolean> {
  const decider = parts.targets.deciding(link.resourceType);
  if (decider === undefined || decider === target) return false;
  return (await parts.links.get(link.id))?.generation !== link.generation;
}
