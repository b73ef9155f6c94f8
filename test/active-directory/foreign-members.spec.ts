import { Attribute, Change } from 'ldapts';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { guidOf } from '../../src/connectors/active-directory/values/guid.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, group, setMembers, soon, user, type Person } from './domain.js';

describe('Members of other domains', () => {
  const lab = useLab('ad-foreign');
  const sid = 'S-1-5-21-111111111-222222222-333333333-1105';
  const foreignDn = () => `CN=${sid},CN=ForeignSecurityPrincipals,${lab().baseDn}`;
  let ad: Connector & Lists;
  let team: Person;
  let stranger: Person;
  let own: Person;
  beforeAll(async () => {
    ad = connect(lab());
    team = group(ad, 'adf-team');
    own = user(ad, 'adf-own');
    await team.apply();
    await own.apply();
    const admin = await adminClient(lab());
    // A member by its SID alone makes the object that stands for it (MS-ADTS §3.1.1.5.2.3).
    const member = new Attribute({ type: 'member', values: [`<SID=${sid}>`] });
    await admin.modify(
      `CN=adf-team,${lab().groupsOu}`,
      new Change({ operation: 'add', modification: member }),
    );
    await admin.unbind();
    const [entry] = await ldapsearch(lab(), foreignDn(), '(objectClass=*)', ['objectGUID']);
    stranger = user(ad, 'adf-stranger');
    stranger.anchor = guidOf(Buffer.from(entry!.objectguid![0]!, 'hex'));
  });
  afterAll(() => ad?.close());
  const members = async () =>
    (await ldapsearch(lab(), lab().groupsOu, '(cn=adf-team)', ['member']))[0]!.member!.sort();

  it('stay where somebody else put them, and are listed', async () => {
    await setMembers(ad, team, [own]);
    expect(await members()).toEqual([foreignDn(), `CN=adf-own,${lab().usersOu}`].sort());
    const listed: string[] = [];
    for await (const account of ad.list('Group', soon()))
      for await (const member of account.members!) listed.push(member);
    expect(listed.sort()).toEqual([own.anchor!, stranger.anchor!].sort());
  });

  it('are not added, and the answer says why', async () => {
    const other = group(ad, 'adf-other');
    await other.apply();
    expect(await setMembers(ad, other, [stranger])).toMatchObject({
      action: 'none',
      edges: [
        {
          kind: 'failed',
          error: {
            kind: 'rejected',
            attribute: 'member',
            detail: expect.stringMatching(/stands for an account of another domain/),
          },
        },
      ],
    });
    const nowhere = user(ad, 'adf-nowhere');
    nowhere.anchor = '00000000-1111-4222-8333-444444444444';
    expect(await setMembers(ad, other, [nowhere])).toMatchObject({
      edges: [
        { kind: 'failed', error: { kind: 'missing', detail: expect.stringContaining('not in the domain') } },
      ],
    });
  });

  it('are neither joined nor written as accounts', async () => {
    const match = [{ attribute: 'cn', value: sid }];
    expect(await ad.match(user(ad, 'adf-new').subject({ match }), soon())).toEqual({ kind: 'none' });
    await expect(stranger.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('not a user'),
    });
  });
});
