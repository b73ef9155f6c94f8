import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';

const run = promisify(execFile);

/** Attribute ids (MS-ADA: `attributeID`, compressed by the schema's own prefix table, MS-DRSR §5.16.4). */
const attributeIds: Record<number, string> = {
  3: 'cn',
  12: 'title',
  0x2000d: 'displayName',
  0x2008d: 'department',
  0x90001: 'name',
  0x90008: 'userAccountControl',
  0x9005a: 'unicodePwd',
  0x900dd: 'sAMAccountName',
  0x90290: 'userPrincipalName',
  0x908a6: 'msDS-cloudExtensionAttribute1',
};

export interface Account {
  dn: string;
  guid: string;
  /** The resource that its stamp names. */
  resourceId: string | undefined;
  entry: Entry;
  /** How often each attribute was written, as the controller counts for replication. */
  versions: Map<string, number>;
  /** How often its owner changed: who is created under the name of a leaver may get that one's account. */
  handedOver: number;
}

/** What the domain controller says when a run is over, read as the administrator with other people's tools. */
export interface DirectorySnapshot {
  users: Account[];
  groups: Account[];
  /** Distinguished names of all users and groups of the domain. */
  everyone: string[];
  /** `group guid, member guid` to how often the controller changed that membership; removed ones are there too. */
  memberVersions: Map<string, number>;
}

const stamp = 'msDS-cloudExtensionAttribute1';

export async function readDirectory(lab: Lab): Promise<DirectorySnapshot> {
  const attributes = ['*', 'replPropertyMetaData'];
  const [users, groups, everyone] = [
    await ldapsearch(lab, lab.usersOu, '(objectClass=user)', attributes),
    await ldapsearch(lab, lab.groupsOu, '(objectClass=group)', attributes),
    await everyoneIn(lab),
  ];
  return {
    users: users.map(accountOf),
    groups: groups.map(accountOf),
    everyone,
    memberVersions: await memberVersions(lab),
  };
}

export async function everyoneIn(lab: Lab): Promise<string[]> {
  const filter = '(|(objectClass=user)(objectClass=group))';
  return (await ldapsearch(lab, lab.baseDn, filter, ['1.1'])).map(({ dn }) => dn[0]!);
}

function accountOf(entry: Entry): Account {
  const versions = versionsOf(Buffer.from(entry.replpropertymetadata![0]!, 'hex'));
  const stamped = versions.get(stamp) ?? 0;
  versions.delete(stamp);
  return {
    dn: entry.dn[0]!,
    guid: guidOf(Buffer.from(entry.objectguid![0]!, 'hex')),
    resourceId: entry[stamp.toLowerCase()]?.[0]?.split(':').at(-1),
    entry,
    versions,
    handedOver: Math.max(0, stamped - 1),
  };
}

/** PROPERTY_META_DATA_VECTOR as Samba stores it: a header of 16 bytes, then 48 bytes for each attribute. */
function versionsOf(blob: Buffer): Map<string, number> {
  const versions = new Map<string, number>();
  const count = blob.readUInt32LE(8);
  for (let at = 16; at < 16 + count * 48; at += 48) {
    const name = attributeIds[blob.readUInt32LE(at)];
    if (name !== undefined) versions.set(name, blob.readUInt32LE(at + 4));
  }
  return versions;
}

function guidOf(bytes: Buffer): string {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).swap32();
  swapped.subarray(4, 6).swap16();
  swapped.subarray(6, 8).swap16();
  return swapped.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** RMD_VERSION of each link value (MS-ADTS §3.1.1.1.9: the stamp of a link value), which LDAP does not show. */
async function memberVersions(lab: Lab): Promise<Map<string, number>> {
  const shown = ['--reveal', '--show-deactivated-link', '--extended-dn'];
  const { stdout } = await run(
    'ldbsearch',
    ['-H', lab.samLdb, '-b', lab.groupsOu, ...shown, '(objectClass=group)', 'member'],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  const versions = new Map<string, number>();
  let group = '';
  for (const line of stdout.replaceAll('\n ', '').split('\n')) {
    const guid = /<GUID=([\w-]+)>/.exec(line)?.[1];
    if (guid === undefined) continue;
    if (line.startsWith('dn: ')) group = guid;
    const version = /<RMD_VERSION=(\d+)>/.exec(line)?.[1];
    if (line.startsWith('member: ') && version !== undefined)
      versions.set(`${group} ${guid}`, Number(version));
  }
  return versions;
}
