import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { startLab, templateIn, type Lab } from '../scripts/lab/lab.mjs';

const limit = 180_000;

/** A real domain controller of a spec file's own: it may be stopped, killed and paused. */
export function useOwnLab(): () => Lab {
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await startLab({
      dir: mkdtempSync(join(tmpdir(), 'landfall-dc-')),
      template: templateIn('.landfall/cache'),
    });
  }, limit);
  afterAll(async () => {
    await lab?.kill();
    if (lab) rmSync(lab.dir, { recursive: true, force: true });
  });
  return () => lab as Lab;
}

/**
 * The domain controller that all spec files of a run share, with `usersOu`, `groupsOu` and `archiveOu` replaced by
 * organizational units of this spec's own. Account names and UPNs are still one space: prefix them.
 * It is never stopped here; without a shared one (`LANDFALL_TEST_LAB`) the spec file gets its own.
 */
export function useLab(spec: string): () => Lab {
  const shared = process.env['LANDFALL_TEST_LAB'];
  const own = shared ? undefined : useOwnLab();
  let lab: Lab | undefined;
  beforeAll(async () => {
    const whole = own?.() ?? (await startLab({ dir: shared as string }));
    lab = await enclave(whole, spec);
  }, limit);
  return () => lab as Lab;
}

/** Below the delegated units, so the delegated account's rights are inherited. */
async function enclave(lab: Lab, name: string): Promise<Lab> {
  const below = {
    usersOu: `OU=${name},${lab.usersOu}`,
    groupsOu: `OU=${name},${lab.groupsOu}`,
    archiveOu: `OU=${name},${lab.archiveOu}`,
  };
  const admin = await adminClient(lab);
  try {
    for (const dn of Object.values(below))
      await admin.add(dn, { objectClass: ['top', 'organizationalUnit'] });
  } finally {
    await admin.unbind();
  }
  return Object.create(lab, Object.getOwnPropertyDescriptors(below)) as Lab;
}

/** An LDAP client bound as the domain's administrator, for preparing and inspecting, never for what is tested. */
export async function adminClient(lab: Lab): Promise<Client> {
  const client = new Client({
    url: lab.ldapUrl,
    tlsOptions: { ca: readFileSync(lab.caFile) },
    timeout: 30_000,
  });
  await client.bind(lab.adminDn, lab.adminPassword);
  return client;
}
