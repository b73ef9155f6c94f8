import { Attribute, Change, type Client } from 'ldapts';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, group, setMembers, soon, user } from './domain.js';

describe('A managed group that is in a privileged group', () => {
  const lab = useLab('ad-nested');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    ad = connect(lab(), { settings: { protected: { groups: ['adn-mail'] } } });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });
  const member = (name: string) =>
    new Attribute({ type: 'member', values: [`CN=${name},${lab().groupsOu}`] });
  const nest = (operation: 'add' | 'delete', inner: string, outer: string) =>
    admin.modify(outer, new Change({ operation, modification: member(inner) }));
  const membersOf = async (name: string) =>
    (await ldapsearch(lab(), lab().groupsOu, `(cn=${name})`, ['member']))[0]!.member;

  it('gets no members and loses none, however deep it is, and does again outside it', async () => {
    const [inner, outer] = [group(ad, 'adn-inner'), group(ad, 'adn-outer')];
    const [first, second] = [user(ad, 'adn-first'), user(ad, 'adn-second')];
    for (const one of [inner, outer, first, second]) await one.apply();
    await setMembers(ad, outer, [inner]);
    await setMembers(ad, inner, [first]);
    const before = await ad.planMembers(inner.group(), [second.edge()], soon());
    const operators = `CN=Server Operators,CN=Builtin,${lab().baseDn}`;
    await nest('add', 'adn-outer', operators);
    try {
      for (const attempt of [
        () => setMembers(ad, inner, [second]),
        () => setMembers(ad, inner, [first], false),
        () => setMembers(ad, outer, [second]),
        () => ad.execute(before, soon()),
      ])
        await expect(attempt()).rejects.toMatchObject({
          kind: 'rejected',
          detail: expect.stringContaining('member of a privileged group'),
        });
      expect(await membersOf('adn-inner')).toEqual([`CN=adn-first,${lab().usersOu}`]);
    } finally {
      await nest('delete', 'adn-outer', operators);
    }
    await setMembers(ad, inner, [second]);
    expect(await membersOf('adn-inner')).toHaveLength(2);
  });

  it('gets no members where the group above is one that the settings protect, also one of mail only', async () => {
    const [inner, person] = [group(ad, 'adn-list'), user(ad, 'adn-reader')];
    for (const one of [inner, person]) await one.apply();
    const above = `CN=adn-mail,${lab().unmanagedOu}`;
    const attributes = { objectClass: 'group', sAMAccountName: 'adn-mail', groupType: '2' };
    await admin.add(above, { ...attributes, member: `CN=adn-list,${lab().groupsOu}` });
    await expect(setMembers(ad, inner, [person])).rejects.toMatchObject({ kind: 'rejected' });
    await nest('delete', 'adn-list', above);
    await setMembers(ad, inner, [person]);
    expect(await membersOf('adn-list')).toHaveLength(1);
  });
});
