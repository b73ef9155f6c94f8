import type { AdSettings } from '../settings.js';

/** Reanimate-Tombstones (MS-ADTS §5.1.3.2.1). */
const REANIMATE_TOMBSTONES = '45ec5156-db7e-47bb-b53f-dbeb2d03c40f';

/** Root of the domain: both rights are given there, outside the managed scope. */
export function domainBaseOf(settings: AdSettings): string {
  return settings.baseDn ?? /DC=.*$/i.exec(settings.users.container)?.[0] ?? settings.users.container;
}

/** The container of deleted objects has an owner of its own, who alone may change its list. */
export function restoreDsacls(base: string): string[] {
  return [
    `dsacls "CN=Deleted Objects,${base}" /takeownership`,
    `dsacls "CN=Deleted Objects,${base}" /G "%~1:LCRP"`,
    `dsacls "${base}" /G "%~1:CA;Reanimate Tombstones"`,
  ];
}

/** samba-tool does not see the container of deleted objects: the first right is added to its descriptor by hand. */
export function restoreSamba(base: string, quoted: (text: string) => string): string[] {
  return [
    `# Grant by hand (ldbmodify with the control show_deleted): (A;;LCRP;;;$sid) on CN=Deleted Objects,${base}`,
    `samba-tool dsacl set --objectdn=${quoted(base)} --action=allow --sddl="(OA;;CR;${REANIMATE_TOMBSTONES};;$sid)"`,
  ];
}
