import { FollowingChangeLog } from '../../identity/following-change-log.js';
import type { ChangeLog, Change, ResourceStore, Ticket, Transaction } from '../../identity/ports.js';
import { Undo, type Undoing } from '../../identity/undo.js';
import { ruleCaller, type RuleMemberships } from './rule-memberships.js';

/** Every change of identity passes here: rule groups refuse theirs, and follow those of their members in the same transaction. */
export class RuleFollowingChangeLog extends FollowingChangeLog {
  constructor(
    inner: ChangeLog,
    private readonly rules: RuleMemberships,
  ) {
    super(inner);
  }

  async record(tx: Transaction, change: Change): Promise<Ticket | undefined> {
    this.rules.refuse(change);
    const ticket = await this.inner.record(tx, change);
    if (change.kind === 'create' || change.kind === 'update') await this.rules.followChange(tx, change);
    return ticket;
  }
}

/** A user whose change was taken back is a member of what its former attributes say. */
export class RuleFollowingUndo extends Undo {
  constructor(
    private readonly inner: Undo,
    private readonly rules: RuleMemberships,
    private readonly resources: ResourceStore,
  ) {
    super();
  }

  async undo(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const undone = await this.inner.undo(tx, undoing);
    if (!undone || undoing.kind !== 'update') return undone;
    const { resourceType, resourceId, caller, at } = undoing;
    const resource = await this.resources.load(tx, resourceType, resourceId, caller.source);
    if (resource)
      await this.rules.follow(tx, [resource], this.rules.all(), ruleCaller(caller.correlationId), at);
    return undone;
  }
}
