import { attributesOf, isForbidden } from '../account/attribute-fence.js';
import { auxiliaryClass } from '../account/stamp.js';
import type { AdSettings, LeaverSettings } from '../settings.js';
import { domainBaseOf, restoreDsacls, restoreSamba } from './restore-rights.js';
import { GROUP_CLASS, RESET_PASSWORD, schemaGuidOf, USER_CLASS } from './schema-guids.js';

export interface DelegatedRights {
  dn: string;
  className: 'user' | 'group';
  attributes: readonly string[];
  resetPassword: boolean;
  /** With what lies below: only where the settings ask for it. */
  deleteTree: boolean;
}

/** Written besides what the mapping names. Rename needs both cn and name. */
const USER_STATE = [
  'cn',
  'name',
  'sAMAccountName',
  'userPrincipalName',
  'userAccountControl',
  'pwdLastSet',
  'accountExpires',
  'lockoutTime',
];
/** With `objectClass` where an adopted group needs another class to bear the mark. */
const GROUP_STATE = ['cn', 'name', 'sAMAccountName', 'groupType', 'member'];

/** Exactly what the service account needs for this mapping: single attributes, never property sets. */
export function rightsOf(
  settings: AdSettings,
  mapped: Readonly<Record<string, readonly string[]>>,
): DelegatedRights[] {
  const extra = [
    settings.anchorAttribute,
    ...(settings.loopGuard.mark === 'off' ? [] : [settings.loopGuard.mark]),
  ];
  const users = unique([...USER_STATE, ...extra, ...attributesIn(mapped['User'] ?? [])]);
  const marking = auxiliaryClass('Group', settings.anchorAttribute) === undefined ? [] : ['objectClass'];
  const groups = unique([...GROUP_STATE, ...marking, ...extra, ...attributesIn(mapped['Group'] ?? [])]);
  const of = (place: { container: string; bases?: string[]; leavers: LeaverSettings }) =>
    unique([
      ...(place.bases ?? []),
      place.container,
      ...(place.leavers.moveTo === undefined ? [] : [place.leavers.moveTo]),
    ]);
  return [
    ...of(settings.users).map((dn): DelegatedRights => ({
      dn,
      className: 'user',
      attributes: users,
      resetPassword: true,
      deleteTree: settings.users.leavers.deleteChildren,
    })),
    ...(settings.groups ? of(settings.groups) : []).map((dn): DelegatedRights => ({
      dn,
      className: 'group',
      attributes: groups,
      resetPassword: false,
      deleteTree: settings.groups?.leavers.deleteChildren ?? false,
    })),
  ];
}

function attributesIn(names: readonly string[]): string[] {
  const ours = new Set(['cn', 'member', 'useraccountcontrol', 'rdn']);
  return names.flatMap(attributesOf).filter((name) => !isForbidden(name) && !ours.has(name.toLowerCase()));
}

function unique(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** Attributes of schema extensions whose GUID has to be read from the domain. */
export type GuidLookUp = (name: string) => string | undefined;

/**
 * Access control entries (MS-DTYP §2.5.1) for one place. Delete is granted on the objects, not on the container:
 * with Delete Child a protected account that strayed into it could be deleted.
 */
export function sddlOf(
  rights: DelegatedRights,
  sid: string,
  guidOf: GuidLookUp = () => undefined,
): { sddl: string; unknown: string[] } {
  const kind = rights.className === 'user' ? USER_CLASS : GROUP_CLASS;
  const unknown: string[] = [];
  const aces = [`(OA;CI;CC;${kind};;${sid})`, `(OA;CIIO;${deletion(rights)};;${kind};${sid})`];
  if (rights.resetPassword) aces.push(`(OA;CIIO;CR;${RESET_PASSWORD};${kind};${sid})`);
  for (const name of rights.attributes) {
    const guid = schemaGuidOf(name)?.guid ?? guidOf(name);
    if (guid === undefined) unknown.push(name);
    else aces.push(`(OA;CIIO;WP;${guid};${kind};${sid})`);
  }
  return { sddl: aces.join(''), unknown };
}

/** Delete, and Delete Tree where what lies below goes as well (MS-ADTS §5.1.3.2). */
function deletion({ deleteTree }: DelegatedRights): string {
  return deleteTree ? 'SDDT' : 'SD';
}

/** Scripts for an administrator of the domain, by the name of the tool. */
export function rightsScripts(
  settings: AdSettings,
  mapped: Readonly<Record<string, readonly string[]>>,
  restores: boolean,
): Record<string, string> {
  const rights = rightsOf(settings, mapped);
  const base = restores ? domainBaseOf(settings) : undefined;
  const [windows, samba] =
    base === undefined ? [[], []] : [restoreDsacls(batch(base)), restoreSamba(base, shell)];
  return { dsacls: windowsScript(rights, windows), 'samba-tool': sambaScript(rights, settings, samba) };
}

function windowsScript(rights: readonly DelegatedRights[], more: readonly string[]): string {
  const lines = [
    '@echo off',
    'rem Run as an administrator of the domain. First argument: the service account, for example CORP\\svc-landfall',
    'if "%~1"=="" (echo Usage: %~nx0 DOMAIN\\account & exit /b 2)',
  ];
  for (const right of rights) {
    const { dn, className, attributes, resetPassword } = right;
    lines.push(`dsacls "${batch(dn)}" /I:T /G "%~1:CC;${className}"`);
    lines.push(`dsacls "${batch(dn)}" /I:S /G "%~1:${deletion(right)};;${className}"`);
    if (resetPassword) lines.push(`dsacls "${batch(dn)}" /I:S /G "%~1:CA;Reset Password;${className}"`);
    for (const name of attributes) lines.push(`dsacls "${batch(dn)}" /I:S /G "%~1:WP;${name};${className}"`);
  }
  return `${[...lines, ...more].join('\r\n')}\r\n`;
}

/** Percent signs are variables in a batch file. */
function batch(text: string): string {
  return text.replaceAll('%', '%%').replaceAll('"', '""');
}

function sambaScript(
  rights: readonly DelegatedRights[],
  settings: AdSettings,
  more: readonly string[],
): string {
  const lines = [
    '#!/bin/sh',
    '# Run on a domain controller as root. First argument: the service account.',
    'set -eu',
    `sid=$(samba-tool user show "\${1:?usage: $0 ACCOUNT}" --attributes=objectSid | sed -n 's/^objectSid: //p')`,
    '[ -n "$sid" ] || { echo "there is no account $1" >&2; exit 1; }',
  ];
  for (const right of rights) {
    const { sddl, unknown } = sddlOf(right, '$sid');
    if (unknown.length > 0)
      lines.push(`# Grant by hand (schema extensions): ${unknown.join(', ')} on ${right.dn}`);
    lines.push(`samba-tool dsacl set --objectdn=${shell(right.dn)} --action=allow --sddl="${sddl}"`);
  }
  lines.push(...more);
  if (settings.bindDn)
    lines.push(`# Service account of the target: ${settings.bindDn.replace(/[\r\n]/g, ' ')}`);
  return `${lines.join('\n')}\n`;
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
