import { ConnectorError, type PasswordToSet, type Subject } from '../../connectors/connector.js';
import type { Link, SealedPassword } from '../model.js';
import type { RunningTarget } from '../targets.js';
import type { AttemptLog } from './attempt-log.js';
import type { AttemptParts } from './parts.js';

export interface PasswordInUse {
  toSet: PasswordToSet;
  sealed: SealedPassword;
}

export interface PasswordOccasion {
  create: boolean;
  adopted: boolean;
  /** The first day of work of somebody who is not employed yet. */
  begins?: number | undefined;
}

/**
 * The password that goes with this write: a client's that waits to be delivered, or for a new account a generated one,
 * or for that of somebody who has left, sealed before the first write and used again on a retry. Adopting an account
 * writes no password.
 */
export async function passwordFor(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  subject: Subject,
  attempt: PasswordOccasion,
  signal: AbortSignal,
): Promise<PasswordInUse | undefined> {
  const sealed = await parts.sealed.ofLink(link.id);
  await keepUntilFirstDay(parts, sealed, attempt.begins);
  const waiting = sealed.filter(({ delivered }) => !delivered);
  const given = waiting.findLast(({ purpose }) => purpose === 'set');
  if (given && !attempt.adopted) return opened(parts, given, false);
  // Sealed before an attempt whose answer was lost: the connector sees whether it is in force.
  const initial = waiting.findLast(({ purpose }) => purpose === 'initial');
  if (initial && !attempt.adopted) return opened(parts, initial, parts.settings.mustChangeInitialPassword);
  const owed = !attempt.adopted && waiting.some(({ purpose }) => purpose === 'owed');
  if (!(attempt.create || owed) || 'removal' in subject.desired) return undefined;
  if (subject.kind !== 'User' || !target.definition.connector.generatePassword) return undefined;
  return generated(parts, target, link, subject, attempt.begins, signal);
}

/** What waits for an account that turned out to be there: its owner has a password, and nobody is to lose it later either. */
export async function droppedByAdoption(
  parts: AttemptParts,
  link: Link,
  log: AttemptLog,
): Promise<SealedPassword[]> {
  const waiting = (await parts.sealed.ofLink(link.id)).filter(({ delivered }) => !delivered);
  if (waiting.length > 0)
    log.step(
      'match',
      'skipped',
      'the password that came with it is not written: the account was there before',
    );
  return waiting;
}

function opened(parts: AttemptParts, sealed: SealedPassword, mustChange: boolean): PasswordInUse {
  const value = parts.sealing.open(sealed);
  if (value === undefined) {
    throw new ConnectorError({
      kind: 'rejected',
      detail: `The password that waits for delivery cannot be opened: the sealing key "${sealed.keyName}" is missing or the row was changed.`,
      recommendedAction: 'Put the key back into secrets.keys of delivery.yaml, or set the password again.',
    });
  }
  return {
    toSet: { value, mustChange, ...(sealed.mark === undefined ? {} : { mark: sealed.mark }) },
    sealed,
  };
}

/** The time for revealing is counted from the first day of work, also when that is put off. */
async function keepUntilFirstDay(
  parts: AttemptParts,
  sealed: readonly SealedPassword[],
  begins: number | undefined,
): Promise<void> {
  const initial = sealed.find(({ purpose, delivered }) => purpose === 'initial' && delivered);
  if (!initial || begins === undefined) return;
  const expiresAt = begins + parts.settings.initialPasswordMs;
  if (initial.expiresAt < expiresAt)
    await parts.unitOfWork.run((tx) => parts.sealed.delivered(tx, initial.id, expiresAt));
}

async function generated(
  parts: AttemptParts,
  target: RunningTarget,
  link: Link,
  subject: Subject,
  begins: number | undefined,
  signal: AbortSignal,
): Promise<PasswordInUse> {
  const names =
    'removal' in subject.desired ? [] : Object.values(subject.desired.unique).map(({ value }) => value);
  const value = await target.definition.connector.generatePassword!([...names, link.label], signal);
  const sealedAt = await parts.clock.now();
  const sealed = parts.sealing.seal(value, {
    linkId: link.id,
    resourceId: link.resourceId,
    target: link.target,
    purpose: 'initial',
    sealedAt,
    expiresAt: Math.max(sealedAt, begins ?? 0) + parts.settings.initialPasswordMs,
  });
  await parts.unitOfWork.run((tx) => parts.sealed.insert(tx, sealed));
  return { toSet: { value, mustChange: parts.settings.mustChangeInitialPassword }, sealed };
}

/** Kept before the write, so that after a lost answer the target itself says whether the password arrived. */
export async function rememberMark(
  parts: AttemptParts,
  password: PasswordInUse | undefined,
  mark: string | undefined,
): Promise<void> {
  if (!password || mark === undefined || mark === password.sealed.mark) return;
  await parts.unitOfWork.run((tx) => parts.sealed.begin(tx, password.sealed.id, mark));
}
