import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Attribute, Change, type Client } from 'ldapts';
import { adminClient, useLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch, type Entry } from './ldapsearch.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0';
const stampAttribute = 'msDS-cloudExtensionAttribute1';

const users = (container: string) => `
  onDelete: delete
  container: '${container}'
  mapping:
    - { target: rdn, source: displayName }
    - { target: sAMAccountName, expression: 'Word([userName], 1, "@")', unique: true, apply: create }
    - { target: userPrincipalName, source: userName, unique: true }
    - { target: displayName, source: displayName }
    - { target: title, source: title }
    - { target: manager, reference: '${ENTERPRISE}:manager' }
    - { target: department, source: '${ENTERPRISE}:department', drift: report }
    - { target: telephoneNumber, source: 'phoneNumbers[type eq "work"].value', drift: adopt }
    - { target: thumbnailPhoto, source: 'photos[type eq "photo"].value' }
    - { target: otherTelephone, source: 'phoneNumbers[type eq "other"].value', multiValued: true }
    - { target: country, source: 'addresses[type eq "work"].country', drift: report }
`;

const OWNED = 'urn:example:landfall:Owned';
const owned = {
  id: OWNED,
  name: 'Owned',
  extends: 'Group',
  attributes: [
    {
      name: 'owner',
      type: 'complex',
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: '$ref', type: 'reference', referenceTypes: ['User'] },
      ],
    },
  ],
};
const groups = `
  onDelete: delete
  mapping:
    - { target: rdn, source: displayName }
    - { target: sAMAccountName, source: displayName, unique: true }
    - { target: displayName, source: displayName }
    - { target: managedBy, reference: '${OWNED}:owner' }
`;
/** As large as Windows takes a photo, and no text. */
const photo = Buffer.from(Array.from({ length: 100 * 1024 }, (_, n) => (n * 7 + 255) % 256));

interface Finding {
  kind: string;
  label: string;
  detail: string;
  resourceId?: string;
}
interface Answer {
  counts: Record<string, number>;
  differences: number;
  findings: Finding[];
}

/** An administrator works in the domain behind the gateway's back; import and reconcile say what that means. */
describe('Import and reconcile of a real domain', () => {
  const lab = useLab('reconcile');
  let gateway: GatewayProcess;
  let entra: EntraClient;
  let admin: Client;

  beforeAll(async () => {
    admin = await adminClient(lab());
    await admin.add(`OU=Elsewhere,${lab().usersOu}`, { objectClass: ['top', 'organizationalUnit'] });
    gateway = await GatewayProcess.start(lab(), {
      users: users(lab().usersOu),
      groups,
      files: { 'schemas/owned.json': JSON.stringify(owned) },
    });
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
  }, 60_000);
  afterAll(async () => {
    await admin?.unbind();
    await gateway?.stop();
  });

  const dnOf = (name: string) => `CN=${name},${lab().usersOu}`;
  const groupDn = (name: string) => `CN=${name},${lab().groupsOu}`;
  const upn = (name: string) => `rc-${name}@contoso.example`;
  const set = (dn: string, type: string, ...values: string[]) =>
    admin.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }));
  const member = (operation: 'add' | 'delete', name: string) =>
    admin.modify(
      groupDn('rc-team'),
      new Change({ operation, modification: new Attribute({ type: 'member', values: [dnOf(name)] }) }),
    );
  const addByHand = (name: string, more: Record<string, string | string[] | Buffer> = {}) =>
    admin.add(dnOf(name), {
      objectClass: ['top', 'person', 'organizationalPerson', 'user'],
      sAMAccountName: `rc-${name}`,
      userPrincipalName: upn(name),
      displayName: name,
      userAccountControl: '514',
      ...more,
    });
  const read = async (name: string): Promise<Entry> =>
    (await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=rc-${name})`))[0]!;
  const membersOf = async (group: string) =>
    ((await ldapsearch(lab(), lab().groupsOu, `(cn=${group})`, ['member']))[0]!.member ?? []).sort();
  const managerOf = async (group: string) =>
    (await ldapsearch(lab(), lab().groupsOu, `(cn=${group})`, ['managedBy']))[0]!.managedby;
  /** Each object with its GUID and the number of its last change. */
  const everything = async () => {
    const found = await Promise.all(
      [lab().usersOu, lab().groupsOu].map((base) =>
        ldapsearch(lab(), base, '(|(objectClass=user)(objectClass=group))', ['objectGUID', 'uSNChanged']),
      ),
    );
    return Object.fromEntries(
      found.flat().map((entry) => [entry.dn[0], [entry.objectguid![0], entry.usnchanged![0]]]),
    );
  };
  const run = async (...verb: string[]): Promise<{ code: number; answer: Answer }> => {
    const { code, stdout, stderr } = await gateway.cli(...verb, '--json');
    if (stdout === '') throw new Error(stderr);
    await gateway.settled();
    return { code, answer: JSON.parse(stdout) as Answer };
  };
  const rows = ({ findings }: Answer) => {
    const by: Record<string, string[]> = {};
    for (const { kind, label, detail } of findings) (by[kind] ??= []).push(`${label}: ${detail}`);
    return Object.fromEntries(Object.entries(by).map(([kind, lines]) => [kind, lines.sort()]));
  };
  const find = async (type: 'Users' | 'Groups', filter: string) => {
    const { body } = await entra.send('GET', `/${type}?filter=${encodeURIComponent(filter)}`);
    expect(body.totalResults).toBe(1);
    return body.Resources[0];
  };
  const create = async (name: string, more: object = {}): Promise<string> => {
    const { status, body } = await entra.send('POST', '/Users', {
      schemas: [`${core}:User`],
      userName: upn(name),
      displayName: name,
      active: true,
      ...more,
    });
    expect(status).toBe(201);
    return body.id;
  };

  it('previews the import of what exists, and writes nothing by that', async () => {
    await addByHand('young');
    await addByHand('old', {
      title: 'Clerk',
      c: 'NO',
      co: 'Norway',
      countryCode: '578',
      department: 'Pay',
      manager: dnOf('young'),
      otherTelephone: ['2', '1', '3'],
      thumbnailPhoto: photo,
    });
    // Of the two managers one is imported as well, and the other nobody's account.
    await admin.add(`CN=director,${lab().baseDn}`, {
      objectClass: ['top', 'person', 'organizationalPerson', 'user'],
      sAMAccountName: 'rc-director',
    });
    await addByHand('older', { manager: `CN=director,${lab().baseDn}` });
    await admin.add(groupDn('rc-veterans'), {
      objectClass: ['top', 'group'],
      sAMAccountName: 'rc-veterans',
      displayName: 'rc-veterans',
      member: [dnOf('old'), dnOf('older')],
      managedBy: dnOf('old'),
    });
    await admin.add(groupDn('rc-directed'), {
      objectClass: ['top', 'group'],
      sAMAccountName: 'rc-directed',
      displayName: 'rc-directed',
      managedBy: `CN=director,${lab().baseDn}`,
    });
    const before = await everything();
    const { code, answer } = await run('import', 'target', 'ad');
    expect(code).toBe(3);
    expect(answer.counts).toMatchObject({ imported: 5, alreadyLinked: 0 });
    expect(rows(answer).imported).toEqual([
      `rc-directed: delivery will then write objectClass, ${stampAttribute}`,
      `${upn('old')}: delivery will then write ${stampAttribute}`,
      `${upn('older')}: delivery will then write ${stampAttribute}`,
      `rc-veterans: delivery will then write objectClass, ${stampAttribute}`,
      `${upn('young')}: delivery will then write ${stampAttribute}`,
    ]);
    expect(await everything()).toEqual(before);
  });

  it('imports them with members, and changes nothing but the mark', async () => {
    const { answer } = await run('import', 'target', 'ad', '--apply');
    expect(answer.counts).toMatchObject({ imported: 5, memberships: 2, references: 2, referencesNotOurs: 2 });
    expect(await read('old')).toMatchObject({
      title: ['Clerk'],
      c: ['NO'],
      co: ['Norway'],
      countrycode: ['578'],
      department: ['Pay'],
      useraccountcontrol: ['514'],
      manager: [dnOf('young')],
      thumbnailphoto: [photo.toString('hex')],
    });
    expect((await read('old')).othertelephone!.sort()).toEqual(['1', '2', '3']);
    expect(await managerOf('rc-veterans')).toEqual([dnOf('old')]);
    expect(await managerOf('rc-directed')).toEqual([`CN=director,${lab().baseDn}`]);
    expect(await read('older')).toMatchObject({ manager: [`CN=director,${lab().baseDn}`] });
    const old = await find('Users', `userName eq "${upn('old')}"`);
    const young = await find('Users', `userName eq "${upn('young')}"`);
    expect(old[ENTERPRISE].manager.value).toBe(young.id);
    expect(await membersOf('rc-veterans')).toEqual([dnOf('old'), dnOf('older')]);
    expect((await run('import', 'target', 'ad', '--apply')).answer.counts).toMatchObject({
      alreadyLinked: 5,
    });
  });

  it('imports nothing that a replication conflict left over, and nobody who is protected', async () => {
    const copy = `clash\\0ACNF:0b1c2d3e-1111-4222-8333-444455556666`;
    await addByHand(copy, { sAMAccountName: 'rc-clash' });
    await addByHand('lost', { sAMAccountName: '$DUPLICATE-2f4' });
    await addByHand('admin', { adminCount: '1' });
    const before = await everything();
    const { answer } = await run('import', 'target', 'ad', '--apply');
    expect(answer.counts).toMatchObject({ alreadyLinked: 5, rejected: 3 });
    expect(rows(answer).rejected).toEqual([
      expect.stringMatching(/CN=admin.*adminCount/s),
      expect.stringMatching(/CN=clash.*replication conflict/s),
      expect.stringMatching(/CN=lost.*replication conflict/s),
    ]);
    expect(await everything()).toEqual(before);
    for (const name of [copy, 'lost', 'admin']) await admin.del(dnOf(name));
  });

  it('finds them in order, and writes nothing, when a reconcile follows', async () => {
    const before = await everything();
    const { answer } = await run('reconcile', 'ad', '--apply');
    expect(answer.counts).toMatchObject({ inOrder: 5 });
    expect(answer.differences).toBe(0);
    await gateway.operations('POST', '/links/retry', { target: 'ad', state: 'applied' });
    await gateway.settled();
    expect(await everything()).toEqual(before);
  });

  it('lets the first cycle of Entra match them: no second account, and no write of what is equal', async () => {
    const before = await everything();
    const old = await find('Users', `userName eq "${upn('old')}"`);
    expect(old).toMatchObject({
      title: 'Clerk',
      active: false,
      addresses: [{ type: 'work', country: 'NO' }],
    });
    const older = await find('Users', `userName eq "${upn('older')}"`);
    for (const { id, userName } of [old, older]) {
      const value = { externalId: userName.split('@')[0], displayName: userName.slice(3).split('@')[0] };
      expect((await entra.patch(`/Users/${id}`, { op: 'Replace', value })).status).toBe(200);
    }
    const veterans = await find('Groups', 'displayName eq "rc-veterans"');
    const add = { op: 'Add', path: 'members', value: [{ value: old.id }, { value: older.id }] };
    await entra.patch(`/Groups/${veterans.id}`, { op: 'Add', path: 'externalId', value: 'g1' }, add);
    await gateway.settled();
    expect(await everything()).toEqual(before);
  });

  let eve: string;

  it('lists what an administrator did behind its back, each under its name, with old and new values', async () => {
    const address = { addresses: [{ type: 'work', country: 'NO' }] };
    const phone = (value: string) => ({ phoneNumbers: [{ type: 'work', value }] });
    const names = ['ada', 'bob', 'cid', 'hal'];
    const [ada, , , hal] = await Promise.all(names.map((name) => create(name, { title: 'Clerk' })));
    await create('dee', { [ENTERPRISE]: { department: 'Pay' } });
    eve = await create('eve', phone('1'));
    await create('fay', address);
    await create('gus');
    const team = { schemas: [`${core}:Group`], displayName: 'rc-team', members: [{ value: hal }] };
    expect(ada).toBeDefined();
    await entra.send('POST', '/Groups', team);
    await gateway.settled();
    const stamp = (await read('bob'))[stampAttribute.toLowerCase()]![0]!;

    await set(dnOf('ada'), 'title', 'Queen');
    await set(dnOf('bob'), 'userAccountControl', '514');
    await admin.modifyDN(dnOf('cid'), `CN=cid,OU=Elsewhere,${lab().usersOu}`);
    await set(dnOf('dee'), 'department', 'Sales');
    await set(dnOf('eve'), 'telephoneNumber', '2');
    await set(dnOf('fay'), 'c', 'SE');
    await admin.del(dnOf('gus'));
    await addByHand('gus');
    await addByHand('stray', { [stampAttribute]: `${stamp.split(':')[0]}:a-resource-that-is-gone` });
    await addByHand('twin', { [stampAttribute]: stamp });
    await addByHand('visitor');
    await member('delete', 'hal');
    await member('add', 'ada');
    await member('add', 'visitor');

    const before = await everything();
    const { code, answer } = await run('reconcile', 'ad');
    expect(code).toBe(3);
    expect(rows(answer)).toEqual({
      drifted: [
        `${upn('ada')}: title: Queen → Clerk`,
        `${upn('bob')}: accountEnabled: false → true`,
        `${upn('cid')}: distinguishedName: CN=cid,OU=Elsewhere,${lab().usersOu} → ${dnOf('cid')}`,
        `${upn('dee')}: department: Sales → Pay`,
        `${upn('eve')}: telephoneNumber: 2 → 1`,
        `${upn('fay')}: c: SE → NO`,
      ],
      missing: [expect.stringContaining(`${upn('gus')}: `)],
      membersMissing: ["rc-team: 1 of the group's members are not in the account"],
      membersSurplus: [`rc-team: not members in the store: ${upn('ada')}`],
      lookAlikes: [expect.stringContaining(`${dnOf('gus')}: `)],
      duplicates: [expect.stringContaining(`${dnOf('twin')}: a second account with the stamp of `)],
      orphans: [expect.stringContaining('a-resource-that-is-gone')],
    });
    expect(answer.counts).toMatchObject({ unmanaged: 1, membersNotOurs: 1 });
    expect(answer.differences).toBe(12);
    expect(await everything()).toEqual(before);
  }, 30_000);

  it('repairs what is enforced, leaves what is reported, and takes over what is adopted', async () => {
    const { code, answer } = await run('reconcile', 'ad', '--apply');
    expect(code).toBe(3);
    expect(answer.counts).toMatchObject({ drifted: 6, repairing: 3, leftAlone: 2, adopted: 1 });
    expect(await read('ada')).toMatchObject({ title: ['Clerk'] });
    expect(await read('bob')).toMatchObject({ useraccountcontrol: ['512'] });
    expect(await read('cid')).toMatchObject({ dn: [dnOf('cid')] });
    expect(await read('dee')).toMatchObject({ department: ['Sales'] });
    expect(await read('fay')).toMatchObject({ c: ['SE'] });
    expect(await read('eve')).toMatchObject({ telephonenumber: ['2'] });
    const adopted = await entra.send('GET', `/Users/${eve}`);
    expect(adopted.body.phoneNumbers).toEqual([{ type: 'work', value: '2' }]);
    expect(await membersOf('rc-team')).toEqual([dnOf('hal'), dnOf('visitor')]);
  }, 30_000);

  it('finds nothing the second time but what is for a person', async () => {
    const before = await everything();
    const { answer } = await run('reconcile', 'ad', '--apply');
    expect(Object.keys(rows(answer)).sort()).toEqual(['drifted', 'duplicates', 'lookAlikes', 'orphans']);
    expect(rows(answer).drifted).toEqual([
      `${upn('dee')}: department: Sales → Pay`,
      `${upn('fay')}: c: SE → NO`,
    ]);
    expect(answer.counts).toMatchObject({ leftAlone: 2, parked: 1 });
    expect(await everything()).toEqual(before);
  }, 30_000);

  it('keeps to the pace of the settings, and tells how far it is', async () => {
    const perSecond = 40;
    appendFileSync(join(gateway.config, 'delivery.yaml'), `reconcile: { perSecond: ${perSecond} }\n`);
    const names = Array.from({ length: 110 }, (_, n) => `many${n}`);
    await Promise.all(names.map((name) => create(name)));
    await gateway.settled();
    await gateway.kill();
    await gateway.launch();
    const began = performance.now();
    const { id } = (await gateway.operations('POST', '/reconcile', { target: 'ad' })).job;
    const job = () => gateway.operations('GET', `/jobs/${id}`);
    while ((await job()).progress.done === 0) await pause(50);
    expect(performance.now() - began).toBeGreaterThan((100 / perSecond) * 1000 * 0.9);
    while ((await job()).state === 'running') await pause(50);
    const { state, progress, result } = await job();
    expect([state, progress.done]).toEqual(['done', progress.total]);
    expect(result.counts.inOrder + result.counts.drifted + result.counts.parked).toBe(progress.total);
  }, 60_000);
});
