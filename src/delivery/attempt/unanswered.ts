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
