import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lab } from '../../scripts/lab/lab.mjs';

const run = promisify(execFile);

export type Entry = Record<string, string[]> & { dn: string[] };

/** Given in hexadecimal. */
const binary = new Set(['objectGUID', 'objectSid', 'replPropertyMetaData', 'thumbnailPhoto']);

/** Reads the directory with OpenLDAP's ldapsearch: a client that shares no code with the gateway. Attribute names in lower case. */
export async function ldapsearch(
  lab: Lab,
  base: string,
  filter: string,
  attributes: string[] = ['*'],
): Promise<Entry[]> {
  const { stdout } = await run(
    'ldapsearch',
    [
      '-LLL',
      '-o',
      'ldif-wrap=no',
      '-E',
      'pr=500/noprompt',
      '-H',
      lab.ldapUrl,
      '-D',
      lab.adminDn,
      '-w',
      lab.adminPassword,
      '-b',
      base,
      filter,
      ...attributes,
    ],
    { env: { ...process.env, LDAPTLS_CACERT: lab.caFile }, maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout
    .split(/\n\n+/)
    .map(parseEntry)
    .filter((entry): entry is Entry => entry !== undefined);
}

function parseEntry(block: string): Entry | undefined {
  const entry: Record<string, string[]> = {};
  for (const line of block.split('\n')) {
    const match = /^([\w;-]+):(:?) ?(.*)$/.exec(line);
    if (!match) continue;
    const value = match[2]
      ? Buffer.from(match[3]!, 'base64').toString(binary.has(match[1]!) ? 'hex' : 'utf8')
      : match[3]!;
    (entry[match[1]!.toLowerCase()] ??= []).push(value);
  }
  return entry.dn ? (entry as Entry) : undefined;
}

/** Can this user sign in with the password? */
export async function canBind(lab: Lab, user: string, password: string): Promise<boolean> {
  return run(
    'ldapsearch',
    ['-LLL', '-H', lab.ldapUrl, '-D', user, '-w', password, '-b', '', '-s', 'base', 'dnsHostName'],
    {
      env: { ...process.env, LDAPTLS_CACERT: lab.caFile },
    },
  ).then(
    () => true,
    () => false,
  );
}
