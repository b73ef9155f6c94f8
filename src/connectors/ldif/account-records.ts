import type { DesiredAccount, Subject, TargetValue } from '../connector.js';
import { escapeRdnValue } from './dn-text.js';
import type { Journal } from './journal.js';
import type { LdifRecord, LdifValue, Modification } from './ldif-text.js';
import type { LdifSettings, ObjectPlace } from './settings.js';
import { dnOf, type WrittenAccount } from './written-account.js';

/** MS-ADTS §2.2.16. */
const normalAccount = 0x200;
const accountDisable = 0x2;

/** Users may hold the stamp's default attribute by their class; groups need the auxiliary class. */
const defaultClasses: Readonly<Record<string, readonly string[]>> = {
  User: ['top', 'person', 'organizationalPerson', 'user'],
  Group: ['top', 'group', 'msDS-CloudExtensions'],
};

/** Binary values are kept as base64 behind a mark, so that knowledge is plain JSON. */
const binaryMark = 'base64:';

function textOf(value: TargetValue): string {
  if (value instanceof Uint8Array) return binaryMark + Buffer.from(value).toString('base64');
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function valueOf(text: string): LdifValue {
  return text.startsWith(binaryMark) ? Buffer.from(text.slice(binaryMark.length), 'base64') : text;
}

/** The account as the files are to leave it. */
export function wantedAccount(
  subject: Subject,
  desired: DesiredAccount,
  place: ObjectPlace,
  former?: WrittenAccount,
): WrittenAccount {
  const { rdn, ...unique } = desired.unique;
  const attributes: Record<string, readonly string[]> = { ...former?.attributes };
  const writes = [
    ...Object.entries(unique).map(([name, { value, apply }]) => ({ name, values: [value], apply })),
    ...desired.attributes,
  ];
  for (const { name, values, apply } of writes) {
    if (former && apply === 'create') continue;
    if (values.length > 0) attributes[name] = values.map(textOf);
    else delete attributes[name];
  }
  const references: Record<string, readonly string[]> = { ...former?.references };
  for (const { attribute, anchors, pending } of desired.references) {
    if (anchors.length > 0 || pending.length === 0) references[attribute] = anchors;
  }
  return {
    anchor: subject.resourceId,
    kind: subject.kind,
    stamp: former?.stamp ?? subject.stamp,
    rdn: rdn ? `CN=${escapeRdnValue(rdn.value)}` : (former?.rdn ?? `CN=${escapeRdnValue(subject.label)}`),
    container: desired.container ?? former?.container ?? place.container,
    enabled: desired.enabled ?? former?.enabled ?? true,
    attributes,
    references,
  };
}

export function passwordValue(subject: Subject, settings: LdifSettings): Buffer | undefined {
  if (!subject.password || settings.passwords !== 'write') return undefined;
  return Buffer.from(`"${subject.password.value}"`, 'utf16le');
}

/** May the record of a create enable the account? */
export function enables(
  wanted: WrittenAccount,
  settings: LdifSettings,
  password: Buffer | undefined,
): boolean {
  return wanted.enabled && (settings.enableWithoutPassword || password !== undefined);
}

function control(enabled: boolean): string {
  return String(normalAccount | (enabled ? 0 : accountDisable));
}

export function addRecord(
  wanted: WrittenAccount,
  settings: LdifSettings,
  journal: Journal,
  password: Buffer | undefined,
): LdifRecord {
  const place = placeOf(wanted.kind, settings);
  const attributes: (readonly [string, readonly LdifValue[]])[] = [
    ['objectClass', place.objectClass ?? defaultClasses[wanted.kind] ?? ['top']],
    [settings.stampAttribute, [wanted.stamp]],
    ...Object.entries(wanted.attributes).map(([name, values]) => [name, values.map(valueOf)] as const),
    ...Object.entries(wanted.references).map(([name, anchors]) => [name, dnsOf(anchors, journal)] as const),
  ];
  if (wanted.kind === 'User')
    attributes.push(['userAccountControl', [control(enables(wanted, settings, password))]]);
  if (password) attributes.push(['unicodePwd', [password]]);
  return {
    changetype: 'add',
    dn: dnOf(wanted),
    attributes: attributes.filter(([, values]) => values.length > 0),
  };
}

export function updateRecords(
  former: WrittenAccount,
  wanted: WrittenAccount,
  settings: LdifSettings,
  journal: Journal,
  password: Buffer | undefined,
): LdifRecord[] {
  const records: LdifRecord[] = [];
  if (dnOf(former) !== dnOf(wanted)) {
    records.push({
      changetype: 'modrdn',
      dn: dnOf(former),
      newRdn: wanted.rdn,
      newSuperior: wanted.container,
    });
  }
  const modifications: Modification[] = [
    ...differing(former.attributes, wanted.attributes).map(([attribute, values]): Modification => ({
      op: 'replace',
      attribute,
      values: values.map(valueOf),
    })),
    ...differing(former.references, wanted.references).map(([attribute, anchors]): Modification => ({
      op: 'replace',
      attribute,
      values: dnsOf(anchors, journal),
    })),
  ];
  if (password) modifications.push({ op: 'replace', attribute: 'unicodePwd', values: [password] });
  // By now somebody may have set a password by hand: an enabling that the directory refuses is seen by the reviewer.
  if (former.enabled !== wanted.enabled) {
    modifications.push({ op: 'replace', attribute: 'userAccountControl', values: [control(wanted.enabled)] });
  }
  if (modifications.length > 0) records.push({ changetype: 'modify', dn: dnOf(wanted), modifications });
  return records;
}

export function differing(
  former: Readonly<Record<string, readonly string[]>>,
  wanted: Readonly<Record<string, readonly string[]>>,
): [string, readonly string[]][] {
  const names = new Set([...Object.keys(former), ...Object.keys(wanted)]);
  return [...names]
    .filter((name) => JSON.stringify(former[name] ?? []) !== JSON.stringify(wanted[name] ?? []))
    .map((name) => [name, wanted[name] ?? []]);
}

export function dnsOf(anchors: readonly string[], journal: Journal): string[] {
  return anchors.flatMap((anchor) => {
    const account = journal.account(anchor);
    return account ? [dnOf(account)] : [];
  });
}

export function placeOf(kind: string, settings: LdifSettings): ObjectPlace {
  return kind === 'Group' ? settings.groups : settings.users;
}
