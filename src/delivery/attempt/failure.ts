import { ConnectorError } from '../../connectors/connector.js';
import type { Transaction } from '../../identity/ports.js';
import type { Link, LinkError } from '../model.js';
import { backOff } from '../retry-policy.js';
import type { AttemptLog } from './attempt-log.js';
import { decidable } from './decidable.js';
import type { AttemptParts } from './parts.js';
import { undoing, type UndecidedChange } from './undoing.js';
import { undoneElsewhere } from './undone-elsewhere.js';
import { WaitsFor, willMove } from './waits-for.js';

/** Turns anything thrown into the closed set of connector errors. A fault of ours is retried, and parked when it stays. */
export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const aborted = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
  return new ConnectorError(
    {
      kind: aborted ? 'unknown' : 'rejected',
      detail: aborted
        ? 'The target did not answer in time.'
        : 'The gateway failed while working on this resource; see its log.',
      diagnostic: text,
      outcomeKnown: false,
    },
    error,
  );
}

export interface Refusal {
  /** Undecided changes that were taken back. */
  undone: string[];
  /** Undecided changes that stay. */
  kept: string[];
}

/** Writes down why an attempt failed: undo, retry or park. */
export class FailureClosing {
  constructor(private readonly parts: AttemptParts) {}

  close(link: Link, error: ConnectorError, log: AttemptLog): Promise<Refusal> {
    log.failed(error.detail);
    return this.parts.unitOfWork.run(async (tx) => {
      const now = await this.parts.clock.now(tx);
      const clash = await this.clash(tx, link, error);
      const shown: LinkError = {
        ...linkError(error, now),
        ...(clash.holder ? { waitsFor: clash.holder.id } : {}),
      };
      const refusal = await this.decide(tx, link, error, clash.passes, now);
      const waits = retries(error.kind) || clash.passes;
      const undone = refusal.undone.length > 0;
      await this.parts.logs.insert(
        tx,
        log.record(undone ? 'undone' : waits ? 'pending' : 'failure', now, undefined, shown),
      );
      if (!undone) await this.retryOrPark(tx, link, error, waits, shown, now);
      return refusal;
    });
  }

  private async retryOrPark(
    tx: Transaction,
    link: Link,
    error: ConnectorError,
    waits: boolean,
    shown: LinkError,
    now: number,
  ): Promise<void> {
    const { retry } = this.parts.settings;
    const resting = link.state === 'removing' ? 'removing' : 'due';
    const internal = error.kind === 'rejected' && !error.outcomeKnown && link.attempts + 1 < retry.attempts;
    const missing = error.kind === 'missing' && link.attempts + 1 < retry.attempts;
    const again = waits || internal || missing;
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: again ? resting : 'parked',
      attempts: link.attempts + 1,
      nextAttemptAt: now + backOff(link.attempts, retry),
      error: shown,
      ...(error.applied?.anchor === undefined
        ? {}
        : { anchor: error.applied.anchor, createdByUs: error.applied.createdByUs ?? true }),
    });
  }

  /**
   * A clash whose holder is about to change itself passes: it is waited for, not refused. So does one that is over by now.
   * For any other it is refused; but whoever is parked for it is woken when the holder gives something up.
   */
  private async clash(
    tx: Transaction,
    link: Link,
    error: ConnectorError,
  ): Promise<{ holder?: Link; passes: boolean }> {
    if (error.kind !== 'conflict') return { passes: false };
    const { links, reservations } = this.parts;
    if (error instanceof WaitsFor) {
      const holder = await links.lock(tx, error.owner.id);
      if (!holder || (await reservations.holder(tx, link.target, error.value)) !== holder.id)
        return { passes: true };
      return { holder, passes: willMove(holder) };
    }
    const holder = error.holder && (await links.byAnchor(link.target, error.holder, tx));
    return holder && holder.id !== link.id ? { holder, passes: willMove(holder) } : { passes: false };
  }

  /** Refused with every outcome known: the change is undone, in this very transaction. Anything else keeps it. */
  private async decide(
    tx: Transaction,
    link: Link,
    error: ConnectorError,
    waits: boolean,
    now: number,
  ): Promise<Refusal> {
    const refusal: Refusal = { undone: [], kept: [] };
    const pending = await decidable(this.parts, tx, link);
    const refused = (error.kind === 'rejected' || error.kind === 'conflict') && error.outcomeKnown && !waits;
    for (const change of pending) {
      const undone = refused && (await this.undo(tx, link, change, error, now));
      if (undone) refusal.undone.push(change.changeId);
      else if (await this.parts.undecided.resolve(tx, change.changeId, 'kept'))
        refusal.kept.push(change.changeId);
    }
    return refusal;
  }

  private async undo(
    tx: Transaction,
    link: Link,
    change: UndecidedChange,
    error: ConnectorError,
    now: number,
  ): Promise<boolean> {
    const { undo, undecided } = this.parts;
    const taken = await undo.undo(tx, undoing(link, change, now));
    if (!taken) return false;
    await undecided.resolve(tx, change.changeId, 'undone', {
      detail: error.detail,
      uniqueness: error.kind === 'conflict',
      ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
      ...(error.attribute === undefined ? {} : { attribute: error.attribute }),
    });
    await undoneElsewhere(this.parts, tx, link, change, now);
    if (change.kind === 'create') await this.dropCreate(tx, link, error);
    else await this.dropUpdate(tx, link, change.changeId, now);
    return true;
  }

  /** The former state is delivered again: some writes of the attempt may have been carried out. */
  private async dropUpdate(tx: Transaction, link: Link, changeId: string, now: number): Promise<void> {
    await this.parts.sealed.eraseOfChange(tx, link.id, changeId);
    await this.parts.links.close(tx, link, this.parts.replica.name, {
      state: 'due',
      attempts: 0,
      nextAttemptAt: now,
      error: null,
    });
    await this.parts.links.setState(tx, link.id, 'due');
  }

  /** What was made is deleted; what was taken over is left as its former owner's removal was to leave it. */
  private removalOf({ target, resourceType, formerOwners }: Link): NonNullable<Link['removal']> {
    const definition = this.parts.targets.get(target)?.definition.objects[resourceType];
    return { policy: formerOwners.length > 0 ? (definition?.onDelete ?? 'retain') : 'delete' };
  }

  /** Never drops a link that has an account: it is removed if this link made it, and released untouched if it was adopted. */
  private async dropCreate(tx: Transaction, link: Link, error: ConnectorError): Promise<void> {
    const { links, edges, reservations, sealed, clock } = this.parts;
    await sealed.eraseOfLink(tx, link.id);
    const anchor = error.applied?.anchor ?? link.anchor;
    const createdByUs = error.applied?.createdByUs ?? (link.anchor === undefined ? true : link.createdByUs);
    if (anchor !== undefined && createdByUs) {
      await links.close(tx, link, this.parts.replica.name, {
        state: 'removing',
        attempts: 0,
        nextAttemptAt: await clock.now(tx),
        anchor,
        createdByUs: true,
      });
      await links.beginRemoval(tx, link.target, link.resourceId, this.removalOf(link), link.cause);
      return;
    }
    await edges.forget(tx, link.target, link.resourceId);
    await reservations.release(tx, link.id);
    await links.wakeWaiting(tx, link.id);
    await links.delete(tx, link.id);
  }
}

function retries(kind: ConnectorError['kind']): boolean {
  return kind === 'unavailable' || kind === 'unknown' || kind === 'misconfigured';
}

/** Where the connector has no better advice. */
const whatToDo: Record<ConnectorError['kind'], string> = {
  unavailable: 'Nothing: it is tried again until the target answers.',
  unknown: 'Nothing: the account is looked at before anything is repeated.',
  rejected:
    'Correct the value at the source or the mapping, then repeat the change or run `landfall link retry`.',
  conflict: 'Free the value in the target, or change it at the source; then run `landfall link retry`.',
  missing:
    'Bring the account back, or decide by `whenMissing` in the target file; then run `landfall link retry`.',
  misconfigured:
    'Mend the configuration, prove it with `landfall target check`, then run `landfall target resume`.',
};

export function linkError(error: ConnectorError, at: number): LinkError {
  return {
    kind: error.kind,
    detail: error.detail,
    at,
    ...(error.attribute === undefined ? {} : { attribute: error.attribute }),
    recommendedAction: error.recommendedAction ?? whatToDo[error.kind],
    ...(error.diagnostic === undefined ? {} : { diagnostic: error.diagnostic }),
  };
}
