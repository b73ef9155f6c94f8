import { Attribute, Change, type Client } from 'ldapts';
import type { Connector, ListedAccount, Lists } from '../../src/connectors/connector.js';
import { sidOf } from '../../src/connectors/active-directory/values/sid.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { allow, modifyAsSystem, serviceSid } from './deleted-objects.js';
import { connect, group, soon, storeId, user, type Person } from './domain.js';

describe('Members of protected groups', () => {
  const lab = useLab('ad-protection');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    ad = connect(lab(), {
      settings: { protected: { groups: ['adp-mail', `CN=adp-named,${lab().unmanagedOu}`] } },
    });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });

  const dnOf = async (name: string) =>
    (await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`, ['dn']))[0]!.dn[0]!;
  const change = async (dn: string, operation: 'add' | 'replace' | 'delete', type: string, value: string) =>
    admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values: [value] }) }));
  const makeGroup = (name: string, groupType: string, member: string) =>
    admin.add(`CN=${name},${lab().unmanagedOu}`, {
      objectClass: 'group',
      sAMAccountName: name,
      groupType,
      member,
    });
  const refused = (person: Person) =>
    Promise.all(
      [person.plan({ password: undefined, attributes: { title: 'x' } }), person.planRemoval('delete')].map(
        (plan) =>
          expect(plan).rejects.toMatchObject({
            kind: 'rejected',
            detail: expect.stringMatching(/member of/),
          }),
      ),
    );

  it('are refused where the group is only their primary group, which no memberOf names', async () => {
    const person = user(ad, 'adp-primary');
    await person.apply();
    const dn = await dnOf('adp-primary');
    const admins = await dnOf('Domain Admins');
    await change(admins, 'add', 'member', dn);
    await change(dn, 'replace', 'primaryGroupID', '512');
    await change(await dnOf('Domain Users'), 'delete', 'member', dn);
    const [entry] = await ldapsearch(lab(), lab().baseDn, '(sAMAccountName=adp-primary)', [
      'memberOf',
      'adminCount',
    ]);
    expect(entry).not.toHaveProperty('memberof');
    expect(entry).not.toHaveProperty('admincount');
    await refused(person);
  });

  it('are refused where they administer the DNS: that group has another number in each domain', async () => {
    const dns = connect(lab(), { settings: { groups: { container: lab().unmanagedOu } } });
    const person = user(dns, 'adp-dns');
    await person.apply();
    await makeGroup('DnsAdmins', '-2147483644', await dnOf('adp-dns'));
    const fresh = connect(lab(), { settings: { groups: { container: lab().unmanagedOu } } });
    const same = Object.assign(user(fresh, 'adp-dns', { id: person.id }), { anchor: person.anchor });
    await refused(same);
    const itself = group(fresh, 'DnsAdmins', {
      match: [{ attribute: 'sAMAccountName', value: 'DnsAdmins' }],
    });
    await expect(fresh.match(itself.subject(), soon())).resolves.toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('its members rule the domain'),
    });
    await admin.del(await dnOf('DnsAdmins'));
    expect(await same.plan({ password: undefined })).toMatchObject({ action: 'none' });
    await Promise.all([dns.close(), fresh.close()]);
  });

  it.each([
    ['Key Admins', 526],
    ['Enterprise Key Admins', 527],
  ])('are refused in %s, who may give anybody a key to sign in with', async (name, rid) => {
    const person = user(ad, `adp-key${rid}`);
    await person.apply();
    const [domain] = await ldapsearch(lab(), lab().baseDn, '(objectClass=domain)', ['objectSid']);
    const ldif = [`dn: CN=${name},${lab().unmanagedOu}`, 'changetype: add', 'objectClass: group'];
    const sid = `${sidOf(Buffer.from(domain!.objectsid![0]!, 'hex'))}-${rid}`;
    const facts = [`sAMAccountName: ${name}`, 'groupType: -2147483640', `objectSid: ${sid}`];
    await modifyAsSystem(lab(), [...ldif, ...facts, `member: ${await dnOf(`adp-key${rid}`)}`], '--relax');
    await refused(person);
  });

  it.each([
    ['a security group of the settings', 'adp-named', '-2147483646'],
    ['a distribution group of the settings, which is in no token', 'adp-mail', '2'],
  ])('are refused in %s, through another group, and free again outside it', async (_, name, type) => {
    const person = user(ad, `${name}-user`);
    await person.apply();
    const nested = `${name}-in`;
    await makeGroup(nested, type, await dnOf(`${name}-user`));
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
    await makeGroup(name, type, `CN=${nested},${lab().unmanagedOu}`);
    await refused(person);
    await change(`CN=${name},${lab().unmanagedOu}`, 'delete', 'member', `CN=${nested},${lab().unmanagedOu}`);
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
  });
});

describe('An account that SDProp protects', () => {
  const lab = useLab('ad-sdprop');
  let ad: Connector & Lists;
  beforeAll(() => void (ad = connect(lab())));
  afterAll(() => ad?.close());
  /** What it writes once an hour (MS-ADTS §3.1.1.6.1.3): the list of AdminSDHolder, and nothing inherited. */
  const protect = (name: string, adminCount: boolean) =>
    modifyAsSystem(lab(), [
      `dn: CN=${name},${lab().usersOu}`,
      'changetype: modify',
      'replace: nTSecurityDescriptor',
      'nTSecurityDescriptor: O:DAG:DAD:PAI(A;;RPWPCRCCDCLCLORCWOWDSDSW;;;DA)(A;;RPWPCRCCDCLCLORCWOWDSDSW;;;SY)(A;;RPLCLORC;;;AU)',
      ...(adminCount ? ['-', 'replace: adminCount', 'adminCount: 1'] : []),
    ]);

  it('is refused by its list of rights as that object alone, also where adminCount was cleared', async () => {
    const [stamped, cleared, ordinary] = ['ade-stamped', 'ade-cleared', 'ade-ordinary'].map((name) =>
      user(ad, name),
    ) as [Person, Person, Person];
    for (const one of [stamped, cleared, ordinary]) await one.apply();
    await protect('ade-stamped', true);
    await protect('ade-cleared', false);
    const changed = { password: undefined, attributes: { title: 'x' } };
    await expect(stamped.plan(changed)).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('adminCount'),
    });
    for (const attempt of [
      () => cleared.apply(changed),
      () => cleared.apply({ password: 'Other-Orchard-77!' }),
      () => cleared.apply({ password: undefined, enabled: false }),
      () => cleared.remove('delete'),
    ])
      await expect(attempt()).rejects.toMatchObject({
        kind: 'rejected',
        outcomeKnown: true,
        recommendedAction: expect.stringContaining('adminCount'),
      });
    await ordinary.apply(changed);
    const titles = await ldapsearch(lab(), lab().usersOu, '(title=x)', ['cn']);
    expect(titles.map(({ cn }) => cn)).toEqual([['ade-ordinary']]);
  });
});

describe('The marks of adopted accounts', () => {
  const lab = useLab('ad-adopted');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    ad = connect(lab(), { settings: { loopGuard: { mark: 'adminDescription' } } });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });
  const mark = 'msDS-cloudExtensionAttribute1';
  const guest = () => `CN=Guest,CN=Users,${lab().baseDn}`;
  const attributes = ['objectClass', mark, 'adminDescription', 'member'];
  const read = async (name: string) =>
    (await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`, attributes))[0]!;
  /** As delivery adopts: by a rule of the mapping, then an ordinary plan on the account that was there. */
  const adopt = async (person: Person) => {
    const match = await ad.match(
      person.subject({ match: [{ attribute: 'sAMAccountName', value: person.name }] }),
      soon(),
    );
    if (match.kind !== 'found') throw new Error(JSON.stringify(match));
    person.anchor = match.anchor;
    person.createdByUs = false;
    return person;
  };

  it.each(['User', 'Group'] as const)(
    'a %s that was there gets ours, so that no other gateway adopts it, and none that stops its copy to Entra',
    async (kind) => {
      const name = `ada-${kind.toLowerCase()}`;
      const isUser = kind === 'User';
      await admin.add(`CN=${name},${isUser ? lab().usersOu : lab().groupsOu}`, {
        objectClass: isUser ? 'user' : 'group',
        sAMAccountName: name,
        ...(isUser ? { userPrincipalName: `${name}@contoso.example` } : { member: guest() }),
      });
      const adopted = await adopt((isUser ? user : group)(ad, name, { password: undefined, enabled: false }));
      await adopted.apply();
      const entry = await read(name);
      expect(entry[mark.toLowerCase()]).toEqual([`${storeId}:${adopted.id}`]);
      expect(entry.admindescription).toBeUndefined();
      if (!isUser) expect(entry.member).toEqual([guest()]);
      expect(await adopted.plan()).toMatchObject({ action: 'none' });
      const other = connect(lab(), { storeId: 'another-store' });
      try {
        const stranger = {
          ...adopted.subject(),
          stamp: 'another-store:0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee',
        };
        const match = [{ attribute: 'sAMAccountName', value: name }];
        expect(await other.match({ ...stranger, match }, soon())).toMatchObject({
          kind: 'refused',
          detail: expect.stringContaining('another gateway'),
        });
      } finally {
        await other.close();
      }
    },
  );

  it('a group whose class the service account may not write is managed unmarked, with a warning', async () => {
    const name = 'ada-limited';
    await admin.add(`CN=${name},${lab().groupsOu}`, { objectClass: 'group', sAMAccountName: name });
    const denied = `(OD;;WP;bf9679e5-0de6-11d0-a285-00aa003049e2;;${await serviceSid(lab())})`;
    await allow(lab(), `CN=${name},${lab().groupsOu}`, denied, 'deny');
    const adopted = await adopt(group(ad, name, { attributes: { description: 'x' } }));
    const applied = await adopted.apply();
    expect(applied.warnings).toEqual([expect.stringContaining('unmarked')]);
    expect(await read(name)).not.toHaveProperty(mark.toLowerCase());
    expect((await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`))[0]!.description).toEqual([
      'x',
    ]);
    expect(await adopted.plan()).toMatchObject({ action: 'none' });
  });
});

describe('What a replication conflict left over', () => {
  const lab = useLab('ad-conflict');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    ad = connect(lab());
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });
  const lostGuid = '0b1c2d3e-1111-4222-8333-444455556666';
  const refusal = { kind: 'refused', detail: expect.stringContaining('replication conflict') };

  it.each([
    ['User', 'a renamed copy', `adc-cnf\\0ACNF:${lostGuid}`, 'adc-cnf'],
    ['Group', 'a renamed copy', `adc-cnfg\\0ACNF:${lostGuid}`, 'adc-cnfg'],
    ['User', 'a lost account name', 'adc-sam', '$DUPLICATE-1f4'],
  ] as const)('of a %s, %s, is listed, and neither matched nor written', async (kind, _, name, account) => {
    const place = kind === 'User' ? lab().usersOu : lab().groupsOu;
    const dn = `CN=${name},${place}`;
    await admin.add(dn, { objectClass: kind.toLowerCase(), sAMAccountName: account });
    const found: ListedAccount[] = [];
    for await (const listed of ad.list(kind, soon())) found.push(listed);
    expect(found).toMatchObject([{ conflict: expect.stringContaining('replication conflict') }]);
    const person = kind === 'User' ? user(ad, 'adc-nora') : group(ad, 'adc-team');
    const match = [{ attribute: 'sAMAccountName', value: account }];
    expect(await ad.match(person.subject({ match }), soon())).toMatchObject(refusal);
    person.anchor = found[0]!.anchor;
    await expect(person.plan({ password: undefined })).rejects.toMatchObject({
      ...refusal,
      kind: 'rejected',
    });
    await expect(person.planRemoval('delete')).rejects.toMatchObject({ ...refusal, kind: 'rejected' });
    await admin.del(dn);
  });

  it('is named where it matches beside the account that won', async () => {
    const winner = user(ad, 'adc-winner', { attributes: { employeeID: 'ADC-1' } });
    await winner.apply();
    const lost = `CN=adc-winner\\0ACNF:${lostGuid},${lab().usersOu}`;
    await admin.add(lost, { objectClass: 'user', sAMAccountName: '$DUPLICATE-1f5', employeeID: 'ADC-1' });
    const match = [{ attribute: 'employeeID', value: 'ADC-1' }];
    expect(await ad.match(user(ad, 'adc-new').subject({ match }), soon())).toMatchObject({
      kind: 'refused',
      detail: expect.stringMatching(/2 accounts .* None is chosen: .*replication conflict/),
    });
    expect(await winner.plan({ password: undefined })).toMatchObject({ action: 'none' });
  });
});
