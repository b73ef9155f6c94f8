import type { ResourceKind } from '../connector.js';

/** What the files say of one account, once they are all applied. */
export interface WrittenAccount {
  anchor: string;
  kind: ResourceKind;
  stamp: string;
  rdn: string;
  container: string;
  /** As the resource wants it; the record may have left it disabled for want of a password. */
  enabled: boolean;
  attributes: Readonly<Record<string, readonly string[]>>;
  /** Anchors of other accounts, by attribute. */
  references: Readonly<Record<string, readonly string[]>>;
}

export function dnOf({ rdn, container }: Pick<WrittenAccount, 'rdn' | 'container'>): string {
  return `${rdn},${container}`;
}
