import type { MembershipChange, ResourceIndexer, ResourceStore, Transaction } from './ports.js';
import { Undo, type Undoing } from './undo.js';

/** See `Undo`. Runs in delivery's closing transaction. */
export class UndoChange extends Undo {
  constructor(
    private readonly store: ResourceStore,
    private readonly indexer: ResourceIndexer,
  ) {
    super();
  }

  async undo(tx: Transaction, undoing: Undoing): Promise<boolean> {
    if (undoing.kind === 'create') return this.undoCreate(tx, undoing);
    if (undoing.kind === 'members') return this.undoMembers(tx, undoing);
    return this.undoUpdate(tx, undoing);
  }

  private async undoCreate(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const current = await this.store.load(
      tx,
      undoing.resourceType,
      undoing.resourceId,
      undoing.caller.source,
    );
    if (!current || current.version !== undoing.versionAfter) return false;
    await this.store.remove(tx, undoing.resourceType, undoing.resourceId);
    return true;
  }

  private async undoUpdate(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const { caller, former } = undoing;
    const current = await this.store.load(tx, undoing.resourceType, undoing.resourceId, caller.source);
    if (!current || !former?.attributes || current.version !== undoing.versionAfter) return false;
    const { authorship: _changed, ...kept } = current;
    const restored = {
      ...kept,
      ...(former.authorship === undefined ? {} : { authorship: former.authorship }),
      version: current.version + 1,
      lastModified: undoing.at,
      attributes: former.attributes,
    };
    const index = this.indexer.index(current.type, former.attributes);
    if (await this.store.update(tx, { resource: restored, index }, current.version)) return false;
    if (former.externalId !== undefined) {
      await this.store.setExternalId(tx, current.type, current.id, caller.source, former.externalId);
    }
    await this.restoreEdges(tx, former.edges ?? [], undoing.at);
    return true;
  }

  private async undoMembers(tx: Transaction, undoing: Undoing): Promise<boolean> {
    const restored = await this.restoreEdges(tx, undoing.former?.edges ?? [], undoing.at);
    if (restored === 0) return false;
    await this.store.touch(tx, undoing.resourceId, undoing.at);
    return true;
  }

  /** Only edges that still are as the change left them; `present` is what they were before. */
  private async restoreEdges(
    tx: Transaction,
    edges: readonly MembershipChange[],
    at: number,
  ): Promise<number> {
    let restored = 0;
    for (const edge of edges) {
      const changed = edge.present
        ? await this.store.addMembers(tx, edge.groupId, new Map([[edge.memberId, edge.memberType]]), at)
        : await this.store.removeMembers(tx, edge.groupId, [edge.memberId]);
      restored += changed.length;
    }
    return restored;
  }
}
