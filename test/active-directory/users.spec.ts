import { ConnectorError } from '../../src/connectors/connector.js';
import { canBind, ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, initialPassword, soon, user, storeId, mapped } from './domain.js';
import { Attribute, Change } from 'ldapts';
import type { Connector } from '../../src/connectors/connector.js';

/** No password goes with this write. */
const none = undefined;

describe('Users in a real domain', () => {
  const lab = useLab('ad-users');
  let ad: Connector;
  beforeAll(() => {
    ad = connect(lab());
  });
  afterAll(() => ad?.close());

  const read = async (name: string): Promise<Entry> => {
    const [entry] = await ldapsearch(lab(), lab().landfallOu, `(sAMAccountName=${name})`);
    expect(entry).toBeDefined();
    return entry!;
  };

  /** As an administrator would, behind the gateway's back. */
  const asAdmin = async (dn: string, name: string, values: string[]): Promise<void> => {
    const admin = await adminClient(lab());
    try {
      await admin.modify(
        dn,
        new Change({ operation: 'replace', modification: new Attribute({ type: name, values }) }),
      );
    } finally {
      await admin.unbind();
    }
  };

  it('creates an enabled account that can sign in with its password', async () => {
    const jane = user(ad, 'adu-jane', {
      rdn: 'Jane, "Doe" + <x>; #1\\',
      attributes: {
        displayName: 'Jane Doe',
        title: 'Cook',
        mail: 'jane@contoso.example',
        country: 'Germany',
      },
    });
    const plan = await jane.plan();
    expect(plan.action).toBe('create');
    expect(JSON.stringify(plan.changes)).not.toContain(initialPassword);
    const applied = await jane.apply();
    expect(applied).toMatchObject({
      createdByUs: true,
      passwordSet: true,
      facts: { sAMAccountName: 'adu-jane', userPrincipalName: 'adu-jane@contoso.example' },
    });
    expect(await read('adu-jane')).toMatchObject({
      cn: ['Jane, "Doe" + <x>; #1\\'],
      useraccountcontrol: ['512'],
      displayname: ['Jane Doe'],
      title: ['Cook'],
      c: ['DE'],
      co: ['Germany'],
      countrycode: ['276'],
      'msds-cloudextensionattribute1': [`${storeId}:${jane.id}`],
    });
    expect(await canBind(lab(), 'adu-jane@contoso.example', initialPassword)).toBe(true);
  });

  it('finds nothing to do the second time', async () => {
    const again = user(ad, 'adu-again', {
      attributes: { title: 'Cook', country: 'FR', 'telephoneNumber+otherTelephone': ['1', '2', '3'] },
    });
    await again.apply();
    const plan = await again.plan({ password: none });
    expect({ action: plan.action, changes: plan.changes }).toEqual({ action: 'none', changes: [] });
  });

  it('does not write a password again that arrived', async () => {
    const arrived = user(ad, 'adu-arrived');
    const subject = arrived.subject();
    const create = await ad.plan(subject, undefined, soon());
    arrived.anchor = (await ad.execute(create, soon())).anchor;
    const again = (mark: string | undefined, value: string) =>
      ad.plan({ ...subject, password: { value, mustChange: false, mark } }, arrived.known(), soon());
    expect(await again(create.passwordMark, initialPassword)).toMatchObject({
      action: 'none',
      passwordArrived: true,
    });
    const next = await again(undefined, 'Gr4nite-Kettle!74');
    expect(next.action).toBe('update');
    expect(await again(next.passwordMark, 'Gr4nite-Kettle!74')).toMatchObject({ action: 'update' });
    await ad.execute(next, soon());
    expect(await again(next.passwordMark, 'Gr4nite-Kettle!74')).toMatchObject({ action: 'none' });
  });

  it('makes no account without its password, whatever was said of the password of a former one', async () => {
    const former = user(ad, 'adu-replaced');
    await former.apply();
    const { passwordMark: mark } = await former.plan();
    const anew = user(ad, 'adu-anew', { password: undefined });
    const subject = { ...anew.subject(), password: { value: 'Gr4nite-Kettle!77', mustChange: false, mark } };
    await ad.execute(await ad.plan(subject, undefined, soon()), soon());
    expect(await canBind(lab(), 'adu-anew@contoso.example', 'Gr4nite-Kettle!77')).toBe(true);
  });

  it('writes each of two passwords that follow each other at once', async () => {
    const quick = user(ad, 'adu-two');
    await quick.apply();
    await quick.apply({ password: 'Gr4nite-Kettle!75' });
    await quick.apply({ password: 'Gr4nite-Kettle!76' });
    expect(await canBind(lab(), 'adu-two@contoso.example', 'Gr4nite-Kettle!76')).toBe(true);
  });

  it('says of a password that arrived with other changes still to come that it did', async () => {
    const both = user(ad, 'adu-still');
    await both.apply();
    const mark = 'an earlier one';
    const subject = { ...both.subject({ attributes: { title: 'Cook' } }) };
    const plan = await ad.plan(
      { ...subject, password: { value: initialPassword, mustChange: false, mark } },
      both.known(),
      soon(),
    );
    expect(plan).toMatchObject({ passwordArrived: true, changes: [{ attribute: 'title' }] });
  });

  it('changes only what differs, and moves and renames by the same plan', async () => {
    const bob = user(ad, 'adu-bob', { attributes: { title: 'Clerk', department: 'Payroll' } });
    await bob.apply();
    const plan = await bob.plan({
      password: none,
      rdn: 'Bob Renamed',
      attributes: { title: 'Head', department: 'Payroll' },
    });
    expect(plan.changes.map(({ attribute }) => attribute)).toEqual(['title', 'distinguishedName']);
    await ad.execute(plan, soon());
    expect(await read('adu-bob')).toMatchObject({
      cn: ['Bob Renamed'],
      title: ['Head'],
      department: ['Payroll'],
    });
  });

  it('clears an attribute that the mapping empties', async () => {
    const cleared = user(ad, 'adu-cleared', { attributes: { title: 'Clerk' } });
    await cleared.apply();
    await cleared.apply({ password: none, attributes: { title: [] } });
    expect((await read('adu-cleared')).title).toBeUndefined();
  });

  it('disables by one bit, twice with the same result, and keeps what an administrator set', async () => {
    const dan = user(ad, 'adu-dan');
    await dan.apply();
    await asAdmin((await read('adu-dan')).dn[0]!, 'userAccountControl', [String(512 | 0x10000 | 0x100000)]);
    const quiet = { password: none };
    for (const _ of [1, 2]) await dan.apply({ ...quiet, enabled: false });
    expect((await read('adu-dan')).useraccountcontrol).toEqual([String(514 | 0x10000 | 0x100000)]);
    await dan.apply({ ...quiet, enabled: true });
    expect((await read('adu-dan')).useraccountcontrol).toEqual([String(512 | 0x10000 | 0x100000)]);
  });

  it('wins a race for userAccountControl without losing the other write', async () => {
    const race = user(ad, 'adu-race');
    await race.apply();
    const plan = await race.plan({ password: none, enabled: false });
    await asAdmin((await read('adu-race')).dn[0]!, 'userAccountControl', [String(512 | 0x10000)]);
    await ad.execute(plan, soon());
    expect((await read('adu-race')).useraccountcontrol).toEqual([String(514 | 0x10000)]);
  });

  it('refuses to create an enabled account without a password', async () => {
    const bare = user(ad, 'adu-bare', { password: none });
    await expect(bare.plan()).rejects.toMatchObject({ kind: 'rejected', attribute: 'unicodePwd' });
  });

  it('reports a password that the domain refuses, and leaves nothing behind', async () => {
    const weak = user(ad, 'adu-weak', { password: 'abc' });
    const failure: unknown = await weak.apply().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectorError);
    expect(failure).toMatchObject({ kind: 'rejected', scimType: 'invalidValue', outcomeKnown: true });
    expect((failure as ConnectorError).detail).toContain('assword');
    expect(await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adu-weak)')).toEqual([]);
  });

  it('names attribute and limit before the domain is asked', async () => {
    const long = user(ad, 'adu-long', { attributes: { title: 'x'.repeat(200) } });
    await expect(long.plan()).rejects.toMatchObject({
      kind: 'rejected',
      attribute: 'title',
      scimType: 'invalidValue',
      detail: expect.stringContaining('at most 128'),
    });
  });

  it.each([
    ['sAMAccountName', { sAMAccountName: 'a'.repeat(21) }, /longer than 20/],
    ['userPrincipalName', { userPrincipalName: 'x@unknown.example' }, /suffix/],
    ['userPrincipalName', { userPrincipalName: 'no-suffix' }, /name@suffix/],
  ])('refuses a %s that Windows would refuse', async (attribute, unique, detail) => {
    const refused = user(ad, 'adu-refused', { unique });
    await expect(refused.plan()).rejects.toMatchObject({
      kind: 'rejected',
      attribute,
      detail: expect.stringMatching(detail),
    });
  });

  it('reports who holds a value that is taken', async () => {
    const first = user(ad, 'adu-first', { rdn: 'Ann First' });
    await first.apply();
    const second = (unique: Record<string, string>, rdn = 'Ann Second') =>
      user(ad, 'adu-second', { unique, rdn }).plan();
    await expect(second({ userPrincipalName: 'ADU-FIRST@contoso.example' })).rejects.toMatchObject({
      kind: 'conflict',
      attribute: 'userPrincipalName',
      holder: first.anchor,
      holderStamp: expect.stringContaining(':'),
    });
    await expect(second({ sAMAccountName: 'Adu-First' })).rejects.toMatchObject({
      kind: 'conflict',
      attribute: 'sAMAccountName',
      holder: first.anchor,
    });
    await expect(second({}, 'ann first')).rejects.toMatchObject({
      kind: 'conflict',
      attribute: 'rdn',
      holder: first.anchor,
    });
    await expect(second({ userPrincipalName: `adu-first@${lab().dnsDomain}` })).rejects.toMatchObject({
      kind: 'conflict',
      holder: first.anchor,
    });
  });

  it('names the attribute when the value was taken between plan and execute', async () => {
    const late = user(ad, 'adu-late', { rdn: 'Late One' });
    const plan = await late.plan();
    const quick = user(ad, 'adu-quick', { rdn: 'Late One' });
    await quick.apply();
    await expect(ad.execute(plan, soon())).rejects.toMatchObject({
      kind: 'conflict',
      attribute: 'rdn',
      holder: quick.anchor,
    });
  });

  it('sets and clears the manager by the other account', async () => {
    const boss = user(ad, 'adu-boss');
    await boss.apply();
    const worker = user(ad, 'adu-worker', { references: { manager: [boss.anchor!] } });
    await worker.apply();
    expect((await read('adu-worker')).manager).toEqual((await read('adu-boss')).dn);
    expect((await worker.plan({ password: none })).action).toBe('none');
    await worker.apply({ password: none, references: { manager: [] } });
    expect((await read('adu-worker')).manager).toBeUndefined();
  });

  it('swaps sign-in names through a temporary value', async () => {
    const quiet = { password: none };
    const one = user(ad, 'adu-swap1');
    const two = user(ad, 'adu-swap2');
    await one.apply();
    await two.apply();
    await expect(one.plan({ ...quiet, unique: { sAMAccountName: 'adu-swap2' } })).rejects.toMatchObject({
      kind: 'conflict',
      holder: two.anchor,
    });
    await one.apply({ ...quiet, unique: { sAMAccountName: 'tmp-0badcafe' } });
    await two.apply({ ...quiet, unique: { sAMAccountName: 'adu-swap1' } });
    await one.apply({ ...quiet, unique: { sAMAccountName: 'adu-swap2' } });
    expect((await read('adu-swap1')).cn).toEqual(['adu-swap2']);
  });

  it('writes photos, expiry, mail addresses and the rest of a phone family', async () => {
    const photo = Buffer.alloc(90_000, 7);
    const rich = user(ad, 'adu-rich', {
      attributes: {
        thumbnailPhoto: photo,
        accountExpires: '2030-12-31',
        proxyAddresses: ['rich@contoso.example', 'r@contoso.example', 'R@contoso.example'],
        'telephoneNumber+otherTelephone': ['+49 1', '+49 2', '+49 3'],
      },
    });
    await rich.apply();
    expect((await rich.plan({ password: none })).changes).toEqual([]);
    const entry = await read('adu-rich');
    expect(entry.accountexpires).toEqual(['135694656000000000']);
    expect(entry.proxyaddresses!.sort()).toEqual(['SMTP:rich@contoso.example', 'smtp:r@contoso.example']);
    expect({ first: entry.telephonenumber, others: entry.othertelephone!.sort() }).toEqual({
      first: ['+49 1'],
      others: ['+49 2', '+49 3'],
    });
  });

  it('adopts nothing but its own stamp unless the mapping opts in', async () => {
    const former = user(ad, 'adu-former', { attributes: { employeeID: 'E-77' } });
    await former.apply();
    expect(await ad.match(former.subject(), soon())).toMatchObject({
      kind: 'found',
      anchor: former.anchor,
      rule: 'stamp',
    });
    const stranger = user(ad, 'adu-former');
    expect(await ad.match(stranger.subject(), soon())).toEqual({ kind: 'none' });
    const byNumber = [{ attribute: 'employeeID', value: 'E-77' }];
    expect(await ad.match(stranger.subject({ match: byNumber }), soon())).toMatchObject({
      kind: 'found',
      anchor: former.anchor,
      rule: 'employeeID',
    });
    const twin = user(ad, 'adu-twin', { attributes: { employeeID: 'E-77' } });
    await twin.apply();
    expect(await ad.match(stranger.subject({ match: byNumber }), soon())).toMatchObject({
      kind: 'refused',
      setting: expect.stringContaining('employeeID'),
    });
  });

  it('finds a create whose answer was lost by its stamp', async () => {
    const lost = user(ad, 'adu-lost');
    const plan = await lost.plan();
    await ad.execute(plan, soon());
    const again = await ad.execute(plan, soon());
    expect(again.anchor).toBe(((await ad.match(lost.subject(), soon())) as { anchor: string }).anchor);
  });

  it('says that an account is missing, and that removing it again is done', async () => {
    const gone = user(ad, 'adu-gone');
    await gone.apply();
    const removal = await gone.planRemoval('delete');
    expect(removal).toMatchObject({ action: 'delete', effects: { deletes: 1 } });
    await ad.execute(removal, soon());
    expect(await ad.execute(removal, soon())).toMatchObject({ warnings: ['the account was gone already'] });
    await expect(gone.plan()).rejects.toMatchObject({ kind: 'missing' });
  });

  it('disables a leaver, moves it away, and brings it back', async () => {
    const leaving = connect(lab(), {
      settings: {
        users: {
          container: lab().usersOu,
          leavers: { moveTo: lab().archiveOu, scrub: ['title', 'servicePrincipalName'] },
        },
      },
    });
    try {
      const leaver = user(leaving, 'adu-leaver', { attributes: { title: 'Clerk' } });
      await leaver.apply();
      expect(await leaver.remove('disable')).toMatchObject({ action: 'disable', effects: { disables: 1 } });
      const entry = await read('adu-leaver');
      expect(entry).toMatchObject({ useraccountcontrol: ['514'], dn: [`CN=adu-leaver,${lab().archiveOu}`] });
      expect(entry.title).toBeUndefined();
      expect((await leaver.planRemoval('disable')).action).toBe('none');
      await leaver.apply({ password: none });
      expect(await read('adu-leaver')).toMatchObject({
        useraccountcontrol: ['512'],
        dn: [`CN=adu-leaver,${lab().usersOu}`],
      });
      expect((await leaver.remove('retain')).action).toBe('none');
    } finally {
      await leaving.close();
    }
  });

  it('writes only what is mapped, on create as well', async () => {
    const sly = user(ad, 'adu-sly', { attributes: { info: 'x' } });
    await expect(sly.plan()).rejects.toMatchObject({ kind: 'misconfigured', attribute: 'info' });
    const greedy = connect(lab(), {
      mapped: { ...mapped, User: [...mapped.User, 'adminCount', 'servicePrincipalName', 'noSuchThing'] },
    });
    try {
      for (const name of ['adminCount', 'servicePrincipalName', 'noSuchThing']) {
        await expect(
          user(greedy, 'adu-greedy', { attributes: { [name]: '1' } }).plan(),
        ).rejects.toMatchObject({ kind: 'misconfigured' });
      }
    } finally {
      await greedy.close();
    }
  });
});
