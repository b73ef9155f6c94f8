import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { sidOf } from '../../src/connectors/active-directory/values/sid.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useOwnLab } from '../lab.js';
import { connect, soon, user, type Person } from './domain.js';

const run = promisify(execFile);

describe('A linked account that was deleted', () => {
  const lab = useOwnLab();
  let ad: Connector & Lists;
  beforeAll(() => void (ad = connect(lab())));
  afterAll(() => ad?.close());

  const allow = (dn: string, sddl: string) =>
    run('samba-tool', [
      'dsacl',
      'set',
      '-H',
      lab().samLdb,
      `--objectdn=${dn}`,
      '--action=allow',
      `--sddl=${sddl}`,
    ]);
  /** `dsacls /takeownership` and `/G`: samba-tool does not see this container. */
  const letReadDeletedObjects = async (sid: string) => {
    const ldif = [
      `dn: CN=Deleted Objects,${lab().baseDn}`,
      'changetype: modify',
      'replace: nTSecurityDescriptor',
      `nTSecurityDescriptor: O:SYG:SYD:PAI(A;;RPWPCCDCLCLORCWOWDSDSW;;;SY)(A;;RPLC;;;BA)(A;CI;RPLCLORC;;;${sid})`,
    ];
    const child = run('ldbmodify', ['-H', lab().samLdb, '--controls=show_deleted:1']);
    child.child.stdin!.end(`${ldif.join('\n')}\n`);
    await child;
  };
  const serviceSid = async () => {
    const [service] = await ldapsearch(lab(), lab().bindDn, '(objectClass=user)', ['objectSid']);
    return sidOf(Buffer.from(service!.objectsid![0]!, 'hex'));
  };
  const deleted = async (name: string) => {
    const person = user(ad, name, { attributes: { title: 'Engineer' } });
    await person.apply();
    const admin = await adminClient(lab());
    await admin.del(`CN=${name},${lab().usersOu}`);
    await admin.unbind();
    return person;
  };
  const restore = async (person: Person) =>
    ad.execute(
      await ad.planRestore!(person.subject({ password: undefined }), person.known()!, soon()),
      soon(),
    );

  it('is reported as gone with what to do, also where the service account sees no deleted objects', async () => {
    const person = await deleted('adr-unseen');
    await expect(person.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringMatching(/not among the deleted objects/),
      recommendedAction: expect.stringContaining('IncludeDeletedObjects'),
    });
    await expect(restore(person)).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('cannot be restored'),
    });
  });

  it('is found among the deleted objects and comes back with its GUID and SID where the rights allow it', async () => {
    const sid = await serviceSid();
    await letReadDeletedObjects(sid);
    // Samba judges what it puts back itself as if the service account wrote it; Windows asks for the right below alone.
    await allow(lab().usersOu, `(OA;CIIO;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;${sid})`);
    const person = user(ad, 'adr-back', { attributes: { title: 'Engineer' } });
    const { facts } = await person.apply();
    const admin = await adminClient(lab());
    await admin.del(`CN=adr-back,${lab().usersOu}`);
    await admin.unbind();
    await expect(person.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringContaining(`"adr-back" in ${lab().usersOu}; the domain has no recycle bin`),
      recommendedAction: expect.stringContaining('whenMissing: restore'),
    });
    await expect(restore(person)).rejects.toMatchObject({ kind: 'rejected' });
    await allow(lab().baseDn, `(OA;;CR;45ec5156-db7e-47bb-b53f-dbeb2d03c40f;;${sid})`);
    const restored = await restore(person);
    expect(restored.facts).toMatchObject({ objectGUID: person.anchor, objectSid: facts['objectSid'] });
    await person.apply();
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
    const [entry] = await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adr-back)');
    expect(entry).toMatchObject({ cn: ['adr-back'], title: ['Engineer'], useraccountcontrol: ['512'] });
  });
});
