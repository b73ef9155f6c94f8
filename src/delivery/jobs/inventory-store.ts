import type { Link } from '../model.js';

export interface LinkedAccount extends Pick<Link, 'id' | 'resourceId' | 'resourceType' | 'state' | 'label'> {
  /** The resource is gone. */
  leaving: boolean;
}

/** What looking through a whole target asks of the store, in bulk. */
export abstract class InventoryStore {
  abstract linksByAnchor(target: string, anchors: readonly string[]): Promise<Map<string, LinkedAccount>>;
  /** Who has one of these keys (folded), by `path\nvalue`. */
  abstract keyHolders(
    type: string,
    keys: readonly { path: string; value: string }[],
  ): Promise<Map<string, string>>;
  /** Resources whose link reserved one of these values (folded), by value. */
  abstract reservedBy(
    target: string,
    nameSpace: string,
    values: readonly string[],
  ): Promise<Map<string, string>>;
  /** Memberships of a group by the member's id, without those that are put aside in the target. */
  abstract memberPage(
    target: string,
    groupId: string,
    after: string,
    limit: number,
  ): Promise<{ memberId: string; memberType: string }[]>;
}
