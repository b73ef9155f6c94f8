import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Attribute, Change } from 'ldapts';
import { labRights } from '../../scripts/lab/delegation.mjs';
import { activeDirectory } from '../../src/connectors/active-directory/index.js';
import { passwordFor } from '../../src/connectors/active-directory/generate-password.js';
import { rightsOf, sddlOf } from '../../src/connectors/active-directory/rights/rights.js';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { canBind, ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab, useOwnLab } from '../lab.js';
import { connect, mapped, settingsOf, soon, user, type Person } from './domain.js';

const none = undefined;
const run = promisify(execFile);

describe('Safety of a real domain', () => {
  const lab = useLab('ad-safety');
  let ad: Connector & Lists;
  beforeAll(() => void (ad = connect(lab())));
  afterAll(() => ad?.close());

  const read = async (name: string) =>
    (await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`))[0]!;
  const asAdmin = async (work: (admin: Awaited<ReturnType<typeof adminClient>>) => Promise<unknown>) => {
    const admin = await adminClient(lab());
    try {
      await work(admin);
    } finally {
      await admin.unbind();
    }
  };
  const set = (dn: string, type: string, values: string[]) =>
    asAdmin((admin) =>
      admin.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) })),
    );
  const everything = async (person: Person, detail: RegExp) => {
    const quiet = { password: none };
    await expect(person.plan({ ...quiet, attributes: { title: 'x' } })).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringMatching(detail),
    });
    for (const policy of ['disable', 'delete'] as const)
      await expect(person.planRemoval(policy)).rejects.toMatchObject({
        kind: 'rejected',
        detail: expect.stringMatching(detail),
      });
  };

  it('refuses an account that was moved out of the managed scope, by its real place', async () => {
    const moved = user(ad, 'ady-moved');
    await moved.apply();
    const plan = await moved.plan({ password: none, attributes: { title: 'x' } });
    const removal = await moved.planRemoval('delete');
    await asAdmin((admin) =>
      admin.modifyDN(`CN=ady-moved,${lab().usersOu}`, `CN=ady-moved,${lab().unmanagedOu}`),
    );
    for (const late of [plan, removal])
      await expect(ad.execute(late, soon())).rejects.toMatchObject({
        kind: 'rejected',
        detail: expect.stringContaining('outside the managed scope'),
      });
    await everything(moved, /outside the managed scope/);
    expect((await read('ady-moved')).title).toBeUndefined();
  });

  it.each([
    ['adminCount', ['1'], /adminCount/],
    ['isCriticalSystemObject', ['TRUE'], /critical/],
    ['userAccountControl', ['4098'], /ordinary user/],
  ])('never touches an account with %s', async (name, values, detail) => {
    const person = user(ad, `ady-${name}`.slice(0, 20));
    await person.apply();
    await set((await read(person.name)).dn[0]!, name, values).catch(() =>
      asAdmin(async () => ldbSet(person.name, name, values[0]!)),
    );
    await everything(person, detail);
  });

  /** Some attributes cannot be written over LDAP even by an administrator. */
  async function ldbSet(name: string, attribute: string, value: string): Promise<void> {
    const { dn } = await read(name);
    const ldif = `dn: ${dn[0]}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`;
    const child = run('ldbmodify', ['-H', lab().samLdb, '--relax']);
    child.child.stdin!.end(ldif);
    await child;
  }

  it('never touches a member of a privileged group, however deep', async () => {
    const admin = user(ad, 'ady-admin');
    await admin.apply();
    await asAdmin(async (client) => {
      await client.add(`CN=ady-nested,${lab().unmanagedOu}`, {
        objectClass: 'group',
        sAMAccountName: 'ady-nested',
        member: `CN=ady-admin,${lab().usersOu}`,
      });
      const [domainAdmins] = await ldapsearch(lab(), lab().baseDn, '(sAMAccountName=Domain Admins)', ['dn']);
      await client.modify(
        domainAdmins!.dn[0]!,
        new Change({
          operation: 'add',
          modification: new Attribute({ type: 'member', values: [`CN=ady-nested,${lab().unmanagedOu}`] }),
        }),
      );
    });
    await everything(admin, /privileged group/);
  });

  it('never touches accounts that the settings name', async () => {
    const guarded = connect(lab(), { settings: { protected: { accounts: ['ady-named'] } } });
    try {
      const named = user(guarded, 'ady-named');
      await named.apply();
      await everything(named, /settings protect/);
    } finally {
      await guarded.close();
    }
  });

  it("refuses an account that bears another gateway's mark, and one that lies elsewhere", async () => {
    const foreign = user(ad, 'ady-foreign');
    await foreign.apply();
    await set((await read('ady-foreign')).dn[0]!, 'msDS-cloudExtensionAttribute1', [
      'other-store:0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee',
    ]);
    await expect(foreign.plan({ password: none })).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('another gateway'),
    });
    const byName = { match: [{ attribute: 'sAMAccountName', value: 'ady-foreign' }] };
    expect(await ad.match(user(ad, 'ady-x').subject(byName), soon())).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('another gateway'),
    });
    const administrator = { match: [{ attribute: 'sAMAccountName', value: 'Administrator' }] };
    expect(await ad.match(user(ad, 'ady-x').subject(administrator), soon())).toMatchObject({
      kind: 'refused',
    });
  });

  it('places nothing outside the managed scope', async () => {
    const outside = user(ad, 'ady-outside', { container: lab().unmanagedOu });
    await expect(outside.plan()).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('outside the managed scope'),
    });
    const inside = user(ad, 'ady-inside');
    await inside.apply();
    await expect(inside.plan({ password: none, container: lab().unmanagedOu })).rejects.toMatchObject({
      kind: 'rejected',
    });
  });

  it('takes %DomainDN% in a place for the root of the domain, also when it moves', async () => {
    const below = lab().usersOu.slice(0, -lab().baseDn.length);
    const placed = user(ad, 'ady-domaindn', { container: `${below}%DomainDN%` });
    await placed.apply();
    expect(await placed.plan({ password: none })).toMatchObject({
      action: 'none',
      account: `CN=ady-domaindn,${lab().usersOu}`,
    });
  });

  it('marks what it creates against being copied back, where the settings say so', async () => {
    const marking = connect(lab(), { settings: { loopGuard: { mark: 'adminDescription' } } });
    try {
      const marked = user(marking, 'ady-marked');
      await marked.apply();
      expect((await read('ady-marked')).admindescription).toEqual([`User_${marked.id}`]);
    } finally {
      await marking.close();
    }
  });

  it('generates passwords that the domain takes', async () => {
    const names = ['ady-generated', 'Ann Generated'];
    const password = await ad.generatePassword!(names, soon());
    const person = user(ad, 'ady-generated', { password });
    await person.apply();
    expect(await canBind(lab(), 'ady-generated@contoso.example', password)).toBe(true);
    const must = user(ad, 'ady-must', { mustChange: true });
    await must.apply();
    expect((await read('ady-must')).pwdlastset).toEqual(['0']);
  });

  it('generates passwords of every kind of character, of the length of the policy, and free of names', () => {
    for (let times = 0; times < 300; times++) {
      const password = passwordFor({ length: 12, minLength: 14, names: ['Abc Xyz', 'def'] });
      expect(password).toHaveLength(14);
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(password).toMatch(kind);
      expect(password.toLowerCase()).not.toMatch(/abc|xyz|def/);
    }
  });

  it('checks a target in order without a fault, as the delegated account', async () => {
    const canary = user(ad, 'ady-canary');
    await canary.apply();
    const checked = connect(lab(), { settings: { canary: (await read('ady-canary')).dn[0] } });
    try {
      const findings = await checked.check(soon());
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(findings.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining([
          'connection',
          'TLS',
          'bind',
          'clock',
          'functional level',
          'schema',
          'reset password',
          'create user',
          'create group',
          'tokenGroups',
        ]),
      );
    } finally {
      await checked.close();
    }
  });

  it('names what is missing: places, attributes, rights', async () => {
    // Rights to write are read on an account of the place: here on one that nothing is delegated on.
    const sample = { objectClass: 'user', sAMAccountName: 'ady-sample', userAccountControl: '514' };
    await asAdmin((admin) => admin.add(`CN=ady-sample,${lab().unmanagedOu}`, sample));
    const broken = connect(lab(), {
      settings: {
        users: { container: lab().unmanagedOu },
        groups: { container: `OU=nowhere,${lab().baseDn}` },
        domain: 'other.example',
        protected: { groups: ['Domain Admins', 'ady-no-such', `CN=ady-none,${lab().baseDn}`] },
      },
      mapped: { User: [...mapped.User, 'extensionAttribute1'], Group: [] },
    });
    try {
      const errors = (await broken.check(soon())).filter(({ severity }) => severity === 'error');
      expect(errors.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining([
          'attribute extensionAttribute1',
          'create user',
          `OU=nowhere,${lab().baseDn}`,
          'sign-in names',
          'write title',
          'protected group ady-no-such',
          `protected group CN=ady-none,${lab().baseDn}`,
        ]),
      );
      expect(errors.map(({ subject }) => subject)).not.toContain('protected group Domain Admins');
      expect(errors.every(({ remedy }) => remedy !== undefined)).toBe(true);
    } finally {
      await broken.close();
    }
  });
});

describe('The rights that the generator gives', () => {
  const lab = useOwnLab();

  it('are enough for everything, and not for more', async () => {
    const admin = await adminClient(lab());
    const users = `OU=RightsUsers,${lab().baseDn}`;
    const groups = `OU=RightsGroups,${lab().baseDn}`;
    const service = `CN=svc-rights,CN=Users,${lab().baseDn}`;
    for (const dn of [users, groups]) await admin.add(dn, { objectClass: 'organizationalUnit' });
    await admin.add(service, {
      objectClass: 'user',
      sAMAccountName: 'svc-rights',
      userAccountControl: '514',
    });
    const password = 'Lantern-Orchard-55!';
    await admin.modify(service, [
      new Change({
        operation: 'replace',
        modification: new Attribute({
          type: 'unicodePwd',
          values: [Buffer.from(`"${password}"`, 'utf16le')],
        }),
      }),
      new Change({
        operation: 'replace',
        modification: new Attribute({ type: 'userAccountControl', values: ['512'] }),
      }),
    ]);
    await admin.unbind();
    const own = {
      bindDn: service,
      bindPassword: password,
      users: { container: users },
      groups: { container: groups },
    };
    const settings = settingsOf(lab(), own);
    const { stdout } = await run('samba-tool', [
      'user',
      'show',
      'svc-rights',
      '-H',
      lab().samLdb,
      '--attributes=objectSid',
    ]);
    const sid = /objectSid: (\S+)/.exec(stdout)![1]!;
    for (const rights of rightsOf(settings, mapped)) {
      const { sddl, unknown } = sddlOf(rights, sid);
      expect(unknown).toEqual([]);
      await run('samba-tool', [
        'dsacl',
        'set',
        '-H',
        lab().samLdb,
        `--objectdn=${rights.dn}`,
        '--action=allow',
        `--sddl=${sddl}`,
      ]);
    }
    const ad = connect(lab(), { settings: own });
    try {
      const boss = user(ad, 'rights-boss');
      await boss.apply();
      const person = user(ad, 'rights-user', { attributes: { title: 'x', country: 'DE' } });
      await person.apply();
      await person.apply({
        rdn: 'Renamed',
        password: 'Other-Orchard-77!',
        enabled: false,
        attributes: { title: [], country: 'FR', mail: 'a@b' },
        references: { manager: [boss.anchor!] },
      });
      expect((await ad.check(soon())).filter(({ severity }) => severity === 'error')).toEqual([]);
      await person.remove('delete');
      const far = user(ad, 'rights-far');
      const elsewhere = connect(lab(), {
        settings: { ...own, users: { container: `CN=Users,${lab().baseDn}` } },
      });
      await expect(
        elsewhere.execute(await elsewhere.plan(far.subject(), none, soon()), soon()),
      ).rejects.toMatchObject({ kind: 'rejected' });
      await elsewhere.close();
    } finally {
      await ad.close();
    }
  }, 60_000);

  it('are those of the delegated account of every test, as the generator prints them', () => {
    expect(readFileSync('scripts/lab/rights.sh', 'utf8')).toBe(labRights(activeDirectory));
  });

  it('are printed as scripts for both worlds', () => {
    const named = {
      User: ['title', 'country', 'extensionAttribute1', 'servicePrincipalName'],
      Group: ['displayName'],
    };
    const scriptsFor = (restores: boolean) =>
      activeDirectory.rights!(settingsOf(lab()), named, { restores }).scripts;
    const scripts = scriptsFor(false);
    const restoring = scriptsFor(true);
    for (const part of [
      '/takeownership',
      ':LCRP"',
      `dsacls "${lab().baseDn}" /G "%~1:CA;Reanimate Tombstones"`,
    ]) {
      expect(restoring.dsacls).toContain(part);
      expect(scripts.dsacls).not.toContain(part);
    }
    expect(restoring['samba-tool']).toContain(`'${lab().baseDn}' --action=allow --sddl="(OA;;CR;45ec5156-`);
    expect(scripts['samba-tool']).not.toContain('45ec5156');
    expect(scripts.dsacls).toContain(`dsacls "${lab().usersOu}" /I:S /G "%~1:WP;title;user"`);
    expect(scripts.dsacls).toContain('CA;Reset Password;user');
    expect(scripts.dsacls).not.toMatch(/DC;|servicePrincipalName|GA;/);
    expect(scripts['samba-tool']).toContain('# Grant by hand (schema extensions): extensionAttribute1');
    expect(scripts['samba-tool']).toContain('(OA;CI;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;$sid)');
  });
});
