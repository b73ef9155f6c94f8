import { useLab } from '../lab.js';
import { denyMembers } from './deny.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

/** The worst faults of the closest peer, each shown not to be here. */
describe('What went wrong elsewhere', () => {
  const lab = useLab('peer-faults');
  let gateway: GatewayProcess;
  let entra: EntraClient;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    gateway = await GatewayProcess.start(lab());
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const { body } = await entra.send('POST', '/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: `peer-${name}@contoso.example`,
        displayName: `Peer ${name}`,
        active: true,
      });
      ids[name] = body.id;
    }
    ids.group = (
      await entra.send('POST', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: 'Peer group',
      })
    ).body.id;
  }, 60_000);
  afterAll(() => gateway?.stop());

  const control = async (name: string) =>
    (
      await ldapsearch(lab(), lab().usersOu, `(userPrincipalName=peer-${name}@contoso.example)`, [
        'userAccountControl',
      ])
    )[0]!.useraccountcontrol![0];
  const members = async (name = 'Peer group') =>
    ((await ldapsearch(lab(), lab().groupsOu, `(cn=${name})`, ['member']))[0]!.member ?? [])
      .map((dn) => /CN=Peer (\w)/.exec(dn)![1])
      .sort();
  const value = (...names: string[]) => names.map((name) => ({ value: ids[name] }));
  const patchGroup = (...operations: object[]) => entra.patch(`/Groups/${ids.group}`, ...operations);

  it('disabling twice leaves the account disabled', async () => {
    for (let times = 0; times < 2; times++) {
      expect(
        (await entra.patch(`/Users/${ids.a}`, { op: 'Replace', path: 'active', value: 'False' })).status,
      ).toBe(200);
      expect(await control('a')).toBe('514');
    }
  });

  it('adding several members keeps the others', async () => {
    await patchGroup({ op: 'Add', path: 'members', value: value('a') });
    await patchGroup({ op: 'Add', path: 'members', value: value('b', 'c') });
    expect(await members()).toEqual(['a', 'b', 'c']);
    await patchGroup(
      { op: 'Add', path: 'members', value: value('d') },
      { op: 'Add', path: 'members', value: value('e') },
    );
    expect(await members()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await patchGroup({ op: 'Remove', path: 'members', value: value('d', 'e') });
    expect(await members()).toEqual(['a', 'b', 'c']);
  });

  it('a removal that the controller refuses is not reported as done', async () => {
    const { body: created } = await entra.send('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Peer denied',
      members: value('a', 'c'),
    });
    await denyMembers(lab(), `CN=Peer denied,${lab().groupsOu}`);
    const { status, body } = await entra.patch(`/Groups/${created.id}`, {
      op: 'Remove',
      path: 'members',
      value: value('c'),
    });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/member/i) },
    });
    expect(await members('Peer denied')).toEqual(['a', 'c']);
    expect((await entra.send('GET', `/Groups/${created.id}`)).body.members).toHaveLength(2);
  });

  it('replacing the members sets the list', async () => {
    expect((await patchGroup({ op: 'replace', path: 'members', value: value('b', 'd') })).status).toBe(204);
    expect(await members()).toEqual(['b', 'd']);
    expect((await patchGroup({ op: 'replace', path: 'members', value: [] })).status).toBe(204);
    expect(await members()).toEqual([]);
  });

  it('ids are ours: no distinguished name reaches anything', async () => {
    for (const dn of [lab().adminDn, `CN=Peer b,${lab().usersOu}`, lab().unmanagedOu]) {
      const path = `/Users/${encodeURIComponent(dn)}`;
      expect((await entra.send('GET', path)).status).toBe(404);
      expect((await entra.patch(path, { op: 'replace', path: 'title', value: 'x' })).status).toBe(404);
      expect((await entra.send('DELETE', path)).status).toBe(404);
    }
    expect(await ldapsearch(lab(), lab().adminDn, '(objectClass=user)', ['cn'])).toHaveLength(1);
  });
});
