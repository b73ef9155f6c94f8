import type { ConnectorError } from '../../connectors/connector.js';
import type { Transaction } from '../../identity/ports.js';
import type { Link } from '../model.js';
import { backOff, pendingLooksAgainMs } from '../retry-policy.js';
import type { AttemptLog } from './attempt-log.js';
import { linkError } from './failure.js';
import type { MemberOutcome } from './member-delivery.js';
import type { AttemptParts } from './parts.js';
import { undoing } from './undoing.js';
import { undoneElsewhere } from './undone-elsewhere.js';

const keptForeverMs = 100 * 365 * 86_400_000;

/** Writes down what became of a chunk of membership edges; the group's lease is kept for the next chunk. */
export class MemberClosing {
  constructor(private readonly parts: AttemptParts) {}

  close(link: Link, outcome: MemberOutcome, log: AttemptLog): Promise<string[]> {
    return this.parts.unitOfWork.run(async (tx) => {
      const { edges } = this.parts;
      const now = await this.parts.clock.now(tx);
      await edges.settle(tx, link.target, outcome.settled);
      for (const edge of outcome.pending)
        await edges.defer(tx, link.target, edge, 'due', now + pendingLooksAgainMs);
      for (const edge of outcome.kept) await edges.defer(tx, link.target, edge, 'kept', now + keptForeverMs);
      for (const edge of outcome.aside ?? [])
        await edges.defer(tx, link.target, edge, 'aside', now + keptForeverMs);
      const decided = await this.refused(tx, link, outcome, now);
      const undone = new Set(decided);
      const failed = outcome.failed.filter(
        ({ edge }) => edge.changeId === undefined || !undone.has(edge.changeId),
      );
      for (const failure of failed) await this.defer(tx, link, failure, now);
      decided.push(...(await this.decide(tx, link, outcome)));
      const refusal = outcome.failed[0]?.error;
      if (refusal && !log.noteworthy) log.step('plan', 'failure', refusal.detail);
      if (log.noteworthy) await this.log(tx, outcome, log, now);
      return decided;
    });
  }

  /** Members of a group that waits for an administrator wait with it; whoever asked for them does not. */
  heldAlready(link: Link): Promise<string[]> {
    return this.parts.unitOfWork.run(async (tx) => {
      const decided: string[] = [];
      for (const { changeId } of await this.parts.undecided.pendingOfLink(tx, link.id))
        if (await this.parts.undecided.resolve(tx, changeId, 'kept')) decided.push(changeId);
      return decided;
    });
  }

  private async log(tx: Transaction, outcome: MemberOutcome, log: AttemptLog, now: number): Promise<void> {
    const error = outcome.failed[0]?.error;
    const state = outcome.held ? 'pending' : error ? 'failure' : 'success';
    await this.parts.logs.insert(tx, log.record(state, now, undefined, error && linkError(error, now)));
  }

  private async defer(
    tx: Transaction,
    link: Link,
    failure: MemberOutcome['failed'][number],
    now: number,
  ): Promise<void> {
    const { edge, error } = failure;
    const { retry } = this.parts.settings;
    // That the target does not answer says nothing about the membership, however often it happens.
    const waits = error.kind === 'unavailable' || error.kind === 'unknown';
    const missing = error.kind === 'missing' && edge.attempts + 1 < retry.attempts;
    const state = waits || missing ? 'due' : 'parked';
    await this.parts.edges.defer(
      tx,
      link.target,
      edge,
      state,
      now + backOff(edge.attempts, retry),
      linkError(error, now),
    );
  }

  /** Undo of a member change reverses exactly this request's edges that nobody has changed since, and names the refused members. */
  private async refused(tx: Transaction, link: Link, outcome: MemberOutcome, now: number): Promise<string[]> {
    const refusals = outcome.failed.filter(
      ({ error }) => (error.kind === 'rejected' || error.kind === 'conflict') && error.outcomeKnown,
    );
    const changes = new Set(refusals.flatMap(({ edge }) => edge.changeId ?? []));
    const undone: string[] = [];
    for (const change of await this.parts.undecided.pendingOfLink(tx, link.id)) {
      if (!changes.has(change.changeId)) continue;
      const mine = refusals.filter(({ edge }) => edge.changeId === change.changeId);
      const taken = await this.parts.undo.undo(tx, undoing(link, change, now));
      if (!taken) continue;
      await this.parts.edges.add(tx, link.target, change.former?.edges ?? [], undefined, now);
      await undoneElsewhere(this.parts, tx, link, change, now);
      await this.parts.undecided.resolve(tx, change.changeId, 'undone', refusalOf(mine));
      undone.push(change.changeId);
    }
    return undone;
  }

  /** A change whose edges are all carried out, waiting for accounts or parked is decided: it stays. */
  private async decide(tx: Transaction, link: Link, outcome: MemberOutcome): Promise<string[]> {
    const decided: string[] = [];
    const waiting = new Set(outcome.pending.flatMap((edge) => edge.changeId ?? []));
    for (const change of await this.parts.undecided.pendingOfLink(tx, link.id)) {
      const open = (await this.parts.edges.ofChange(tx, change.changeId)).filter(
        (edge) => edge.state === 'due' && edge.attempts === 0,
      );
      if (open.length > 0 && !waiting.has(change.changeId) && !outcome.held) continue;
      if (await this.parts.undecided.resolve(tx, change.changeId, 'kept')) decided.push(change.changeId);
    }
    return decided;
  }
}

function refusalOf(refusals: readonly { edge: { memberId: string }; error: ConnectorError }[]) {
  const first = refusals[0]!.error;
  const names = refusals
    .map(({ edge }) => edge.memberId)
    .slice(0, 20)
    .join(', ');
  return {
    detail: `The target refused ${refusals.length === 1 ? 'the member' : 'the members'} ${names}: ${first.detail}`,
    attribute: 'members',
    uniqueness: false,
    ...(first.scimType === undefined ? {} : { scimType: first.scimType }),
  };
}
