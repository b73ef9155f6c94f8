import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { useLab } from '../lab.js';
import { connect, group, setMembers, soon, user, type Person } from './domain.js';
import { LdapProxy, type Rule } from './proxy/ldap-proxy.js';

const none = undefined;

/** What only Windows does, played by the proxy in front of the real controller. */
describe('Where Windows differs', () => {
  const lab = useLab('ad-windows');
  let proxy: LdapProxy;
  let ad: Connector & Lists;
  let people: Person[];
  beforeAll(async () => {
    proxy = await LdapProxy.start(lab());
    ad = connect(lab(), { settings: { servers: [proxy.url] } });
    people = Array.from({ length: 70 }, (_, index) =>
      user(ad, `adw-p${index}`, { enabled: false, password: none }),
    );
    await Promise.all(
      [0, 1, 2, 3].map(async (part) => {
        for (const person of people.filter((_, index) => index % 4 === part)) await person.apply();
      }),
    );
  }, 60_000);
  afterAll(async () => {
    await ad?.close();
    await proxy?.stop();
  });
  beforeEach(() => {
    proxy.rules = [];
    proxy.windows = {};
  });

  const answering = (code: number, text: string, ...operations: string[]): Rule => ({
    when: ({ operation }) => operations.includes(operation),
    then: { answer: { code, text } },
    times: 1,
  });
  const refusedPassword = '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0';

  /** An account without a password has the date 0, and Windows lets nobody enable it. */
  const expectPassword = async (name: string) => {
    const [entry] = await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=${name})`);
    expect(entry!.useraccountcontrol).toEqual(['512']);
    expect(entry!.pwdlastset![0]).not.toBe('0');
  };

  it('reads members in ranges, however small they are', async () => {
    const crowd = group(ad, 'adw-crowd');
    await crowd.apply();
    await setMembers(ad, crowd, people);
    for (const maxRange of [30, 35, 69, 70, 1500]) {
      proxy.windows = { maxRange };
      const listed: string[] = [];
      for await (const account of ad.list('Group', soon())) {
        if (account.anchor === crowd.anchor) for await (const member of account.members!) listed.push(member);
      }
      expect(listed.sort()).toEqual(people.map(({ anchor }) => anchor!).sort());
    }
  });

  it('does not take a cut or empty list of members for the truth: others stay', async () => {
    proxy.windows = { maxRange: 30 };
    const kept = group(ad, 'adw-kept');
    await kept.apply();
    await setMembers(ad, kept, people.slice(0, 60));
    await setMembers(ad, kept, people.slice(60));
    await setMembers(ad, kept, people.slice(0, 5), false);
    expect((await ldapsearch(lab(), lab().groupsOu, '(cn=adw-kept)', ['member']))[0]!.member).toHaveLength(
      65,
    );
    expect(await setMembers(ad, kept, people.slice(40))).toMatchObject({ action: 'none' });
  });

  it('lists in pages below the limit', async () => {
    proxy.windows = { maxPage: 20 };
    let found = 0;
    for await (const _ of ad.list('User', soon())) found += 1;
    expect(found).toBe(70);
    const crowd = group(ad, 'adw-paged');
    await crowd.apply();
    expect(await setMembers(ad, crowd, people)).toMatchObject({
      edges: expect.arrayContaining([{ memberId: people[69]!.id, kind: 'applied' }]),
    });
  });

  it('reports a password that Windows refuses, as the client may see it', async () => {
    proxy.rules = [answering(53, refusedPassword, 'add')];
    await expect(user(ad, 'adw-policy').apply()).rejects.toMatchObject({
      kind: 'rejected',
      scimType: 'invalidValue',
      outcomeKnown: true,
      diagnostic: refusedPassword,
      detail: expect.stringMatching(/password.*longer or more complex/i),
    });
  });

  it('creates in two steps where a password is not taken with the add', async () => {
    proxy.rules = [
      answering(53, '00002035: SvcErr: DSID-031A124C, problem 5003 (WILL_NOT_PERFORM), data 0', 'add'),
    ];
    const before = proxy.requests.length;
    expect(await user(ad, 'adw-steps').apply()).toMatchObject({ passwordSet: true });
    const writes = proxy.requests
      .slice(before)
      .filter(({ operation }) => ['add', 'modify'].includes(operation));
    expect(writes.map(({ operation, attributes }) => [operation, attributes.includes('unicodePwd')])).toEqual(
      [
        ['add', true],
        ['add', false],
        ['modify', true],
      ],
    );
    expect(
      (await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adw-steps)'))[0]!.useraccountcontrol,
    ).toEqual(['512']);
  });

  it('sets the password after an add without one whose answer was lost', async () => {
    proxy.rules = [
      answering(53, '00002035: SvcErr: DSID-031A124C, problem 5003 (WILL_NOT_PERFORM), data 0', 'add'),
      { when: ({ operation }) => operation === 'add', then: 'reset-after-send', times: 1 },
    ];
    expect(await user(ad, 'adw-lost').apply()).toMatchObject({ passwordSet: true });
    await expectPassword('adw-lost');
  });

  it('tells of the account of a lost add whose second step was refused, disabled', async () => {
    proxy.rules = [
      answering(53, '00002035: SvcErr', 'add'),
      { when: ({ operation }) => operation === 'add', then: 'reset-after-send', times: 1 },
      answering(53, refusedPassword, 'modify'),
    ];
    await expect(user(ad, 'adw-losthalf').apply()).rejects.toMatchObject({
      kind: 'rejected',
      attribute: 'unicodePwd',
      applied: { anchor: expect.any(String), createdByUs: true },
    });
  });

  it('sets the password of an account that an attempt before it has added without one', async () => {
    const late = user(ad, 'adw-late');
    const plan = await late.plan();
    const earlier = connect(lab());
    await user(earlier, 'adw-late', { id: late.id, password: none, enabled: false }).apply();
    await earlier.close();
    expect(await ad.execute(plan, soon())).toMatchObject({ passwordSet: true });
    await expectPassword('adw-late');
  });

  it('writes no password again that a lost add has brought', async () => {
    proxy.rules = [{ when: ({ operation }) => operation === 'add', then: 'reset-after-send', times: 1 }];
    const before = proxy.requests.length;
    expect(await user(ad, 'adw-whole').apply()).toMatchObject({ passwordSet: true });
    expect(proxy.requests.slice(before).filter(({ operation }) => operation === 'modify')).toEqual([]);
    await expectPassword('adw-whole');
  });

  it('tells of the account that a refused second step left behind, disabled', async () => {
    proxy.rules = [answering(53, '00002035: SvcErr', 'add'), answering(53, refusedPassword, 'modify')];
    const half = user(ad, 'adw-half');
    await expect(half.apply()).rejects.toMatchObject({
      kind: 'rejected',
      attribute: 'unicodePwd',
      applied: { anchor: expect.any(String), createdByUs: true },
    });
    expect(
      (await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adw-half)'))[0]!.useraccountcontrol,
    ).toEqual(['514']);
  });

  it('reports a sign-in name that is taken elsewhere in the forest', async () => {
    proxy.rules = [
      answering(
        19,
        '000021C8: AtrErr: DSID-03200BBA, #1: 0: 000021C8: DSID-03200BBA, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 90290 (userPrincipalName)',
        'add',
      ),
    ];
    await expect(user(ad, 'adw-forest').apply()).rejects.toMatchObject({
      kind: 'conflict',
      scimType: 'uniqueness',
      attribute: 'userPrincipalName',
    });
  });

  it('reports an account name that is taken by another spelling, which Samba would accept', async () => {
    proxy.rules = [
      answering(68, '00000524: UpdErr: DSID-031A1261, problem 6005 (ENTRY_EXISTS), data 0', 'add'),
    ];
    await expect(user(ad, 'adw-muller').apply()).rejects.toMatchObject({
      kind: 'conflict',
      scimType: 'uniqueness',
    });
  });

  it('waits where the controller has no identifiers left', async () => {
    proxy.rules = [
      answering(53, '00002010: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0', 'add'),
    ];
    await expect(user(ad, 'adw-rid', { password: none, enabled: false }).apply()).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it.each([
    [68, '00000562: UpdErr: DSID-031A11C4, problem 6005 (ENTRY_EXISTS), data 0', true],
    [53, '00000561: SvcErr: DSID-031A11E5, problem 5003 (WILL_NOT_PERFORM), data 0', false],
  ])(
    'repairs a batch of members that is refused with %i as it was in part true already',
    async (code, text, present) => {
      const team = group(ad, `adw-part${code}`);
      await team.apply();
      if (!present) await setMembers(ad, team, people.slice(0, 8));
      const plan = await ad.planMembers(
        team.group(),
        people.slice(0, 8).map((person) => person.edge(present)),
        soon(),
      );
      const other = connect(lab());
      await setMembers(other, team, people.slice(2, 5), present);
      await other.close();
      proxy.rules = [answering(code, text, 'modify')];
      const { edges } = await ad.execute(plan, soon());
      expect(edges).toHaveLength(8);
      expect(edges!.every(({ kind }) => kind === 'applied')).toBe(true);
      const [entry] = await ldapsearch(lab(), lab().groupsOu, `(cn=adw-part${code})`, ['member']);
      expect(entry!.member ?? []).toHaveLength(present ? 8 : 0);
    },
  );

  it('finds the one member that a batch is refused for by halving', async () => {
    const team = group(ad, 'adw-halved');
    await team.apply();
    const culprit = people[5]!.anchor!;
    proxy.rules = [
      {
        when: ({ operation, bytes }) => operation === 'modify' && bytes.includes(culprit),
        then: {
          answer: { code: 53, text: '00002145: SvcErr: DSID-1, problem 5003 (WILL_NOT_PERFORM), data 0' },
        },
      },
    ];
    const plan = await ad.planMembers(
      team.group(),
      people.slice(0, 16).map((person) => person.edge()),
      soon(),
    );
    const { edges } = await ad.execute(plan, soon());
    expect(edges!.filter(({ kind }) => kind === 'applied')).toHaveLength(15);
    expect(edges!.find(({ kind }) => kind === 'failed')).toMatchObject({
      memberId: people[5]!.id,
      error: { kind: 'rejected' },
    });
    expect((await ldapsearch(lab(), lab().groupsOu, '(cn=adw-halved)', ['member']))[0]!.member).toHaveLength(
      15,
    );
  });

  it('takes a refusal of rights for that object only', async () => {
    const person = people[0]!;
    proxy.rules = [
      answering(50, '00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0', 'modify'),
    ];
    await expect(person.apply({ attributes: { title: 'x' } })).rejects.toMatchObject({
      kind: 'rejected',
      recommendedAction: expect.stringContaining('target rights'),
    });
  });

  const controlsOf = async (work: () => Promise<unknown>) => {
    const before = proxy.requests.length;
    await work();
    const written = proxy.requests.slice(before).filter(({ operation }) => operation === 'modify');
    return written.map(({ controls }) => controls);
  };
  const quiet = { password: none };
  let serial = 100;

  it('has resets obey the password history only where the settings ask for it and the controller offers it', async () => {
    const hints = '1.2.840.113556.1.4.2239';
    const person = user(ad, 'adw-history');
    await person.apply();
    const offered = { supportedControl: [hints, '1.2.840.113556.1.4.319'] };
    const resets = async (history: boolean, root?: Record<string, string[]>) => {
      proxy.windows = root ? { root } : {};
      const asked = connect(lab(), { settings: { servers: [proxy.url], passwords: { history } } });
      try {
        const one = user(asked, 'adw-history', { id: person.id });
        one.anchor = person.anchor;
        const titled = await controlsOf(() => one.apply({ ...quiet, attributes: { title: `${history}` } }));
        const reset = await controlsOf(() => one.apply({ password: `Gr4nite-Kettle!${++serial}` }));
        return [...titled, ...reset];
      } finally {
        await asked.close();
      }
    };
    expect(await resets(true, offered)).toEqual([[], [hints]]);
    // PolicyHintsRequestValue with Flags 1 (MS-ADTS §3.1.1.3.4.1.27).
    expect(proxy.requests.findLast(({ operation }) => operation === 'modify')!.bytes.toString('hex')).toMatch(
      /04053003020101$/,
    );
    expect(await resets(false, offered)).toEqual([[], []]);
    expect(await resets(true)).toEqual([[], []]);
  });

  it('tells of a password that the history refuses', async () => {
    const person = user(ad, 'adw-repeated');
    await person.apply();
    proxy.rules = [answering(53, refusedPassword, 'modify')];
    await expect(person.apply()).rejects.toMatchObject({
      kind: 'rejected',
      scimType: 'invalidValue',
      recommendedAction: expect.stringContaining('was not used before'),
    });
  });

  it('asks Windows to take members as they are already, and Samba not, which ignores it', async () => {
    const permissive = '1.2.840.113556.1.4.1413';
    for (const [name, root, expected] of [
      ['adw-permissive', { vendorName: [] }, [permissive]],
      ['adw-strict', {}, []],
    ] as const) {
      proxy.windows = { root };
      const of = connect(lab(), { settings: { servers: [proxy.url] } });
      const team = group(of, name);
      await team.apply();
      expect(await controlsOf(() => setMembers(of, team, people.slice(0, 3)))).toEqual([expected]);
      await of.close();
    }
  });
});
