import type { GroupSettings } from '../settings.js';

/** groupType (MS-ADTS §2.2.12). */
const SCOPES = { global: 0x2, domainLocal: 0x4, universal: 0x8 } as const;
const SECURITY = 0x80000000;

/** Signed, as the domain stores it. */
export function groupType(settings: Pick<GroupSettings, 'type' | 'scope'> | undefined): string {
  const scope = SCOPES[settings?.scope ?? 'global'];
  return String(settings?.type === 'distribution' ? scope : (scope | SECURITY) >> 0);
}

/** Distribution groups grant nothing. */
export function isSecurityGroup(type: number): boolean {
  return (type & SECURITY) !== 0;
}

/** Why a group of the first type cannot hold one of the second (MS-ADTS §3.1.1.5.3.1.2); Samba does not check. */
export function nestingFault(outer: number, inner: number): string | undefined {
  if (outer & SCOPES.global && inner & SCOPES.universal)
    return 'a global group cannot hold a universal group';
  if (outer & SCOPES.global && inner & SCOPES.domainLocal)
    return 'a global group cannot hold a domain-local group';
  if (outer & SCOPES.universal && inner & SCOPES.domainLocal)
    return 'a universal group cannot hold a domain-local group';
  return undefined;
}
