import type { ResourceKind } from '../../connector.js';
import type { AdEntry } from '../session/entry.js';

/** Users have it by their class; a group gets it as a dynamic auxiliary class with the create (MS-ADTS §3.1.1.2.4.5). */
const CLOUD_EXTENSIONS = 'msDS-CloudExtensions';

/** Class that a new object needs besides its own to bear the mark. */
export function auxiliaryClass(kind: ResourceKind, attribute: string): string | undefined {
  return kind === 'Group' && /^msds-cloudextensionattribute/i.test(attribute) ? CLOUD_EXTENSIONS : undefined;
}

/** An adopted group may lack the class. */
export function canBearStamp(kind: ResourceKind, attribute: string, entry: AdEntry): boolean {
  const needed = auxiliaryClass(kind, attribute)?.toLowerCase();
  return needed === undefined || entry.all('objectClass').some((name) => name.toLowerCase() === needed);
}

/** `<store id>:<resource id>`: undefined when the attribute holds something that is no stamp of a gateway. */
export function storeOf(stamp: string): string | undefined {
  return /^([^:\s]+):[0-9a-f-]{36}$/i.exec(stamp)?.[1];
}
