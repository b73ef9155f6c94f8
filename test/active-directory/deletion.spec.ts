import { Attribute, Change, type Client } from 'ldapts';
import { rightsOf, sddlOf } from '../../src/connectors/active-directory/rights/rights.js';
import { TREE_DELETE } from '../../src/connectors/active-directory/values/controls.js';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { activeDirectory } from '../../src/connectors/active-directory/index.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { allow, serviceSid } from './deleted-objects.js';
import { connect, group, mapped, setMembers, settingsOf, soon, user } from './domain.js';
import { LdapProxy } from './proxy/ldap-proxy.js';

describe('Deleting in a real domain', () => {
  const lab = useLab('ad-deletion');
  let proxy: LdapProxy;
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    proxy = await LdapProxy.start(lab());
    ad = connect(lab(), { settings: { servers: [proxy.url] } });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await proxy?.stop();
    await admin?.unbind();
  });

  const below = (name: string, objectClass: string) =>
    admin.add(`CN=below-${objectClass},CN=${name},${lab().usersOu}`, { objectClass });
  const left = async (name: string) =>
    (await ldapsearch(lab(), `CN=${name},${lab().usersOu}`, '(objectClass=*)', ['cn'])).length;
  const deletes = () => proxy.requests.filter(({ operation }) => operation === 'delete');
  const withChildren = () => ({
    servers: [proxy.url],
    users: { container: lab().usersOu, leavers: { deleteChildren: true } },
  });

  it('leaves an account with something below it, and asks for no tree to be deleted', async () => {
    const parent = user(ad, 'add-parent');
    await parent.apply();
    await below('add-parent', 'classStore');
    await expect(parent.remove('delete')).rejects.toMatchObject({
      kind: 'rejected',
      recommendedAction: expect.stringContaining('leavers.deleteChildren'),
    });
    expect(deletes().map(({ controls }) => controls)).toEqual([[]]);
    expect(await left('add-parent')).toBe(2);
  });

  it('deletes what programs keep below an account where the settings and the rights say so, and nothing else', async () => {
    const settings = withChildren();
    const trees = connect(lab(), { settings });
    try {
      const [bare, parent, odd] = ['add-bare', 'add-tree', 'add-odd'].map((name) => user(trees, name)) as [
        ReturnType<typeof user>,
        ReturnType<typeof user>,
        ReturnType<typeof user>,
      ];
      for (const one of [bare, parent, odd]) await one.apply();
      await below('add-tree', 'classStore');
      await below('add-odd', 'classStore');
      await below('add-odd', 'nTFRSSubscriptions');
      const before = deletes().length;
      await bare.remove('delete');
      await expect(parent.remove('delete')).rejects.toMatchObject({ kind: 'rejected' });
      const rights = rightsOf(settingsOf(lab(), settings), mapped).find(
        ({ className }) => className === 'user',
      )!;
      await allow(lab(), rights.dn, sddlOf(rights, await serviceSid(lab())).sddl);
      await parent.remove('delete');
      await expect(odd.remove('delete')).rejects.toMatchObject({
        kind: 'rejected',
        detail: expect.stringContaining('ntfrssubscriptions'),
      });
      expect(
        deletes()
          .slice(before)
          .map(({ controls }) => controls),
      ).toEqual([[], [TREE_DELETE], [TREE_DELETE]]);
      expect(await left('add-odd')).toBe(3);
      expect(await ldapsearch(lab(), lab().usersOu, '(cn=add-tree)')).toEqual([]);
    } finally {
      await trees.close();
    }
  });

  it('is given the right to delete trees only where the settings delete what lies below', () => {
    const printed = (settings: Record<string, unknown>) =>
      activeDirectory.rights!(settingsOf(lab(), settings), mapped, { restores: false }).scripts;
    expect(printed(withChildren()).dsacls).toContain('%~1:SDDT;;user');
    expect(printed(withChildren()).dsacls).not.toContain('%~1:SDDT;;group');
    for (const script of Object.values(printed({}))) expect(script).not.toContain('DT;');
  });

  it('is refused where the account is protected from accidental deletion', async () => {
    const dear = user(ad, 'add-dear');
    await dear.apply();
    await allow(lab(), `CN=add-dear,${lab().usersOu}`, '(D;;SDDT;;;WD)', 'deny');
    await expect(dear.remove('delete')).rejects.toMatchObject({ kind: 'rejected', outcomeKnown: true });
    expect(await left('add-dear')).toBe(1);
    await dear.apply({ password: undefined, attributes: { title: 'still managed' } });
  });

  it("is refused for a group that is somebody's primary group, whose members it leaves as they are", async () => {
    const [person, other, team] = [user(ad, 'add-person'), user(ad, 'add-other'), group(ad, 'add-team')];
    for (const one of [person, other, team]) await one.apply();
    await setMembers(ad, team, [person]);
    const [read] = await ldapsearch(lab(), lab().groupsOu, '(cn=add-team)', ['objectSid']);
    const rid = String(Buffer.from(read!.objectsid![0]!, 'hex').readUInt32LE(24));
    const change = new Attribute({ type: 'primaryGroupID', values: [rid] });
    await admin.modify(
      `CN=add-person,${lab().usersOu}`,
      new Change({ operation: 'replace', modification: change }),
    );
    const before = proxy.requests.length;
    expect(await setMembers(ad, team, [person])).toMatchObject({
      action: 'none',
      edges: [{ kind: 'applied' }],
    });
    expect(await setMembers(ad, team, [person], false)).toMatchObject({
      action: 'none',
      edges: [{ kind: 'failed', error: { detail: expect.stringContaining('primary group') } }],
    });
    expect(proxy.requests.slice(before).every(({ operation }) => operation === 'search')).toBe(true);
    await setMembers(ad, team, [other]);
    await person.apply({ password: undefined, attributes: { title: 'x' } });
    const mapping = { ...mapped, User: [...mapped.User, 'primaryGroupID'] };
    const greedy = connect(lab(), { mapped: mapping });
    await expect(
      user(greedy, 'add-greedy', { attributes: { primaryGroupID: '512' } }).plan(),
    ).rejects.toMatchObject({ kind: 'misconfigured', attribute: 'primaryGroupID' });
    await greedy.close();
    await expect(team.remove('delete')).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('primary group'),
    });
    const [member] = await ldapsearch(lab(), lab().usersOu, '(cn=add-person)', ['primaryGroupID']);
    expect(member).toMatchObject({ primarygroupid: [rid] });
    expect(await ad.planMembers(team.group(), [other.edge()], soon())).toMatchObject({ action: 'none' });
  });
});
