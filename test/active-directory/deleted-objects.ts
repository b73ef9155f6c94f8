import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { sidOf } from '../../src/connectors/active-directory/values/sid.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient } from '../lab.js';

const run = promisify(execFile);

/** What an administrator grants, besides what the tests run with. */
export function allow(lab: Lab, dn: string, sddl: string, action: 'allow' | 'deny' = 'allow') {
  const args = ['-H', lab.samLdb, `--objectdn=${dn}`, `--action=${action}`, `--sddl=${sddl}`];
  return run('samba-tool', ['dsacl', 'set', ...args]);
}

export async function serviceSid(lab: Lab): Promise<string> {
  const [service] = await ldapsearch(lab, lab.bindDn, '(objectClass=user)', ['objectSid']);
  return sidOf(Buffer.from(service!.objectsid![0]!, 'hex'));
}

/** On the controller itself, as the system: for what no administrator may write over LDAP. */
export async function modifyAsSystem(lab: Lab, ldif: readonly string[], ...options: string[]): Promise<void> {
  const child = run('ldbmodify', ['-H', lab.samLdb, ...options]);
  child.child.stdin!.end(`${ldif.join('\n')}\n`);
  await child;
}

/** `dsacls /takeownership` and `/G`: samba-tool does not see this container. */
export async function letReadDeletedObjects(lab: Lab): Promise<void> {
  const sddl = `O:SYG:SYD:PAI(A;;RPWPCCDCLCLORCWOWDSDSW;;;SY)(A;;RPLC;;;BA)(A;CI;RPLCLORC;;;${await serviceSid(lab)})`;
  const ldif = [
    `dn: CN=Deleted Objects,${lab.baseDn}`,
    'changetype: modify',
    'replace: nTSecurityDescriptor',
    `nTSecurityDescriptor: ${sddl}`,
  ];
  await modifyAsSystem(lab, ldif, '--controls=show_deleted:1');
}

/** Samba judges what it puts back itself as if the service account wrote it, by the list that the account had; Windows does not. */
export async function letWriteEverything(lab: Lab): Promise<void> {
  await allow(
    lab,
    lab.usersOu,
    `(OA;CIIO;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;${await serviceSid(lab)})`,
  );
}

export async function letReanimate(lab: Lab): Promise<void> {
  await allow(lab, lab.baseDn, `(OA;;CR;45ec5156-db7e-47bb-b53f-dbeb2d03c40f;;${await serviceSid(lab)})`);
}

/** `Enable-ADOptionalFeature`: it cannot be switched off again. */
export function enableRecycleBin(lab: Lab): Promise<void> {
  const feature = `CN=Partitions,CN=Configuration,${lab.baseDn}:766ddcd8-acd0-445e-f3b9-a7f9b6744f2a`;
  const ldif = ['dn: ', 'changetype: modify', 'add: enableOptionalFeature'];
  return modifyAsSystem(lab, [...ldif, `enableOptionalFeature: ${feature}`]);
}

export async function deleteAsAdministrator(lab: Lab, dn: string): Promise<void> {
  const admin = await adminClient(lab);
  await admin.del(dn);
  await admin.unbind();
}
