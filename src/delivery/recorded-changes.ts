import { FollowingChangeLog } from '../identity/following-change-log.js';
import type {
  ChangeLog,
  Change,
  ChangeRecorder,
  ResourceStore,
  Ticket,
  Transaction,
} from '../identity/ports.js';
import { Undo, type Undoing } from '../identity/undo.js';

/** Every change passes here, also those that rules and jobs make: the recorder is told in the same transaction. */
export class RecordedChangeLog extends FollowingChangeLog {
  constructor(
    inner: ChangeLog,
    private readonly recorder: ChangeRecorder,
  ) {
    super(inner);
  }

  async record(tx: Transaction, change: Change): Promise<Ticket | undefined> {
    const ticket = await this.inner.record(tx, change);
    await this.recorder.changed(tx, change);
    return ticket;
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
