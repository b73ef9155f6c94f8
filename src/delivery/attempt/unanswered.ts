import { ConnectorError, type KnownAccount, type Match } from '../../connectors/connector.js';
import type { Link } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptLog } from './attempt-log.js';
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

/** Of a link that is to have none: also what a create without an answer left, which bears our stamp. */
export async function accountLeft(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<KnownAccount | undefined> {
  if (link.anchor !== undefined) return { anchor: link.anchor, createdByUs: link.createdByUs };
  const match = await unansweredCreate(parts, target, link, signal);
  if (match.kind !== 'found') {
    if (mayStillCome(link)) throw notYet(link);
    log.step('match', 'success', 'no account was ever made');
    return undefined;
  }
  return { anchor: match.anchor, createdByUs: match.rule === 'stamp' };
}

/** Whether a create may have been sent for it: names are chosen before, and an answer that was lost is kept as an error. */
export const mayHaveBeenCreated = ({ uniqueValues, error }: Link): boolean =>
  Object.keys(uniqueValues).length > 0 || error !== undefined;

/** How often the account of a create without an answer is looked for before its absence is believed. */
const looks = 3;

/** A controller that hung carries out what it had received when it goes on, after we have looked perhaps. */
const mayStillCome = ({ error, attempts }: Link): boolean =>
  attempts < looks && (error?.kind === 'unknown' || error?.kind === 'missing');

const notYet = ({ label }: Link): ConnectorError =>
  new ConnectorError({
    kind: 'missing',
    detail: `the create of "${label}" was not answered: its account may still come`,
  });
