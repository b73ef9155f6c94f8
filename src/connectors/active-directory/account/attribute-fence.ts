import type { ResourceKind } from '../../connector.js';

/**
 * Attributes that lead to privileges, to other people's accounts, or that the domain itself owns: never written by a
 * mapping, whatever the access control list would allow. AD checks no property rights on a create.
 */
const FORBIDDEN = new Set(
  [
    ...[
      'servicePrincipalName',
      'altSecurityIdentities',
      'sIDHistory',
      'adminCount',
      'scriptPath',
      'userParameters',
    ],
    ...['msDS-AllowedToDelegateTo', 'msDS-AllowedToActOnBehalfOfOtherIdentity', 'msDS-KeyCredentialLink'],
    ...[
      'msDS-SupportedEncryptionTypes',
      'nTSecurityDescriptor',
      'unicodePwd',
      'userPassword',
      'dBCSPwd',
      'lmPwdHistory',
    ],
    ...[
      'ntPwdHistory',
      'supplementalCredentials',
      'userAccountControl',
      'primaryGroupID',
      'memberOf',
      'member',
      'objectSid',
    ],
    ...[
      'objectGUID',
      'objectClass',
      'objectCategory',
      'instanceType',
      'sAMAccountType',
      'isCriticalSystemObject',
      'cn',
      'name',
    ],
    ...[
      'distinguishedName',
      'groupType',
      'userCertificate',
      'msDS-ObjectSoa',
      'isDeleted',
      'lastKnownParent',
      'systemFlags',
    ],
    ...[
      'msDS-GroupMSAMembership',
      'msDS-ManagedPassword',
      'mS-DS-CreatorSID',
      'gPLink',
      'gPOptions',
      'dSCorePropagationData',
    ],
  ].map((name) => name.toLowerCase()),
);

/** Names in a mapping that stand for several attributes of the domain. */
const PSEUDO: Readonly<Record<string, readonly string[]>> = {
  country: ['c', 'co', 'countryCode'],
};

/** The attributes that a mapping line writes: itself, the parts of a family (`mobile+otherMobile`), or what a pseudo name stands for. */
export function attributesOf(name: string): readonly string[] {
  return PSEUDO[name.toLowerCase()] ?? name.split('+').map((part) => part.trim());
}

export function isForbidden(name: string): boolean {
  return FORBIDDEN.has(name.toLowerCase());
}

/** What a target may write: exactly what its mapping names. */
export class AttributeFence {
  readonly #allowed = new Map<ResourceKind, ReadonlySet<string>>();

  constructor(mapped: Readonly<Record<string, readonly string[]>>) {
    for (const [kind, names] of Object.entries(mapped)) {
      this.#allowed.set(kind, new Set(names.flatMap(attributesOf).map((name) => name.toLowerCase())));
    }
  }

  allows(kind: ResourceKind, name: string): boolean {
    return !isForbidden(name) && (this.#allowed.get(kind)?.has(name.toLowerCase()) ?? false);
  }
}
