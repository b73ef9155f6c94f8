import type { Match } from '../../connectors/connector.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptParts } from './parts.js';
import { subjectOf } from './subject.js';

/** What our stamp alone finds: the account of a create whose answer was lost, whatever the resource says by now. */
export function unansweredCreate(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  signal: AbortSignal,
): Promise<Match> {
  const subject = subjectOf(parts, link, { removal: { policy: 'retain' } });
  return target.definition.connector.match(subject, signal);
}

/** Also by a create of an earlier attempt, which chose names before it: nobody gets that of a leaver as a second one. */
export async function hasAccount(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  signal: AbortSignal,
): Promise<boolean> {
  if (link.anchor !== undefined) return true;
  if (Object.keys(link.uniqueValues).length === 0) return false;
  return (await unansweredCreate(parts, target, link, signal)).kind === 'found';
}
