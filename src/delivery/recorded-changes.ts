import type { Caller, Resource } from '../identity/model.js';
import {
  ChangeLog,
  type Change,
  type ChangeRecorder,
  type ResourceStore,
  type Ticket,
  type Transaction,
} from '../identity/ports.js';
import { Undo, type Undoing } from '../identity/undo.js';

/** Every change passes here, also those that rules and jobs make: the recorder is told in the same transaction. */
export class RecordedChangeLog extends ChangeLog {
  constructor(
    private readonly inner: ChangeLog,
    private readonly recorder: ChangeRecorder,
  ) {
    super();
  }

  admit(type: string): Promise<void> {
    return this.inner.admit(type);
  }

  async record(tx: Transaction, change: Change): Promise<Ticket | undefined> {
    const ticket = await this.inner.record(tx, change);
    await this.recorder.changed(tx, change);
    return ticket;
  }

  undecidedOn(tx: Transaction, resourceIds: readonly string[]): Promise<string | undefined> {
    return this.inner.undecidedOn(tx, resourceIds);
  }

  keep(tx: Transaction, changeId: string): Promise<void> {
    return this.inner.keep(tx, changeId);
  }

  rearm(tx: Transaction, resource: Resource, caller: Caller): Promise<void> {
    return this.inner.rearm(tx, resource, caller);
  }

  wake(): void {
    this.inner.wake();
  }
}

/** Whoever was told of a change is told that it was taken back. */
export class RecordedUndo extends Undo {
  constructor(
    private readonly inner: Undo,
    private readonly recorder: ChangeRecorder,
    private readonly resources: ResourceStore,
  ) {
    super();
  }

  async undo(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const { kind, resourceType, resourceId, caller } = undoing;
    const current =
      kind === 'create' ? undefined : await this.resources.load(tx, resourceType, resourceId, caller.source);
    const undone = await this.inner.undo(tx, undoing);
    if (undone) await this.recorder.undone(tx, undoing, current?.attributes);
    return undone;
  }
}
