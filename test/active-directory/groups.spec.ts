import { Attribute, Change } from 'ldapts';
import type { Applied, Connector, Lists, Plan } from '../../src/connectors/connector.js';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, group, setMembers, soon, user, type Person } from './domain.js';

describe('Groups in a real domain', () => {
  const lab = useLab('ad-groups');
  let ad: Connector & Lists;
  let people: Person[];
  beforeAll(async () => {
    ad = connect(lab());
    people = Array.from({ length: 12 }, (_, index) =>
      user(ad, `adg-p${index}`, { enabled: false, password: undefined }),
    );
    for (const person of people) await person.apply();
  }, 60_000);
  afterAll(() => ad?.close());

  const read = async (name: string): Promise<Entry> =>
    (await ldapsearch(lab(), lab().baseDn, `(sAMAccountName=${name})`))[0]!;
  const memberNames = async (name: string): Promise<string[]> =>
    ((await read(name)).member ?? []).map((dn) => /^CN=([^,]+)/.exec(dn)![1]!).sort();
  const asAdmin = async (
    dn: string,
    operation: 'add' | 'delete' | 'replace',
    type: string,
    values: string[],
  ): Promise<void> => {
    const admin = await adminClient(lab());
    try {
      await admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }));
    } finally {
      await admin.unbind();
    }
  };
  const made = async (name: string): Promise<Person> => {
    const one = group(ad, name, { attributes: { displayName: name, description: 'made by a test' } });
    await one.apply();
    return one;
  };

  it.each([
    ['security', 'global', '-2147483646'],
    ['security', 'universal', '-2147483640'],
    ['security', 'domainLocal', '-2147483644'],
    ['distribution', 'global', '2'],
  ])('creates a %s group of %s scope', async (type, scope, expected) => {
    const own = connect(lab(), { settings: { groups: { container: lab().groupsOu, type, scope } } });
    try {
      const name = `adg-${type}-${scope}`;
      await group(own, name).apply();
      expect(await read(name)).toMatchObject({ grouptype: [expected], samaccountname: [name], cn: [name] });
    } finally {
      await own.close();
    }
  });

  it('renames a group with its account name and keeps its members', async () => {
    const sales = await made('adg-sales');
    await setMembers(ad, sales, people.slice(0, 3));
    await sales.apply({ rdn: 'adg-sales-emea', unique: { sAMAccountName: 'adg-sales-emea' } });
    expect(await memberNames('adg-sales-emea')).toEqual(['adg-p0', 'adg-p1', 'adg-p2']);
    expect((await read('adg-sales-emea')).cn).toEqual(['adg-sales-emea']);
  });

  it('adds and removes exactly the named members, and finds nothing to do the second time', async () => {
    const team = await made('adg-team');
    await setMembers(ad, team, people.slice(0, 5));
    await setMembers(ad, team, people.slice(3, 7));
    expect(await memberNames('adg-team')).toEqual([
      'adg-p0',
      'adg-p1',
      'adg-p2',
      'adg-p3',
      'adg-p4',
      'adg-p5',
      'adg-p6',
    ]);
    expect(await setMembers(ad, team, people.slice(0, 7))).toMatchObject({
      action: 'none',
      edges: expect.arrayContaining([{ memberId: people[0]!.id, kind: 'applied' }]),
    });
    await setMembers(ad, team, people.slice(1, 3), false);
    expect(await memberNames('adg-team')).toEqual(['adg-p0', 'adg-p3', 'adg-p4', 'adg-p5', 'adg-p6']);
  });

  it('stores a member once when it is named twice', async () => {
    const twice = await made('adg-twice');
    await setMembers(ad, twice, [people[0]!, people[0]!, people[1]!]);
    await setMembers(ad, twice, [people[0]!, people[0]!], false);
    expect(await memberNames('adg-twice')).toEqual(['adg-p1']);
  });

  it('keeps the members that somebody else added', async () => {
    const shared = await made('adg-shared');
    await asAdmin((await read('adg-shared')).dn[0]!, 'add', 'member', [(await read('adg-p9')).dn[0]!]);
    await setMembers(ad, shared, people.slice(0, 2));
    expect(await memberNames('adg-shared')).toEqual(['adg-p0', 'adg-p1', 'adg-p9']);
  });

  it('carries out a chunk although some of it came true in the meantime', async () => {
    const raced = await made('adg-raced');
    const plan = await ad.planMembers(
      raced.group(),
      people.slice(0, 6).map((person) => person.edge()),
      soon(),
    );
    const dn = (await read('adg-raced')).dn[0]!;
    await asAdmin(dn, 'add', 'member', [(await read('adg-p2')).dn[0]!, (await read('adg-p4')).dn[0]!]);
    const applied = await ad.execute(plan, soon());
    expect(applied.edges).toHaveLength(6);
    expect(applied.edges!.every(({ kind }) => kind === 'applied')).toBe(true);
    const removal = await ad.planMembers(
      raced.group(),
      people.slice(0, 6).map((person) => person.edge(false)),
      soon(),
    );
    await asAdmin(dn, 'delete', 'member', [(await read('adg-p0')).dn[0]!]);
    expect((await ad.execute(removal, soon())).edges!.every(({ kind }) => kind === 'applied')).toBe(true);
    expect(await memberNames('adg-raced')).toEqual([]);
  });

  it('refuses the one member that is gone and applies the others', async () => {
    const bereft = await made('adg-bereft');
    const leaver = user(ad, 'adg-leaver', { enabled: false, password: undefined });
    await leaver.apply();
    const edges = [...people.slice(0, 5), leaver].map((person) => person.edge());
    const plan = await ad.planMembers(bereft.group(), edges, soon());
    await leaver.remove('delete');
    const { edges: outcomes } = await ad.execute(plan, soon());
    expect(outcomes!.filter(({ kind }) => kind === 'applied')).toHaveLength(5);
    expect(outcomes!.find(({ memberId }) => memberId === leaver.id)).toMatchObject({
      kind: 'failed',
      error: { kind: 'missing', attribute: 'member' },
    });
    expect(await memberNames('adg-bereft')).toHaveLength(5);
    const later = await ad.planMembers(bereft.group(), edges, soon());
    expect(later.edges!.find(({ memberId }) => memberId === leaver.id)).toMatchObject({
      kind: 'failed',
      error: { kind: 'missing' },
    });
    expect(await setMembers(ad, bereft, [leaver], false)).toMatchObject({
      action: 'none',
      edges: [{ kind: 'applied' }],
    });
  });

  it('nests groups, circles included, and refuses what Windows refuses', async () => {
    const outer = await made('adg-outer');
    const inner = await made('adg-inner');
    await setMembers(ad, outer, [inner, people[0]!]);
    await setMembers(ad, inner, [outer]);
    expect(await memberNames('adg-outer')).toEqual(['adg-inner', 'adg-p0']);
    expect(await memberNames('adg-inner')).toEqual(['adg-outer']);
    const universal = connect(lab(), {
      settings: { groups: { container: lab().groupsOu, scope: 'universal' } },
    });
    const wide = group(universal, 'adg-wide');
    await wide.apply();
    await universal.close();
    const refused = (await setMembers(ad, outer, [wide])) as Plan;
    expect(refused).toMatchObject({
      action: 'none',
      edges: [{ kind: 'failed', error: { kind: 'rejected', detail: expect.stringContaining('universal') } }],
    });
    expect(((await setMembers(ad, outer, [outer])) as Plan).edges).toMatchObject([
      { kind: 'failed', error: { kind: 'rejected' } },
    ]);
  });

  it('refuses members and groups outside the managed scope', async () => {
    const admin = await adminClient(lab());
    await admin.add(`CN=adg-far,${lab().unmanagedOu}`, { objectClass: 'group', sAMAccountName: 'adg-far' });
    await admin.unbind();
    const far = group(ad, 'adg-far');
    far.anchor = guid((await read('adg-far')).objectguid![0]!);
    await expect(setMembers(ad, far, [people[0]!])).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('outside the managed scope'),
    });
    const near = await made('adg-near');
    expect(((await setMembers(ad, near, [far])) as Plan).edges).toMatchObject([
      {
        kind: 'failed',
        error: { kind: 'rejected', detail: expect.stringContaining('outside the managed scope') },
      },
    ]);
  });

  it('never touches the members of a protected group', async () => {
    const guarded = await made('adg-guarded');
    await asAdmin((await read('adg-guarded')).dn[0]!, 'replace', 'adminCount', ['1']);
    await expect(setMembers(ad, guarded, [people[0]!])).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('adminCount'),
    });
    const named = connect(lab(), { settings: { protected: { groups: ['adg-team'] } } });
    try {
      const team = group(named, 'adg-team');
      team.anchor = guid((await read('adg-team')).objectguid![0]!);
      await expect(setMembers(named, team, [people[0]!])).rejects.toMatchObject({
        kind: 'rejected',
        detail: expect.stringContaining('settings protect'),
      });
    } finally {
      await named.close();
    }
  });

  it('takes a leaver out of the managed groups where the settings say so', async () => {
    const stripping = connect(lab(), {
      settings: { users: { container: lab().usersOu, leavers: { stripGroups: true } } },
    });
    try {
      const club = await made('adg-club');
      const leaver = user(stripping, 'adg-stripped', { enabled: false, password: undefined });
      await leaver.apply();
      await setMembers(ad, club, [leaver, people[0]!]);
      expect(await leaver.remove('disable')).toMatchObject({ effects: { memberRemovals: 1 } });
      expect(await memberNames('adg-club')).toEqual(['adg-p0']);
    } finally {
      await stripping.close();
    }
  });

  it('writes and reads back a group of 400 members', async () => {
    const many: Person[] = [];
    const admin = await adminClient(lab());
    const filler = `OU=filler,${lab().usersOu}`;
    await admin.add(filler, { objectClass: 'organizationalUnit' });
    const names = Array.from({ length: 400 }, (_, index) => `adg-m${index}`);
    await Promise.all(
      [0, 1, 2, 3].map(async (part) => {
        const own = await adminClient(lab());
        for (const name of names.filter((_, index) => index % 4 === part)) {
          await own.add(`CN=${name},${filler}`, {
            objectClass: 'user',
            sAMAccountName: name,
            userAccountControl: '514',
          });
        }
        await own.unbind();
      }),
    );
    await admin.unbind();
    for (const entry of await ldapsearch(lab(), filler, '(objectClass=user)', ['objectGUID', 'cn'])) {
      const one = user(ad, entry.cn![0]!);
      one.anchor = guid(entry.objectguid![0]!);
      many.push(one);
    }
    const crowd = await made('adg-crowd');
    const applied = (await setMembers(ad, crowd, many)) as Applied;
    expect(applied.edges!.every(({ kind }) => kind === 'applied')).toBe(true);
    const listed = new Set<string>();
    for await (const account of ad.list('Group', soon())) {
      if (account.anchor !== crowd.anchor) continue;
      for await (const member of account.members!) listed.add(member);
    }
    expect(listed).toEqual(new Set(many.map(({ anchor }) => anchor)));
  }, 60_000);

  it('lists the managed users with their state and stamp', async () => {
    const found = new Map<string, { stamp?: string; enabled?: boolean }>();
    for await (const account of ad.list('User', soon())) found.set(account.anchor, account);
    for (const person of people)
      expect(found.get(person.anchor!)).toMatchObject({
        stamp: `store-under-test:${person.id}`,
        enabled: false,
      });
  });
});

function guid(hex: string): string {
  const part = (start: number, end: number) => (hex.slice(start, end).match(/../g) ?? []).reverse().join('');
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
